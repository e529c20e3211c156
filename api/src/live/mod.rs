//! What goes on as it happens: subscriptions, and what all of them are built from.
//!
//! A [`Caller`] holds a connection open and is looked at anew for every event. [`changes`] gives the acts that
//! concern the caller, in the order of commits, none twice and none left out. An [`Event`] is what a subscription
//! yields for one of them: its resolvers see with the eyes of the caller as they are at that moment.
//!
//! [`moments`] is for what is made of many things and of the time, such as what waits for somebody: it says when to
//! look again.
//!
//! A feature adds a subscription in its `subscription.rs`: it says which acts matter, and what they show.

mod caller;
mod changes;
mod moments;
mod types;

pub use caller::Caller;
pub use changes::Change;
pub use moments::Moment;
pub use types::{Event, changes, happenings, moments};
