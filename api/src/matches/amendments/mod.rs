//! Amendments: changes to agreed terms. One side proposes, the other accepts or declines. Until then the agreed terms
//! stay in force.

pub mod jobs;
mod mutation;
pub mod service;

pub use mutation::AmendmentMutation;
