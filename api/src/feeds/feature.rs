//! Descriptor of the feature.

use std::time::Duration;

use super::jobs;
use crate::{
    feature::{Feature, Work, Worker},
    kit::Viewer,
};

/// Descriptor of the feature.
pub const FEATURE: Feature = Feature {
    workers: &[
        Worker {
            name: "feeds",
            work: Work::Always(|app| Box::pin(async move { jobs::run(&app).await })),
        },
        Worker {
            name: "feed retention",
            work: Work::Every(Duration::from_hours(1), |app| {
                Box::pin(async move { jobs::forget(&app, &Viewer::system()).await })
            }),
        },
    ],
    ..Feature::named("feeds")
};
