//! Email: queued in a transaction, sent after it, at least once and with the same Message-ID each time.
//!
//! A row records recipient and time. A worker takes the row before it sends, by one conditional update that moves the
//! next attempt forward, so that one of many workers sends; it marks the row after the mail server has answered. If a
//! worker is killed before it contacts the server, nothing was sent, and another worker sends. If it is killed between
//! the server's answer and its own commit, the email is sent twice, under one Message-ID; there is no other way to send
//! it twice.
//!
//! An email that the mail server rejects for ever is not tried again. If the answer is about the address of an account,
//! the account says so, and gets no further notifications by email until the address is verified again.
//!
//! Without a configured mail server, no email is queued or sent.

mod feature;
pub use feature::FEATURE;
pub mod acts;
mod delivery;
pub mod link_urls;
pub mod links;
pub mod rejections;
pub mod rules;
pub mod service;
mod smtp;

pub use delivery::send_next;
pub use smtp::{Email, Mailer};
