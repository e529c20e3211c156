//! Statistics: how much was offered, requested, agreed, claimed and confirmed, side by side and never mixed.
//!
//! Each figure counts its own thing on its own day, and is told for each unit apart: hours are never added to items,
//! nor a claim to what both sides confirmed. [`search`] reads the figures, one statement for each source; [`sums`]
//! adds them up. Some are kept back, so that nobody can be told from a number.
//!
//! Everybody sees what public listings add up to, members what their own organisation did, staff all of it.

mod feature;
pub use feature::FEATURE;
mod disclosure_control;
mod figure_rows;
pub mod figures;
mod filter_codes;
mod grouping;
pub mod inputs;
mod query;
pub mod rules;
mod scope;
pub mod search;
pub mod service;
mod sources;
pub mod totals;
pub mod types;

pub use inputs::StatisticsGrouping;
pub use query::StatisticsQuery;
pub use types::StatisticsGroup;
