//! The outbox: every act has a position in the order of commits, and consumers follow that order.
//!
//! Ids and times are assigned before a commit, so a consumer that follows them skips an act that began early and
//! committed late. The outbox assigns each act its position, `activity.seq`, after its commit. Positions have no gaps
//! and no duplicates, and an act that can be read has no predecessor that cannot.
//!
//! There are two kinds of consumers. One that must do something exactly once per act, such as sending notifications,
//! has a row in `outbox_cursor` and advances it in the transaction of its work: see [`service::next`]. One that only
//! forwards new acts to subscribers on this server uses [`Outbox::follow`].

pub mod broadcast;
pub mod jobs;
pub mod sequencer;
pub mod service;

pub use broadcast::Outbox;
