//! Tasks: open work for the viewer, with its reason, its start and the mutation that completes it.
//!
//! Tasks have no table. A task is a row in a state in which a person has to act: it appears with that state and
//! disappears with the act that ends it, no matter who performs the act. One statement reads all tasks: each query of
//! `sources` selects the rows of one kind, in the same columns, for the viewers who may act on them.
//!
//! Tasks are sorted by due time, or else by the time since which they are open.

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
