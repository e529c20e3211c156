//! Tasks: what waits for somebody, why, since when, and which act clears it.
//!
//! There is no table of them. A task is a thing in a state in which somebody has to do something, so it is there when
//! that is so, and gone with the act that clears it, whoever does it. One statement reads all of them: each of
//! [`sources`] selects the things of one kind, in the same columns, for whoever may do something about them.
//!
//! A task whose time has run out, or which has waited longest, comes first.

mod feature;
pub use feature::FEATURE;
mod general_tasks;
mod match_tasks;
pub mod rules;
pub mod search;
mod sources;
mod staff_tasks;
mod subscription;
mod types;

pub use subscription::TaskSubscription;
pub use types::Task;
