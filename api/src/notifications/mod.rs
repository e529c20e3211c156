//! Notifications: what people are told of what was done, in the list of each and by mail.
//!
//! They follow the order of commits: see [`crate::outbox`]. Who is told of what is one table, in [`rules`]. Each act is
//! told to each person once, whoever runs the worker and however often it is killed: the rows are written in the
//! transaction that moves the reader's cursor on, and so is the decision to mail.
//!
//! A notification holds no text. A sentence is made of it when it is read or mailed, of what its reader may see at
//! that moment. For each category people wish for mail at once, once a day or not at all, and for hours without any;
//! the list has everything all the same. Nobody but its reader sees a notification.

mod feature;
pub use feature::FEATURE;
pub mod acts;
pub mod compose;
pub mod guests;
mod inputs;
pub mod jobs;
mod message_readers;
mod mutation;
mod persist;
pub mod preferences;
mod recipients;
pub mod rules;
pub mod sentences;
pub mod service;
pub mod timing;
mod titles;
mod types;

use entity::{
    activity,
    notification::{self, Column},
};
use sea_orm::{ColumnTrait, Condition, sea_query::Expr};
use uuid::Uuid;

pub use mutation::NotificationMutation;
pub use types::{Notification, NotificationPreferences};

use crate::kit::{Part, Resource, Viewer};

/// An act is the story behind a notification: whoever was told of it knows what it was about.
impl Part for activity::Entity {
    const WHOLE: activity::Column = activity::Column::Id;

    fn whole(row: &activity::Model) -> Uuid {
        row.id
    }
}

impl Resource for notification::Entity {
    const NAME: &'static str = "notification";
    const ID: Column = Column::Id;

    fn id(row: &notification::Model) -> Uuid {
        row.id
    }

    fn visible_to(viewer: &Viewer) -> Condition {
        let own = viewer.person_id().map(|me| Column::PersonId.eq(me));
        Condition::all().add(own.unwrap_or_else(|| Expr::val(false)))
    }
}
