//! Descriptor of the feature.

use std::time::Duration;

use entity::{event, event_series, event_session, place_reservation, registration};

use super::{
    Event, EventSeries, EventSession, acts, jobs, merge,
    registrations::{self, Registration},
    reservations::{self, PlaceReservation},
};
use crate::{
    feature::{
        Feature, NodeType, OnErase, OnMerge, OrganisationColumn, PersonColumn, Work, Worker,
    },
    kit::Viewer,
};

/// Descriptor of the feature.
pub const FEATURE: Feature = Feature {
    acts: acts::ALL,
    nodes: &[
        NodeType::of::<event::Entity, Event>(),
        NodeType::of::<event_series::Entity, EventSeries>(),
        NodeType::of::<event_session::Entity, EventSession>(),
        NodeType::of::<registration::Entity, Registration>(),
        NodeType::of::<place_reservation::Entity, PlaceReservation>(),
    ],
    workers: &[
        Worker {
            name: "events",
            work: Work::Every(Duration::from_mins(1), |app| {
                Box::pin(async move { jobs::run(&app, &Viewer::system()).await })
            }),
        },
        Worker {
            name: "registrations",
            work: Work::Every(Duration::from_secs(5), |app| {
                Box::pin(async move {
                    let viewer = Viewer::system();
                    let released = reservations::jobs::run(&app, &viewer).await?;
                    Ok(released + registrations::jobs::run(&app, &viewer).await?)
                })
            }),
        },
        // A worker of its own, so that a backlog of mail to guests delays nothing else.
        Worker {
            name: "guest links",
            work: Work::Every(Duration::from_secs(5), |app| {
                Box::pin(async move {
                    registrations::guest_service::mail(&app, &Viewer::system()).await
                })
            }),
        },
    ],
    merge: Some(|merger| Box::pin(merge::merge(merger))),
    organisations: &[
        OrganisationColumn::new("event", "organisation_id", OnMerge::Repoint),
        OrganisationColumn::new("event_series", "organisation_id", OnMerge::Repoint),
        OrganisationColumn::new(
            "event_partner",
            "organisation_id",
            OnMerge::Moved("a partner is named once, and the organiser is none"),
        ),
        OrganisationColumn::new("registration", "organisation_id", OnMerge::Repoint),
        OrganisationColumn::new("place_reservation", "organisation_id", OnMerge::Repoint),
    ],
    people: &[
        PersonColumn::new("event", "created_by", OnErase::Keep),
        PersonColumn::new("event_series", "created_by", OnErase::Keep),
        PersonColumn::new("registration", "person_id", OnErase::Delete),
        PersonColumn::new("place_reservation", "created_by", OnErase::Keep),
    ],
    ..Feature::named("events")
};
