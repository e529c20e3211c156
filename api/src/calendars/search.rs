//! Reading what a calendar holds: the events, in order of time, with somebody's own registrations beside them.

use std::collections::HashMap;

use entity::{
    calendar_address,
    event::{self, Column, EventState},
    event_area, event_partner, event_session, organisation,
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
        projection::{Plan, Row},
    },
    kit::{Error, Resource, Viewer, database::dialect},
    reference::Snapshot,
};

/// The states of a registration of somebody who comes, came, or may yet come.
const COMING: [State; 4] = [
    State::Confirmed,
    State::Waitlisted,
    State::PlaceOffered,
    State::Attended,
];

/// What an organisation hosts, or takes part in as a partner.
#[must_use]
pub fn of_organisation(organisation: Uuid) -> Condition {
    let partner = Query::select()
        .column(event_partner::Column::EventId)
        .from(event_partner::Entity)
        .and_where(event_partner::Column::OrganisationId.eq(organisation))
        .to_owned();
    Condition::any()
        .add(Column::OrganisationId.eq(organisation))
        .add(Column::Id.in_subquery(partner))
}

/// What is for an area, what lies in it, and what came before or after it.
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

/// Those of these events that are listed to the viewer, in order of time: what is to come, and what was lately.
pub async fn listed(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    which: impl Into<Condition>,
) -> Result<Vec<Row>, Error> {
    let which = Condition::all().add(which.into()).add(listed_to(viewer));
    events(conn, viewer, which).await
}

/// Those of these events that the viewer may see. Drafts are plans of their writers, and in no calendar.
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
    let rows = dialect::limited(conn, &query, rules::MOST_EVENTS).await?;
    let rows = rows.iter().map(|row| plan.read(row));
    Ok(rows.collect::<Result<_, _>>()?)
}

/// For what somebody registered: the event, their registration, and the session where it is for one.
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
        .limit(rules::MOST_EVENTS)
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

/// The viewer's own addresses, in the order in which they were made.
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

/// What an organisation that the viewer sees is called.
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
