//! Amendments: changing what was agreed. One side asks, the other agrees or does not; until then the old terms hold.

pub mod jobs;
mod mutation;
pub mod service;

pub use mutation::AmendmentMutation;
