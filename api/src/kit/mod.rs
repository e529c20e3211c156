//! Building blocks of the features. None of them depends on a feature.
//!
//! Rows are read through [`Resource`], which defines the name of a kind of row and who may see it, once and in SQL. A
//! write records an [`activity`] in its own transaction. Both take the caller from the [`Viewer`].

pub mod activity;
pub mod at_once;
pub mod backup;
pub mod clock;
pub mod cost;
pub mod crash;
pub mod database;
pub mod date;
pub mod dialect;
pub mod error;
pub mod id;
pub mod idempotency;
pub mod input;
pub mod loader;
pub mod page;
pub mod pages;
pub mod partial;
pub mod payload;
pub mod place;
pub mod quantity;
pub mod resource;
pub mod response_limit;
pub mod secret;
pub mod viewer;

pub use database::{Database, Transaction};
pub use date::Date;
pub use error::{Error, OrInternal, UserError, UserErrorCode};
pub use id::Id;
pub use resource::{Part, Resource};
pub use viewer::Viewer;
