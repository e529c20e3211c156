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

mod changes;
pub mod principal;
pub mod refresh;
mod types;

pub use changes::Change;
pub use principal::Caller;
pub use refresh::Moment;
pub use types::{Event, changes, happenings, moments};
