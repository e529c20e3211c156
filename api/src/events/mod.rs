//! Events: meetings of the county's people and organisations, single or in a series.
//!
//! A member of an organisation drafts an event; organisers schedule it, and may postpone, reschedule or cancel it. It
//! is completed at the instant of its end, before the worker records that: see [`rules::state_at`]. A series only
//! generates events: each occurrence is an event of its own, with its own date, registrations and state.
//!
//! The audience sees an event once it was scheduled, also after it was postponed or cancelled. Only the members of its
//! organisation see a draft. The link to an online event is for members of the host, organisers and people with a
//! place.
//!
//! The number of places and their use are in a separate row ([`capacity`]), which every registration locks.

mod feature;
pub use feature::FEATURE;
pub mod acts;
pub mod capacity;
pub mod content;
pub mod inputs;
pub mod jobs;
mod merge;
pub mod mutation;
pub mod partners;
pub mod persist;
pub mod projection;
mod query;
pub mod recurrence;
pub mod registrations;
pub mod reservations;
pub mod rules;
pub mod search;
pub mod series;
pub mod service;
mod session_types;
pub mod time_and_place;
pub mod transitions;
mod types;
mod value_types;

use entity::{
    event::{self, Column, EventState},
    event_capacity, event_partner, event_series, event_session,
    listing::Audience,
    registration,
};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, Query, SelectStatement, SimpleExpr},
};
use uuid::Uuid;

pub use mutation::EventMutation;
pub use query::{EventFilter, EventOrder, EventPage, EventQuery, of_organisation, of_series};
pub use session_types::{EventSeries, EventSession};
pub use types::Event;

use crate::kit::{Child, Resource, Viewer, activity::Concerns};

impl Resource for event::Entity {
    const NAME: &'static str = "event";
    const ID: Column = Column::Id;

    fn id(row: &event::Model) -> Uuid {
        row.id
    }

    fn visible_to(viewer: &Viewer) -> Condition {
        let mut shown = Condition::all().add(Column::State.ne(EventState::Draft));
        if !viewer.is_staff() {
            shown = shown.add(Column::Audience.is_in(audiences(viewer, true)));
        }
        let shown = or_partner(or_own(Condition::any().add(shown), viewer), viewer);
        or_registered(shown, viewer)
    }

    fn concerns(row: &event::Model) -> Concerns {
        Concerns::organisation(row.organisation_id)
    }
}

impl Resource for event_session::Entity {
    const NAME: &'static str = "event_session";
    const ID: event_session::Column = event_session::Column::Id;

    fn id(row: &event_session::Model) -> Uuid {
        row.id
    }

    fn visible_to(viewer: &Viewer) -> Condition {
        Condition::all().add(event_session::Column::EventId.in_subquery(seen(Column::Id, viewer)))
    }
}

impl Resource for event_series::Entity {
    const NAME: &'static str = "event_series";
    const ID: event_series::Column = event_series::Column::Id;

    fn id(row: &event_series::Model) -> Uuid {
        row.id
    }

    /// Viewers who can see one of its events.
    fn visible_to(viewer: &Viewer) -> Condition {
        let series = seen(Column::SeriesId, viewer)
            .and_where(Column::SeriesId.is_not_null())
            .to_owned();
        Condition::all().add(event_series::Column::Id.in_subquery(series))
    }

    fn concerns(row: &event_series::Model) -> Concerns {
        Concerns::organisation(row.organisation_id)
    }
}

impl Child for event_session::Entity {
    const PARENT: event_session::Column = event_session::Column::EventId;

    fn parent(row: &event_session::Model) -> Uuid {
        row.event_id
    }
}

impl Child for event_capacity::Entity {
    const PARENT: event_capacity::Column = event_capacity::Column::EventId;

    fn parent(row: &event_capacity::Model) -> Uuid {
        row.event_id
    }
}

impl Child for event_partner::Entity {
    const PARENT: event_partner::Column = event_partner::Column::EventId;

    fn parent(row: &event_partner::Model) -> Uuid {
        row.event_id
    }
}

/// Selects a column of all events that the viewer can see.
fn seen(column: Column, viewer: &Viewer) -> SelectStatement {
    Query::select()
        .column((event::Entity, column))
        .from(event::Entity)
        .cond_where(event::Entity::visible_to(viewer))
        .to_owned()
}

/// Condition for the events that lists show to the viewer, in addition to being visible at all.
#[must_use]
pub fn listed_to(viewer: &Viewer) -> Condition {
    let listed = if viewer.is_staff() {
        Column::Audience.ne(Audience::Unlisted)
    } else {
        Column::Audience.is_in(audiences(viewer, false))
    };
    or_own(Condition::any().add(listed), viewer)
}

/// Condition for scheduled events that are not over. The state is a literal, as in the partial indexes.
#[must_use]
pub fn upcoming(viewer: &Viewer) -> Condition {
    Condition::all()
        .add(scheduled())
        .add(Column::EndsAt.gt(viewer.now))
}

/// Condition for scheduled events, over or not. The state is a literal, as in the partial indexes.
#[must_use]
pub fn scheduled() -> SimpleExpr {
    Expr::cust("\"event\".\"state\" = 'SCHEDULED'")
}

fn audiences(viewer: &Viewer, unlisted: bool) -> Vec<Audience> {
    let mut audiences = vec![Audience::Public];
    if viewer.person().is_some() {
        audiences.push(Audience::Members);
    }
    if unlisted {
        audiences.push(Audience::Unlisted);
    }
    audiences
}

/// Adds the events for which the viewer registered, regardless of their audience.
fn or_registered(seen: Condition, viewer: &Viewer) -> Condition {
    let Some(me) = viewer.person_id() else {
        return seen;
    };
    let registered = Query::select()
        .column(registration::Column::EventId)
        .from(registration::Entity)
        .and_where(registration::Column::PersonId.eq(me))
        .to_owned();
    seen.add(Column::Id.in_subquery(registered))
}

/// Adds the events that name an organisation of the viewer as a partner.
fn or_partner(seen: Condition, viewer: &Viewer) -> Condition {
    if viewer.organisations().next().is_none() {
        return seen;
    }
    let named = partners::service::events_naming(viewer.organisations());
    let announced = Condition::all()
        .add(Column::State.ne(EventState::Draft))
        .add(Column::Id.in_subquery(named));
    seen.add(announced)
}

fn or_own(seen: Condition, viewer: &Viewer) -> Condition {
    let own: Vec<Uuid> = viewer.organisations().collect();
    if own.is_empty() {
        seen
    } else {
        seen.add(Column::OrganisationId.is_in(own))
    }
}
