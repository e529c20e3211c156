//! Listings in bulk: out to a file, in from one.
//!
//! Both ways have the same columns, so that somebody may download a file, edit it in a spreadsheet and upload
//! it again: [`columns`] names them, [`cells`] turns a cell into a value and back, [`record`] lays values over
//! what a listing says. An import goes by the organisation's own references: it makes what is new, changes
//! what differs and leaves the rest, so that a second time changes nothing. It reports on every row, and
//! writes all of them or none.
//!
//! [`attendees`] writes down who registered for an event, for its organisers.
//!
//! [`mapping`] reads files in other people's words, for the command line.

mod feature;
pub use feature::FEATURE;
pub mod attendees;
pub mod columns;
pub mod csv_cells;
pub mod export;
pub mod files;
pub mod import_row;
pub mod mapping;
mod mutation;
pub mod nested_values;
mod query;
pub mod rules;
pub mod service;
mod translation;
pub mod types;

pub use mutation::TransferMutation;
pub use query::TransferQuery;
