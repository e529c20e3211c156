//! Open formats of what everybody may see: what others read without knowing GraphQL.
//!
//! Three addresses list listings. `/feeds/listings.rpde` is for systems that keep a copy: every change, in order, as
//! OpenActive's Realtime Paged Data Exchange has it. `/feeds/listings.atom` and `/feeds/listings.json` (JSON Feed 1.1)
//! are for people and their readers: what was newly published, by the filter in the address. A listing alone is
//! schema.org JSON-LD, at `/listings/{reference}.jsonld`.
//!
//! **Nothing is shown that nobody may see.** Whatever is written down or read goes through `visible_to` of nobody, and
//! once more when a page is read: a listing that is paused this moment is gone from the next page at once. No person
//! is named, no house and street, and a point only to about a hundred metres.
//!
//! **The order of changes.** Times and ids are given before a commit, so a copy that follows them misses what commits
//! late. A follower of the outbox (see [`crate::outbox`]) reads each act in the order of commits, writes down anew what
//! it touched, and numbers what has thereby changed: `feed_entry.change`, dense, unique and never given twice. It does
//! so in one transaction at a time, for it holds its row in `outbox_cursor`; so the numbers are in the order of *its*
//! commits, and whoever has read up to one number can never be shown a lower one that is new. What is touched but reads
//! the same gets no new number: that something private happened is not to be told from a feed either.
//!
//! What has gone from sight stays as a tombstone for longer than the seven days that the exchange demands: see
//! [`rules::KEPT`]. Listings end at their instant; pages leave them out from then on, and the tombstone comes when the
//! worker has written the end down.

pub mod address;
mod atom;
mod item;
pub mod jobs;
mod json_feed;
mod linked;
mod rpde;
pub mod rules;
mod search;
pub mod service;
mod store;

pub use service::Document;
