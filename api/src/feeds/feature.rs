//! Registration of the feeds feature.

use std::time::Duration;

use super::{jobs, routes};
use crate::{
    feature::{Feature, Retention, Work, Worker},
    kit::Viewer,
};

/// Workers of the feeds.
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
    routes: Some(routes::routes),
    retention: &[Retention {
        data: "tombstones in the feeds",
        period: "after 14 days",
        worker: "feed retention",
    }],
    ..Feature::named("feeds")
};
