//! Reads the events of a calendar, in order of time, with the owner's registrations.

use std::collections::HashMap;

use entity::{
    calendar_address,
    event::{self, Column, EventState},
    event_area, event_session, organisation,
    registration::{self, RegistrationState as State},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Order, Query, SimpleExpr},
};
use uuid::Uuid;

use super::rules;
use crate::{
    events::{
        listed_to,
        partners::service as partners,
        projection::{Plan, Row},
    },
    kit::{Error, Resource, Viewer, database::dialect},
    reference::Snapshot,
};

/// States of registrations that appear in the owner's calendar.
const COMING: [State; 4] = [
    State::Confirmed,
    State::Waitlisted,
    State::PlaceOffered,
    State::Attended,
];

/// Condition for events that an organisation hosts, or takes part in as a partner.
#[must_use]
pub fn of_organisation(organisation: Uuid) -> Condition {
    let partner = partners::events_of([organisation]);
    Condition::any()
        .add(Column::OrganisationId.eq(organisation))
        .add(Column::Id.in_subquery(partner))
}

/// Condition for events in an area, in the areas within it, and in its predecessors and successors.
pub fn of_area(conn: &impl ConnectionTrait, reference: &Snapshot, code: &str) -> SimpleExpr {
    let codes = reference.areas_around(&[code.to_owned()]).into_iter();
    let area = (event_area::Entity, event_area::Column::Area);
    let backend = conn.get_database_backend();
    let filed = Query::select()
        .column(event_area::Column::EventId)
        .from(event_area::Entity)
        .and_where(dialect::one_of(backend, area, codes.collect::<Vec<_>>()))
        .to_owned();
    Column::Id.in_subquery(filed)
}

/// Returns the events that match and are listed to the viewer, in order of time. Includes recent past events: see
/// [`rules::KEPT`].
pub async fn listed(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    which: impl Into<Condition>,
) -> Result<Vec<Row>, Error> {
    let which = Condition::all().add(which.into()).add(listed_to(viewer));
    events(conn, viewer, which).await
}

/// Returns the events that match and that the viewer may see, without drafts.
async fn events(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    which: Condition,
) -> Result<Vec<Row>, Error> {
    let plan = Plan::in_full();
    let mut query = Query::select()
        .from(event::Entity)
        .cond_where(event::Entity::visible_to(viewer))
        .cond_where(which)
        .and_where(Column::State.ne(EventState::Draft))
        .and_where(Column::EndsAt.gt(viewer.now - rules::KEPT))
        .order_by((event::Entity, Column::StartsAt), Order::Asc)
        .order_by((event::Entity, Column::Id), Order::Asc)
        .to_owned();
    plan.select(&mut query, viewer.now);
    let rows = dialect::limited(conn, &query, rules::MAX_EVENTS).await?;
    let rows = rows.iter().map(|row| plan.read(row));
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the events for which the viewer is registered, each with the registration and, if it is for a session, the
/// session.
pub async fn own(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
) -> Result<Vec<(Row, registration::Model, Option<event_session::Model>)>, Error> {
    let Some(me) = viewer.person_id() else {
        return Ok(Vec::new());
    };
    let registered = registration::Entity::find()
        .filter(registration::Column::PersonId.eq(me))
        .filter(registration::Column::State.is_in(COMING))
        .order_by_desc(registration::Column::Id)
        .limit(rules::MAX_EVENTS)
        .all(conn)
        .await?;
    let ids = registered.iter().map(|row| row.event_id);
    let which = Condition::all().add(Column::Id.is_in(ids));
    let found = events(conn, viewer, which).await?;
    let found: HashMap<Uuid, Row> = found.into_iter().map(|row| (row.known().id, row)).collect();
    let sessions = registered
        .iter()
        .filter(|row| row.capacity_id != row.event_id);
    let sessions = event_session::Entity::find()
        .filter(event_session::Column::Id.is_in(sessions.map(|row| row.capacity_id)))
        .all(conn)
        .await?;
    let mut own = Vec::new();
    for row in registered {
        if let Some(event) = found.get(&row.event_id) {
            let session = sessions
                .iter()
                .find(|session| session.id == row.capacity_id);
            own.push((event.clone(), row, session.cloned()));
        }
    }
    own.sort_by_key(|(event, row, session)| {
        let starts_at = session.as_ref().map(|session| session.starts_at);
        (starts_at.unwrap_or(event.known().starts_at), row.id)
    });
    Ok(own)
}

/// Returns the viewer's calendars, in order of creation.
pub async fn addresses(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
) -> Result<Vec<calendar_address::Model>, Error> {
    Ok(calendar_address::Entity::find()
        .filter(calendar_address::Entity::visible_to(viewer))
        .order_by_asc(calendar_address::Column::Id)
        .all(conn)
        .await?)
}

/// Returns the name of an organisation; `None` if the viewer may not see it.
pub async fn organisation(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    id: Uuid,
) -> Result<Option<String>, Error> {
    let found = organisation::Entity::find_by_id(id)
        .filter(organisation::Entity::visible_to(viewer))
        .one(conn)
        .await?;
    Ok(found.map(|row| row.name))
}
