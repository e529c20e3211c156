//! Mail: decided on in a transaction, sent after it, at least once and with the same Message-ID each time.
//!
//! A row says to whom and when. Whoever sends takes the row first, by one conditional update that moves its next
//! attempt on, so that of many workers one sends; it marks the row once the mail server has answered. A worker
//! that is killed before it asked the server has sent nothing, and another sends. One that is killed between the
//! server's answer and our commit has: the mail then goes out twice, under one Message-ID, and no other way.
//!
//! Without the address of a mail server nothing is decided on and nothing is sent.

mod feature;
pub use feature::FEATURE;
mod delivery;
pub mod links;
pub mod rules;
pub mod service;
mod smtp;

pub use delivery::send_next;
pub use smtp::{Letter, Post};
