//! Registration of the activities feature.

use entity::activity;

use super::{Activity, outbox};
use crate::feature::{
    Feature, NodeType, OnErase, OnMerge, OrganisationColumn, PersonColumn, Work, Worker,
};

/// Node type, worker and organisation columns of activities.
pub const FEATURE: Feature = Feature {
    nodes: &[NodeType::of::<activity::Entity, Activity>()],
    workers: &[Worker {
        name: "outbox",
        work: Work::Always(|app| Box::pin(async move { outbox::jobs::run(&app).await })),
    }],
    organisations: &[
        OrganisationColumn::new(
            "activity",
            "organisation_id",
            OnMerge::Keep("the log says what was done for whom"),
        ),
        OrganisationColumn::new(
            "activity",
            "other_organisation_id",
            OnMerge::Keep("the log says what was done for whom"),
        ),
    ],
    people: &[PersonColumn::new("activity", "person_id", OnErase::Keep)],
    ..Feature::named("activities")
};
