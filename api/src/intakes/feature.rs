//! Registration of the intakes feature.

use std::time::Duration;

use entity::intake;

use super::{Intake, acts, jobs, routes};
use crate::{
    feature::{
        Feature, NodeType, OnErase, OnMerge, OrganisationColumn, PersonColumn, Retention, Work,
        Worker,
    },
    kit::Viewer,
};

/// Node type, acts, workers, organisation columns and personal data of intakes.
pub const FEATURE: Feature = Feature {
    acts: acts::ALL,
    nodes: &[NodeType::of::<intake::Entity, Intake>()],
    workers: &[
        Worker {
            name: "claim links",
            work: Work::Every(Duration::from_secs(15), |app| {
                Box::pin(async move { jobs::mail(&app, &Viewer::system()).await })
            }),
        },
        Worker {
            name: "intake retention",
            work: Work::Every(Duration::from_secs(15), |app| {
                Box::pin(async move { jobs::forget(&app, &Viewer::system()).await })
            }),
        },
    ],
    organisations: &[OrganisationColumn::new(
        "intake",
        "host_id",
        OnMerge::Repoint,
    )],
    people: &[
        PersonColumn::new("intake", "taken_by", OnErase::Keep),
        PersonColumn::new("intake", "claimed_by", OnErase::Keep),
    ],
    routes: Some(routes::routes),
    retention: &[Retention {
        data: "contact in an intake",
        period: "90 days after it reached the marketplace, and 28 days after it was decided, whichever is earlier",
        worker: "intake retention",
    }],
    ..Feature::named("intakes")
};
