//! Routes beside GraphQL: open formats, calendars, the pages of mailed links, and the playground.

pub mod calendars;
pub mod feeds;
pub mod html;
pub mod links;
pub mod mail;
pub mod playground;
