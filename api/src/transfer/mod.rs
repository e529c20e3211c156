//! Import and export of listings in bulk, and export of attendees.
//!
//! Import and export use the same columns, so that a person can download a file, edit it in a spreadsheet and upload
//! it again. [`columns`] names them, [`csv_cells`] converts cells to values and back, and [`import_row`] merges values
//! into the content of a listing. An import identifies listings by the references of the organisation: it creates new
//! listings, updates those that differ and leaves the others unchanged, so that a second import of the same file
//! changes nothing. It reports on every row, and writes all of them or none.
//!
//! [`attendees`] exports the registrations for an event to its organisers.
//!
//! [`mapping`] reads files of other platforms, for the command line.

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
