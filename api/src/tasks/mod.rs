//! Tasks: what waits for the viewer, why, since when, and the act that clears it.
//!
//! Nothing is stored: a task is there because something waits, and gone once it does not. Each kind is one statement,
//! in [`matching`] what concerns matches, in [`standing`] what concerns listings and members; staff have those of
//! brokers besides.

mod matching;
pub mod rules;
pub mod service;
mod standing;
mod types;

pub use types::Task;
