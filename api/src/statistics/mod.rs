//! Statistics: the quantities and numbers of offers, requests, agreements, claimed and confirmed deliveries, each
//! reported separately.
//!
//! Each figure counts its own kind of row on its own day, and is reported for each unit separately: hours are never
//! added to items, nor a claimed delivery to a confirmed one. [`search`] reads the figures, one statement for each
//! source; [`totals`] adds them up.
//!
//! The public figures of all periods, groupings and filters are checked together: [`published_tables`] lists them in
//! order of importance, and [`disclosure_control`] suppresses those from which the activity of fewer than three
//! organisations could be derived. Numbers of search results (`totalCount`, facets) are not among them: each counts
//! listings or events that the same caller may read one by one, with their organisations. Nor are the places of an
//! event (`confirmedPlaces`, `waitingCount`), which tell people whether they can register with one known host.
//!
//! Everyone sees the figures of public listings, members those of their own organisation, staff all of them.

mod feature;
pub use feature::FEATURE;
pub mod contributions;
pub mod disclosure_control;
mod figure_rows;
pub mod figures;
mod filter_codes;
mod grouping;
pub mod independence;
pub mod inputs;
mod public_figures;
pub mod published_tables;
mod query;
pub mod rules;
mod scope;
pub mod search;
pub mod service;
mod sources;
pub mod totals;
pub mod types;

pub use inputs::StatisticsGrouping;
pub use public_figures::PublicFigures;
pub use query::StatisticsQuery;
pub use rules::Raised;
pub use types::StatisticsGroup;
