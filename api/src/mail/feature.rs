//! Registration of the mail feature.

use std::time::Duration;

use super::{acts, service};
use crate::{
    feature::{Feature, OnErase, PersonColumn, Retention, Work, Worker},
    kit::Viewer,
};

/// Act, worker and personal data of mail.
pub const FEATURE: Feature = Feature {
    acts: acts::ALL,
    workers: &[Worker {
        name: "mail retention",
        work: Work::Every(Duration::from_hours(1), |app| {
            Box::pin(async move { service::forget(&app, &Viewer::system()).await })
        }),
    }],
    people: &[
        PersonColumn::new("mail", "person_id", OnErase::Delete),
        PersonColumn::new("rejected_address", "person_id", OnErase::Delete),
    ],
    retention: &[Retention {
        data: "record that a mail was sent; expired links",
        period: "after 90 days",
        worker: "mail retention",
    }],
    ..Feature::named("mail")
};
