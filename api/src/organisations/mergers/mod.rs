//! Mergers: of two organisations that are the same, or of which one carries on for the other,
//! administrators merge one into the other.
//!
//! The merged one keeps its id, answers with its state and says which one carries on; nothing else
//! can be done to it. Its members, parts, numbers, listings, matches and conversations move in the
//! same transaction.

mod mutation;
pub mod rules;
pub mod service;
mod types;

pub use mutation::MergerMutation;
