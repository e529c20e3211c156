//! Statistics: the quantities and numbers of offers, requests, agreements, claimed and confirmed deliveries, each
//! reported separately.
//!
//! Each figure counts its own kind of row on its own day, and is reported for each unit separately: hours are never
//! added to items, nor a claimed delivery to a confirmed one. [`search`] reads the figures, one statement for each
//! source; [`totals`] adds them up. `disclosure_control` suppresses groups that are too small to publish.
//!
//! Everyone sees the figures of public listings, members those of their own organisation, staff all of them.

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
