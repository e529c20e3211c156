//! Live updates: the common parts of all subscriptions.
//!
//! A [`Caller`] is the caller of an open connection, whose rights are loaded again for every event. [`changes`] is the
//! stream of acts that the caller may see, in the order of commits, without duplicates or gaps. An [`Event`] is the
//! output of a subscription for one act: its resolvers use the caller's rights at that moment.
//!
//! [`moments`] is for content that depends on many rows and on the time, such as the tasks of a person: it yields when
//! the content should be read again.
//!
//! A feature defines its subscriptions in `subscription.rs`: which acts trigger them, and what they return.

mod changes;
pub mod principal;
pub mod refresh;
mod types;

pub use changes::Change;
pub use principal::Caller;
pub use refresh::Moment;
pub use types::{Event, changes, moments, unfiltered_changes};
