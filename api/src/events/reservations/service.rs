//! Holding places: what is free is counted as held, and offered at once to those who wait and for whom it is meant.

use chrono::{DateTime, Utc};
use entity::{
    event, event_capacity, event_session, organisation,
    place_reservation::{self, Column, Entity, Model},
    place_reservation_address as address,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
};
use uuid::Uuid;

use super::rules;
use crate::{
    App,
    events::{
        acts, capacity,
        registrations::waiting_list::{self, Change},
        service::EventId,
    },
    kit::{
        Error, Id, Transaction, UserError, UserErrorCode as Code, Viewer, database::resource,
        idempotency::Key, lifecycle, validation::Checks,
    },
    organisations::service::lock_if_active,
};

/// The id of a reservation.
pub type ReservationId = Id<Entity>;

/// What is to be held.
#[derive(Clone, Debug)]
pub struct NewReservation {
    /// The event.
    pub event: EventId,
    /// The session, where people register for sessions.
    pub session: Option<Id<event_session::Entity>>,
    /// For which organisation.
    pub organisation: Option<Id<organisation::Entity>>,
    /// Or for which addresses.
    pub addresses: Vec<String>,
    /// What organisers call it.
    pub label: Option<String>,
    /// How many places.
    pub places: i32,
    /// Until when.
    pub release_at: DateTime<Utc>,
}

/// Holds places. Those who wait and for whom they are meant are offered them at once.
pub async fn reserve(
    app: &App,
    viewer: &Viewer,
    new: NewReservation,
    key: Option<String>,
) -> Result<Model, Error> {
    viewer.signed_in()?;
    let key = Key::new(viewer, key, "place_reservation.made", &new);
    Key::once::<Entity>(key, &app.database, viewer, async |transaction| {
        reserve_in(transaction, viewer, new).await
    })
    .await
}

async fn reserve_in(
    transaction: &Transaction,
    viewer: &Viewer,
    new: NewReservation,
) -> Result<Model, Error> {
    let NewReservation {
        event,
        session,
        organisation,
        addresses,
        label,
        places,
        release_at,
    } = new;
    let active = lock_if_active(transaction, viewer, organisation).await?;
    let capacity_id = session.map_or(event.0, |session| session.0);
    let counts = capacity::lock(transaction, capacity_id, viewer.now).await?;
    let event = resource::get(transaction, viewer, event).await?;
    rules::may_reserve(viewer, &event)?;
    let counts = counts
        .filter(|counts| counts.event_id == event.id)
        .ok_or_else(no_session)?;
    rules::can_reserve(&event, viewer.now)?;
    let mut checks = Checks::new();
    rules::fits(&mut checks, &event, &counts, session.is_some());
    rules::release_at(&mut checks, &event, release_at, viewer.now);
    let addresses = rules::addresses(&mut checks, &addresses);
    let message = "Say for whom: for one organisation, or for the addresses of a list.";
    let one = organisation.is_some() == addresses.is_empty();
    checks.demand(one, "organisationId", Code::Required, message);
    let label = checks.optional("label", label.as_deref(), 100);
    checks.demand(
        places > 0,
        "places",
        Code::OutOfRange,
        "Hold one place or more.",
    );
    checks.finish()?;
    if !active {
        let message = "There is no active organisation with this id.";
        return Err(UserError::at("organisationId", Code::Unknown, message).into());
    }
    check_limit(transaction, event.id).await?;
    take(transaction, &counts, places).await?;
    let row = place_reservation::ActiveModel {
        id: Set(Uuid::now_v7()),
        event_id: Set(event.id),
        capacity_id: Set(capacity_id),
        organisation_id: Set(organisation.map(|id| id.0)),
        label: Set(label),
        places: Set(places),
        used: Set(0),
        release_at: Set(release_at),
        released_at: Set(None),
        created_by: Set(viewer.signed_in()?.id),
        created_at: Set(viewer.now),
        updated_at: Set(viewer.now),
        version: Set(1),
    };
    let row = Entity::insert(row).exec_with_returning(transaction).await?;
    list(transaction, row.id, addresses).await?;
    lifecycle::record(
        transaction,
        viewer,
        (&row, &event, &()),
        acts::PLACES_RESERVED,
        &[],
    )
    .await?;
    offered(transaction, viewer, &event, row).await
}

/// Offers what is free or meant for them to those who wait, and gives the reservation as it is then.
pub(super) async fn offered(
    transaction: &Transaction,
    viewer: &Viewer,
    event: &event::Model,
    row: Model,
) -> Result<Model, Error> {
    waiting_list::offer_in_order(transaction, viewer, event, row.capacity_id).await?;
    resource::get(transaction, viewer, ReservationId::new(row.id)).await
}

/// Counts so many more places as held, or so many fewer.
pub(super) async fn take(
    conn: &impl ConnectionTrait,
    counts: &event_capacity::Model,
    held: i32,
) -> Result<(), Error> {
    if held == 0 {
        return Ok(());
    }
    if let Some(free) = capacity::free(counts).filter(|free| held > *free) {
        let message = format!("{free} places are free; so many more can be held, and no more.");
        return Err(UserError::at("places", Code::Full, message).into());
    }
    let change = Change {
        held,
        ..Change::default()
    };
    waiting_list::count(conn, counts.id, change).await?;
    Ok(())
}

async fn check_limit(conn: &impl ConnectionTrait, event_id: Uuid) -> Result<(), Error> {
    let own = Entity::find().filter(Column::EventId.eq(event_id));
    if own.count(conn).await? < rules::MOST {
        return Ok(());
    }
    let message = format!(
        "An event has at most {} reservations. Enlarge one.",
        rules::MOST
    );
    Err(UserError::new(Code::OutOfRange, message).into())
}

pub(super) async fn list(
    conn: &impl ConnectionTrait,
    id: Uuid,
    addresses: Vec<String>,
) -> Result<(), Error> {
    if addresses.is_empty() {
        return Ok(());
    }
    let rows = addresses.into_iter().map(|email| address::ActiveModel {
        reservation_id: Set(id),
        email: Set(email),
    });
    address::Entity::insert_many(rows)
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

pub(super) async fn unlist(conn: &impl ConnectionTrait, id: Uuid) -> Result<(), Error> {
    address::Entity::delete_many()
        .filter(address::Column::ReservationId.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

fn no_session() -> Error {
    let message = "The event has no session with this id.";
    UserError::at("sessionId", Code::Unknown, message).into()
}
