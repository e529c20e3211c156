//! Statistics: how much was offered, requested, agreed, claimed and confirmed, side by side and never mixed.
//!
//! Each figure counts its own thing on its own day, and is told for each unit apart: hours are never added to items,
//! nor a claim to what both sides confirmed. [`search`] reads the figures, one statement for each source; [`sums`]
//! adds them up. Some are kept back, so that nobody can be told from a number.
//!
//! Everybody sees what public listings add up to, members what their own organisation did, staff all of it.

mod codes;
pub mod figures;
pub mod inputs;
mod keys;
mod query;
mod reading;
pub mod rules;
mod scope;
pub mod search;
mod secrecy;
pub mod service;
mod sources;
pub mod sums;
pub mod types;

pub use inputs::StatisticsGrouping;
pub use query::StatisticsQuery;
pub use types::StatisticsGroup;
