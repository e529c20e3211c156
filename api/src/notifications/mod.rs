//! Notifications: reports of acts to the people concerned, in a list and by email.
//!
//! The notifications follow the order of commits: see [`crate::activities::outbox`]. The entry of each act in the
//! catalogue (`acts.rs` of each feature) defines its recipients. Each person is notified once of each act, whichever
//! worker runs and however often it is killed: the notification and the queued email are written in the transaction
//! that advances the consumer's position.
//!
//! A notification stores no text. Its sentence is composed when it is read or mailed, from what its recipient may see
//! at that moment. For each category a person chooses immediate emails, a daily digest or none, and can set quiet
//! hours; the list is always complete. Only its recipient can see a notification.

mod feature;
mod routes;
pub use feature::FEATURE;
pub mod acts;
pub mod compose;
pub mod facts;
pub mod guests;
mod inputs;
pub mod jobs;
pub mod kinds;
mod message_readers;
mod mutation;
mod persist;
pub mod preferences;
mod recipients;
pub mod rules;
pub mod sentences;
pub mod service;
mod subjects;
pub mod timing;
mod types;

use entity::{
    activity,
    notification::{self, Column},
};
use sea_orm::{ColumnTrait, Condition, sea_query::Expr};
use uuid::Uuid;

pub use mutation::NotificationMutation;
pub use types::{Notification, NotificationPreferences};

use crate::kit::{Child, Resource, Viewer};

/// Allows a notification to load its act without a visibility check: its recipient was notified of it.
impl Child for activity::Entity {
    const PARENT: activity::Column = activity::Column::Id;

    fn parent(row: &activity::Model) -> Uuid {
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
