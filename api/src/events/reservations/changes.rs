//! Changes and releases reservations.

use chrono::{DateTime, Utc};
use entity::{
    event, event_capacity,
    place_reservation::{self, Column, Entity, Model},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};

use super::{
    rules,
    service::{ReservationId, list, offered, take, unlist},
};
use crate::{
    App,
    events::{
        acts, capacity,
        reservations::{release, rules::Act},
        service::EventId,
    },
    kit::{
        Error, Transaction, UserErrorCode as Code, Viewer, database::resource, lifecycle,
        validation::Validator,
    },
};

/// Changes to a reservation; `None` leaves a value as it is.
#[derive(Clone, Debug)]
pub struct Edit {
    /// Version that the editor loaded.
    pub version: i32,
    /// Number of places.
    pub places: Option<i32>,
    /// Email addresses that replace the list.
    pub addresses: Option<Vec<String>>,
    /// Label; `Some(None)` removes it.
    pub label: Option<Option<String>>,
    /// Time at which unused places become free for all.
    pub release_at: Option<DateTime<Utc>>,
}

/// Changes the number of places, the addresses, the label or the release time of a reservation.
pub async fn update(
    app: &App,
    viewer: &Viewer,
    id: ReservationId,
    edit: Edit,
) -> Result<Model, Error> {
    let transaction = app.database.begin().await?;
    let Edit {
        version,
        places,
        addresses,
        label,
        release_at,
    } = edit;
    let (row, event, counts) = load(&transaction, viewer, id, Act::Update, Some(version)).await?;
    let (mut checks, mut fields) = (Validator::new(), Vec::new());
    let mut change = place_reservation::ActiveModel::default();
    let places = places.unwrap_or(row.places);
    if places != row.places {
        let least = row.used.max(1);
        let message = format!(
            "{} places are used already. Reserve at least {least}.",
            row.used
        );
        checks.require(places >= least, "places", Code::OutOfRange, message);
        change.places = Set(places);
        fields.push("places");
    }
    let addresses = addresses.map(|said| rules::addresses(&mut checks, &said));
    if let Some(said) = &addresses {
        let list = row.organisation_id.is_none() && !said.is_empty();
        let message = "Enter at least one email address for a reservation for a list. A reservation for an organisation has no addresses.";
        checks.require(list, "addresses", Code::Invalid, message);
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
    let row = lifecycle::write(&transaction, viewer, &row, change, None).await?;
    if let Some(addresses) = addresses {
        unlist(&transaction, row.id).await?;
        list(&transaction, row.id, addresses).await?;
    }
    lifecycle::record(
        &transaction,
        viewer,
        (&row, &event, &()),
        acts::RESERVATION_UPDATED,
        &fields,
    )
    .await?;
    let row = offered(&transaction, viewer, &event, row).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Releases the unused places of a reservation, and offers them to the waiting list.
pub async fn release(app: &App, viewer: &Viewer, id: ReservationId) -> Result<Model, Error> {
    let transaction = app.database.begin().await?;
    let (row, event, _) = load(&transaction, viewer, id, Act::Release, None).await?;
    let this = Condition::all().add(Column::Id.eq(row.id));
    release::release(&transaction, viewer, this, Some(viewer.now)).await?;
    let row = offered(&transaction, viewer, &event, row).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Locks the places of a reservation and reads it with its event and counts, if the viewer may perform the act.
async fn load(
    transaction: &Transaction,
    viewer: &Viewer,
    id: ReservationId,
    act: Act,
    version: Option<i32>,
) -> Result<(Model, event::Model, event_capacity::Model), Error> {
    viewer.signed_in()?;
    let seen = resource::get(transaction, viewer, id).await?;
    let counts = capacity::lock(transaction, seen.capacity_id, viewer.now).await?;
    let row = resource::get(transaction, viewer, id).await?;
    let event = resource::get(transaction, viewer, EventId::new(row.event_id)).await?;
    lifecycle::permit::<Entity>(viewer, &row, &event, act, version)?;
    Ok((row, event, counts.ok_or(Error::NotFound)?))
}
