//! Reserves places. Free places become reserved, and are offered at once to people on the waiting list for whom they
//! are meant.

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
        Error, Id, Transaction, UserError, UserErrorCode as Code, Viewer,
        database::resource,
        idempotency::{Key, RetryKey},
        lifecycle,
        validation::Validator,
    },
    organisations::service::lock_if_active,
};

/// Id of a reservation.
pub type ReservationId = Id<Entity>;

/// Places to reserve.
#[derive(Clone, Debug)]
pub struct NewReservation {
    /// Event at which to reserve places.
    pub event: EventId,
    /// Session in which to reserve places; `None` for the whole event.
    pub session: Option<Id<event_session::Entity>>,
    /// Organisation for which to reserve the places; `None` for a list.
    pub organisation: Option<Id<organisation::Entity>>,
    /// Email addresses for which to reserve the places; empty for an organisation.
    pub addresses: Vec<String>,
    /// Label that the organisers gave.
    pub label: Option<String>,
    /// Number of places.
    pub places: i32,
    /// Time at which unused places become free for all.
    pub release_at: DateTime<Utc>,
}

/// Reserves places, and offers them at once to people on the waiting list for whom they are meant.
pub async fn reserve(
    app: &App,
    viewer: &Viewer,
    new: NewReservation,
    key: Option<RetryKey>,
) -> Result<Model, Error> {
    viewer.signed_in()?;
    let key = Key::new(viewer, key, "place_reservation.made");
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
    let mut checks = Validator::new();
    rules::fits(&mut checks, &event, &counts, session.is_some());
    rules::release_at(&mut checks, &event, release_at, viewer.now);
    let addresses = rules::addresses(&mut checks, &addresses);
    let message = "Choose either one organisation or a list of email addresses.";
    let one = organisation.is_some() == addresses.is_empty();
    checks.require(one, "organisationId", Code::Required, message);
    let label = checks.optional("label", label.as_deref(), 100);
    checks.require(
        places > 0,
        "places",
        Code::OutOfRange,
        "Reserve at least one place.",
    );
    checks.finish()?;
    if !active {
        let message = "There is no active organisation with this id. Choose another one.";
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

/// Offers free and reserved places to the waiting list, and returns the current reservation.
pub(super) async fn offered(
    transaction: &Transaction,
    viewer: &Viewer,
    event: &event::Model,
    row: Model,
) -> Result<Model, Error> {
    waiting_list::offer_in_order(transaction, viewer, event, row.capacity_id).await?;
    resource::get(transaction, viewer, ReservationId::new(row.id)).await
}

/// Changes the number of reserved places by `held`, which is negative for fewer. The error is a refusal if not enough
/// places are free.
pub(super) async fn take(
    conn: &impl ConnectionTrait,
    counts: &event_capacity::Model,
    held: i32,
) -> Result<(), Error> {
    if held == 0 {
        return Ok(());
    }
    if let Some(free) = capacity::free(counts).filter(|free| held > *free) {
        let message = format!("Only {free} more places are free. Reserve fewer places.");
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
    if own.count(conn).await? < rules::MAX {
        return Ok(());
    }
    let message = format!(
        "An event has at most {} reservations. Add places to an existing one.",
        rules::MAX
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
    let message = "The event has no session with this id. Choose one of its sessions.";
    UserError::at("sessionId", Code::Unknown, message).into()
}
