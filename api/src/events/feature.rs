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
        Feature, NodeType, OnErase, OnMerge, OrganisationColumn, PersonColumn, Retention, Work,
        Worker,
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
        // Separate worker, so that a backlog of emails to guests delays no other work.
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
            OnMerge::Moved("an event lists a partner once, and its host is not a partner"),
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
    routes: Some(registrations::routes::routes),
    retention: &[
        Retention {
            data: "access needs of attendees; name, address and answers of guests",
            period: "28 days after the event",
            worker: "registrations",
        },
        Retention {
            data: "lists of addresses with reserved places",
            period: "28 days after the event",
            worker: "registrations",
        },
        Retention {
            data: "the same for a postponed event without a new date",
            period: "365 days after the original date",
            worker: "registrations",
        },
        Retention {
            data: "guest registration that was requested and not confirmed",
            period: "when its link expires, after 2 days",
            worker: "registrations",
        },
    ],
    ..Feature::named("events")
};
