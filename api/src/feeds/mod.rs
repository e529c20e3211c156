//! Open formats: public listings and events for consumers that do not use GraphQL.
//!
//! Listings and events have three addresses each. `/feeds/listings.rpde` and `/feeds/events.rpde` are for systems that
//! keep a copy: they contain every change, in order, as OpenActive's Realtime Paged Data Exchange. `.atom` and `.json`
//! (JSON Feed 1.1) are for people and their feed readers: newly published items that match the filter in the address. A
//! single item is schema.org JSON-LD, at `/listings/{reference}.jsonld` and `/events/{reference}.jsonld`. The
//! differences between the two kinds are one trait, [`feed_source::FeedSource`].
//!
//! **Only public data is shown.** Items are written and read through `visible_to` of an anonymous viewer, and checked
//! again when a page is read: a listing that has just been paused is missing from the next page at once. The feeds name
//! no person. For a listing they show no house or street, and coordinates only to about 100 metres. For a public event
//! they show the venue; the online link is only for people who registered.
//!
//! **Order of changes.** Times and ids are assigned before a commit, so a copy that follows them misses late commits.
//! The feeds are a consumer of the outbox (see [`crate::activities::outbox`]): it reads the acts in the order of
//! commits, writes the items that they touched again, and numbers those that changed. The number, `feed_entry.change`,
//! is dense, unique and never reused. One transaction at a time does this, because it locks the consumer's row in
//! `outbox_cursor`. The numbers are therefore in the order of *its* commits, and a reader that has read up to one
//! number can never receive a lower one later. An item that was touched but reads as before gets no new number, so that
//! a feed does not reveal private acts.
//!
//! An item that is no longer public stays as a tombstone for longer than the seven days that the exchange requires: see
//! [`rules::KEPT`]. Listings and events end at their instant: pages leave them out from then on, and the tombstone
//! follows when a worker has recorded the end.

mod feature;
pub mod routes;
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

pub use feed_source::FeedSource;
pub use service::Document;
