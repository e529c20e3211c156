//! The outbox: every act has its place in the order of commits, and readers follow that order.
//!
//! Ids and times are given before a commit, so whoever follows them skips an act that was begun early
//! and committed late. Here each act is given its place, `activity.seq`, after its commit: the places are
//! dense, none is given twice, and an act that can be read has no act before it that cannot.
//!
//! Two kinds of readers follow it. One that must do something once for each act, such as telling people,
//! has a row in `outbox_cursor` and moves it on in the transaction of what it does: see [`service::next`].
//! One that only passes on what happens now, to those who listen on this server, asks [`Outbox::follow`].

pub mod broadcast;
pub mod jobs;
pub mod sequencer;
pub mod service;

pub use broadcast::Outbox;
