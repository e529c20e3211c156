//! Registration of the notifications feature.

use std::time::Duration;

use entity::notification;

use super::{Notification, acts, guests, jobs, routes};
use crate::{
    feature::{Feature, NodeType, OnErase, PersonColumn, Work, Worker},
    kit::Viewer,
};

/// Node type, acts, workers and personal data of notifications.
pub const FEATURE: Feature = Feature {
    acts: acts::ALL,
    nodes: &[NodeType::of::<notification::Entity, Notification>()],
    workers: &[
        Worker {
            name: "notifications",
            work: Work::Always(|app| Box::pin(async move { jobs::run(&app).await })),
        },
        Worker {
            name: "notifications to guests",
            work: Work::Every(Duration::from_secs(5), |app| {
                Box::pin(async move { guests::mail(&app, &Viewer::system()).await })
            }),
        },
    ],
    people: &[
        PersonColumn::new("mail_preference", "person_id", OnErase::Delete),
        PersonColumn::new("quiet_hours", "person_id", OnErase::Delete),
        PersonColumn::new("notification", "person_id", OnErase::Delete),
    ],
    routes: Some(routes::routes),
    ..Feature::named("notifications")
};
