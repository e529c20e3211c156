//! Building blocks of the features. None of them depends on a feature.
//!
//! Rows are read through [`Resource`], which defines the name of a kind of row and who may see it, once and in SQL. A
//! write records an [`activity`] in its own transaction. Both take the caller from the [`Viewer`].

pub mod activity;
pub mod clock;
pub mod database;
pub mod date;
pub mod error;
pub mod failpoint;
pub mod graphql;
pub mod id;
pub mod idempotency;
pub mod lifecycle;
pub mod page;
pub mod permissions;
pub mod secret;
pub mod times;
pub mod validation;
pub mod viewer;

pub use database::resource::{Child, Resource};
pub use database::{Database, Transaction};
pub use date::Date;
pub use error::{Error, OrInternal, UserError, UserErrorCode};
pub use id::Id;
pub use viewer::Viewer;
