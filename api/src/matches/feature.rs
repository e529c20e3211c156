//! Feature descriptor of matches, with their amendments, fulfilments and thanks.

use std::time::Duration;

use entity::{fulfilment, matching, thanks};

use super::{Match, acts, amendments, fulfilments::Fulfilment, jobs, merge, thanks::Thanks};
use crate::{
    feature::{
        Feature, NodeType, OnErase, OnMerge, OrganisationColumn, PersonColumn, Work, Worker,
    },
    kit::Viewer,
};

/// Feature descriptor of matches.
pub const FEATURE: Feature = Feature {
    acts: acts::ALL,
    nodes: &[
        NodeType::of::<matching::Entity, Match>(),
        NodeType::of::<fulfilment::Entity, Fulfilment>(),
        NodeType::of::<thanks::Entity, Thanks>(),
    ],
    workers: &[Worker {
        name: "matches",
        work: Work::Every(Duration::from_secs(5), |app| {
            Box::pin(async move {
                let viewer = Viewer::system();
                let lapsed = jobs::run(&app, &viewer).await?;
                Ok(lapsed + amendments::jobs::run(&app, &viewer).await?)
            })
        }),
    }],
    merge: Some(|merger| Box::pin(merge::merge(merger))),
    organisations: &[
        OrganisationColumn::new(
            "matching",
            "offerer_id",
            OnMerge::Moved("not between the two, and the version is raised"),
        ),
        OrganisationColumn::new(
            "matching",
            "requester_id",
            OnMerge::Moved("not between the two, and the version is raised"),
        ),
    ],
    people: &[
        PersonColumn::new("match_terms", "person_id", OnErase::Keep),
        PersonColumn::new("match_step", "person_id", OnErase::Keep),
        PersonColumn::new("thanks", "person_id", OnErase::Keep),
    ],
    ..Feature::named("matches")
};
