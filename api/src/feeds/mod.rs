//! Open formats of what everybody may see: what others read without knowing GraphQL.
//!
//! Listings and events have three addresses each. `/feeds/listings.rpde` and `/feeds/events.rpde` are for systems that
//! keep a copy: every change, in order, as OpenActive's Realtime Paged Data Exchange has it. `.atom` and `.json` (JSON
//! Feed 1.1) are for people and their readers: what was newly published, by the filter in the address. A thing alone is
//! schema.org JSON-LD, at `/listings/{reference}.jsonld` and `/events/{reference}.jsonld`. What differs between the two
//! is one trait, [`feed_source::Fed`].
//!
//! **Nothing is shown that nobody may see.** Whatever is written down or read goes through `visible_to` of nobody, and
//! once more when a page is read: a listing that is paused this moment is gone from the next page at once. No person
//! is named; of a listing no house and street, and its point only to about a hundred metres. Where an event takes place
//! everybody is told, for it was announced to everybody; the link to what is online is for those who registered.
//!
//! **The order of changes.** Times and ids are given before a commit, so a copy that follows them misses what commits
//! late. A follower of the outbox (see [`crate::outbox`]) reads each act in the order of commits, writes down anew what
//! it touched, and numbers what has thereby changed: `feed_entry.change`, dense, unique and never given twice. It does
//! so in one transaction at a time, for it holds its row in `outbox_cursor`; so the numbers are in the order of *its*
//! commits, and whoever has read up to one number can never be shown a lower one that is new. What is touched but reads
//! the same gets no new number: that something private happened is not to be told from a feed either.
//!
//! What has gone from sight stays as a tombstone for longer than the seven days that the exchange demands: see
//! [`rules::KEPT`]. Listings and events end at their instant; pages leave them out from then on, and the tombstone comes
//! when a worker has written the end down.

mod feature;
pub use feature::FEATURE;
mod atom;
pub mod document;
mod event_feed;
pub(crate) mod event_jsonld;
mod feed_source;
mod item;
pub mod jobs;
mod json_feed;
mod listing_feed;
mod listing_jsonld;
mod persist;
mod query_params;
pub mod request;
mod rpde;
pub mod rules;
mod search;
pub mod service;
pub mod site;

pub use feed_source::Fed;
pub use service::Document;
