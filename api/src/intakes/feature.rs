//! Descriptor of the feature.

use std::time::Duration;

use entity::intake;

use super::{Intake, acts, jobs};
use crate::{
    feature::{
        Feature, NodeType, OnErase, OnMerge, OrganisationColumn, PersonColumn, Work, Worker,
    },
    kit::Viewer,
};

/// Descriptor of the feature.
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
    ..Feature::named("intakes")
};
