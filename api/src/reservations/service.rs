//! The acts of organisers on what they hold: holding places, changing how many and for whom, releasing them.

use chrono::{DateTime, Utc};
use entity::{
    event, event_capacity, event_session,
    organisation::{self, OrganisationState},
    place_reservation::{self, Column, Entity, Model},
    place_reservation_address as address,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait,
    PaginatorTrait, QueryFilter,
};
use uuid::Uuid;

use super::rules;
use crate::{
    App,
    events::{capacity, held, service::EventId},
    kit::{
        Error, Id, UserError, UserErrorCode as Code, Viewer, idempotency::Key, input::Checks,
        resource,
    },
    registrations::places::{self, Change},
};

/// The id of a reservation.
pub type ReservationId = Id<Entity>;

/// What is to be held.
#[derive(Clone, Debug)]
pub struct Wish {
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

/// What is to be changed.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The version that the editor saw.
    pub version: i32,
    /// How many places.
    pub places: Option<i32>,
    /// For which addresses.
    pub addresses: Option<Vec<String>>,
    /// `Some(None)` removes it.
    pub label: Option<Option<String>>,
    /// Until when.
    pub release_at: Option<DateTime<Utc>>,
}

/// Holds places. Those who wait and for whom they are meant are offered them at once.
pub async fn reserve(
    app: &App,
    viewer: &Viewer,
    wish: Wish,
    key: Option<String>,
) -> Result<Model, Error> {
    viewer.signed_in()?;
    let key = Key::new(viewer, key, "place_reservation.made", &wish);
    Key::once::<Entity>(key, &app.database, viewer, async |transaction| {
        reserve_in(transaction, viewer, wish).await
    })
    .await
}

async fn reserve_in(
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    wish: Wish,
) -> Result<Model, Error> {
    let Wish {
        event,
        session,
        organisation,
        addresses,
        label,
        places,
        release_at,
    } = wish;
    let capacity_id = session.map_or(event.0, |session| session.0);
    let counts = capacity::hold(transaction, capacity_id, viewer.now).await?;
    let event = resource::get(transaction, viewer, event).await?;
    rules::may(viewer, &event)?;
    let counts = counts
        .filter(|counts| counts.event_id == event.id)
        .ok_or_else(no_session)?;
    rules::can(&event, viewer.now)?;
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
    if let Some(id) = organisation {
        known(transaction, viewer, id).await?;
    }
    few(transaction, event.id).await?;
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
    held::record(transaction, viewer, &row, "place_reservation.made", &[]).await?;
    offered(transaction, viewer, &event, row).await
}

/// Changes how many places are held, for whom, or until when.
pub async fn update(
    app: &App,
    viewer: &Viewer,
    id: ReservationId,
    edit: Edit,
) -> Result<Model, Error> {
    let transaction = app.database.begin().await?;
    let (row, event, counts) = ready(&transaction, viewer, id).await?;
    let Edit {
        version,
        places,
        addresses,
        label,
        release_at,
    } = edit;
    if version != row.version {
        return Err(outdated());
    }
    let (mut checks, mut fields) = (Checks::new(), Vec::new());
    let mut change = place_reservation::ActiveModel::default();
    let places = places.unwrap_or(row.places);
    if places != row.places {
        let least = row.used.max(1);
        let message = format!(
            "{} places are used already; hold {least} or more.",
            row.used
        );
        checks.demand(places >= least, "places", Code::OutOfRange, message);
        change.places = Set(places);
        fields.push("places");
    }
    let addresses = addresses.map(|said| rules::addresses(&mut checks, &said));
    if let Some(said) = &addresses {
        let list = row.organisation_id.is_none() && !said.is_empty();
        let message = "Name an address or more, where places are held for a list. What is held for an organisation has none.";
        checks.demand(list, "addresses", Code::Invalid, message);
        fields.push("addresses");
    }
    if let Some(label) = label {
        change.label = Set(checks.optional("label", label.as_deref(), 100));
        fields.push("label");
    }
    if let Some(at) = release_at.filter(|at| *at != row.release_at) {
        rules::release_at(&mut checks, &event, at, viewer.now);
        change.release_at = Set(at);
        fields.push("releaseAt");
    }
    checks.finish()?;
    if fields.is_empty() {
        return Ok(row);
    }
    take(&transaction, &counts, places - row.places).await?;
    change.updated_at = Set(viewer.now);
    change.version = Set(row.version + 1);
    let changed = Entity::update_many()
        .set(change)
        .filter(Column::Id.eq(row.id))
        .filter(Column::Version.eq(row.version))
        .exec_with_returning(&transaction)
        .await?;
    let row = changed.into_iter().next().ok_or_else(outdated)?;
    if let Some(addresses) = addresses {
        unlist(&transaction, row.id).await?;
        list(&transaction, row.id, addresses).await?;
    }
    held::record(
        &transaction,
        viewer,
        &row,
        "place_reservation.updated",
        &fields,
    )
    .await?;
    let row = offered(&transaction, viewer, &event, row).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Releases what nobody drew, and offers it to those who wait.
pub async fn release(app: &App, viewer: &Viewer, id: ReservationId) -> Result<Model, Error> {
    let transaction = app.database.begin().await?;
    let (row, event, _) = ready(&transaction, viewer, id).await?;
    let this = Condition::all().add(Column::Id.eq(row.id));
    held::release(&transaction, viewer, this, Some(viewer.now)).await?;
    let row = offered(&transaction, viewer, &event, row).await?;
    transaction.commit().await?;
    Ok(row)
}

/// The reservation, its event and the counts, which are held, if it can be changed.
async fn ready(
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    id: ReservationId,
) -> Result<(Model, event::Model, event_capacity::Model), Error> {
    viewer.signed_in()?;
    let seen = resource::get(transaction, viewer, id).await?;
    let counts = capacity::hold(transaction, seen.capacity_id, viewer.now).await?;
    let row = resource::get(transaction, viewer, id).await?;
    let event = EventId::new(row.event_id);
    let event = resource::get(transaction, viewer, event).await?;
    rules::may(viewer, &event)?;
    rules::can(&event, viewer.now)?;
    rules::is_open(&row, &event, viewer.now)?;
    Ok((row, event, counts.ok_or(Error::NotFound)?))
}

/// Offers what is free or meant for them to those who wait, and gives the reservation as it is then.
async fn offered(
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    event: &event::Model,
    row: Model,
) -> Result<Model, Error> {
    places::offer_in_order(transaction, viewer, event, row.capacity_id).await?;
    resource::get(transaction, viewer, ReservationId::new(row.id)).await
}

/// Counts so many more places as held, or so many fewer.
async fn take(
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
    places::count(conn, counts.id, change).await?;
    Ok(())
}

async fn known(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    id: Id<organisation::Entity>,
) -> Result<(), Error> {
    let found = resource::find(conn, viewer, id).await?;
    if found.is_some_and(|row| row.state == OrganisationState::Active) {
        return Ok(());
    }
    let message = "There is no active organisation with this id.";
    Err(UserError::at("organisationId", Code::Unknown, message).into())
}

async fn few(conn: &impl ConnectionTrait, event_id: Uuid) -> Result<(), Error> {
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

async fn list(conn: &impl ConnectionTrait, id: Uuid, addresses: Vec<String>) -> Result<(), Error> {
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

async fn unlist(conn: &impl ConnectionTrait, id: Uuid) -> Result<(), Error> {
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

fn outdated() -> Error {
    let message = "Somebody changed it since you read it. Read it again and repeat your change.";
    UserError::at("version", Code::VersionOutdated, message).into()
}
