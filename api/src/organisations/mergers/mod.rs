//! Mergers: administrators merge an organisation into another that is its duplicate or its successor.
//!
//! The merged organisation keeps its id, and returns its state and its successor; no other act on it is allowed. Its
//! members, child organisations, register numbers, listings, matches and conversations move in one transaction.

mod mutation;
pub mod rules;
pub mod service;
mod types;

pub use mutation::MergerMutation;
