//! Partners of events: organisations that a host names, and that show as partners once they accept.

mod mutation;
pub mod rules;
pub mod service;
mod types;

pub use mutation::PartnerMutation;
pub use types::EventPartnership;
