//! Descriptor of the feature.

use std::time::Duration;

use super::service;
use crate::{
    feature::{Feature, OnErase, PersonColumn, Work, Worker},
    kit::Viewer,
};

/// Descriptor of the feature.
pub const FEATURE: Feature = Feature {
    workers: &[Worker {
        name: "mail retention",
        work: Work::Every(Duration::from_hours(1), |app| {
            Box::pin(async move { service::forget(&app, &Viewer::system()).await })
        }),
    }],
    people: &[PersonColumn::new("mail", "person_id", OnErase::Delete)],
    ..Feature::named("mail")
};
