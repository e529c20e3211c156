//! Accepts and cancels registrations, for the person who registered or for organisers.

use entity::{
    event,
    registration::{self},
};
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::{rules::Act, service::RegistrationId, waiting_list};
use crate::{
    App,
    events::{acts, capacity},
    kit::{Error, Transaction, Viewer, database::resource, lifecycle},
};

/// Accepts the places that are offered.
pub async fn accept(
    app: &App,
    viewer: &Viewer,
    id: RegistrationId,
) -> Result<registration::Model, Error> {
    let transaction = app.database.begin().await?;
    let (row, event) = load(&transaction, viewer, id, Act::Accept).await?;
    let row = accept_in(&transaction, viewer, (&row, &event)).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Like `accept`, inside a transaction and without an authorisation check.
pub(super) async fn accept_in(
    transaction: &Transaction,
    viewer: &Viewer,
    of: (&registration::Model, &event::Model),
) -> Result<registration::Model, Error> {
    let change = registration::ActiveModel {
        answer_by: Set(None),
        ..Default::default()
    };
    let record = acts::PLACE_ACCEPTED;
    waiting_list::perform(transaction, viewer, of, Act::Accept, change, record).await
}

/// Gives up places, declines an offer or leaves the waiting list. Places that become free are offered at once.
pub async fn cancel(
    app: &App,
    viewer: &Viewer,
    id: RegistrationId,
) -> Result<registration::Model, Error> {
    let transaction = app.database.begin().await?;
    let (row, event) = load(&transaction, viewer, id, Act::Cancel).await?;
    let own = row.person_id.is_some() && viewer.person_id() == row.person_id;
    let row = cancel_in(&transaction, viewer, (&row, &event), own).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Like `cancel`, inside a transaction and without an authorisation check. `own` is true if the person who registered
/// does it.
pub(super) async fn cancel_in(
    transaction: &Transaction,
    viewer: &Viewer,
    (row, event): (&registration::Model, &event::Model),
    own: bool,
) -> Result<registration::Model, Error> {
    let change = registration::ActiveModel {
        answer_by: Set(None),
        turn_until: Set(None),
        ..Default::default()
    };
    let record = if own {
        acts::REGISTRATION_CANCELLED
    } else {
        acts::REGISTRATION_REVOKED
    };
    let of = (row, event);
    let row = waiting_list::perform(transaction, viewer, of, Act::Cancel, change, record).await?;
    waiting_list::offer_in_order(transaction, viewer, event, row.capacity_id).await?;
    Ok(row)
}

/// Locks the places and returns the registration and its event, if the viewer may perform the act.
pub(super) async fn load(
    transaction: &Transaction,
    viewer: &Viewer,
    id: RegistrationId,
    act: Act,
) -> Result<(registration::Model, event::Model), Error> {
    viewer.signed_in()?;
    let seen = resource::get(transaction, viewer, id).await?;
    capacity::lock(transaction, seen.capacity_id, viewer.now).await?;
    let row = resource::get(transaction, viewer, id).await?;
    let event = event::Entity::find_by_id(row.event_id)
        .one(transaction)
        .await?
        .ok_or(Error::NotFound)?;
    lifecycle::permit::<registration::Entity>(viewer, &row, &event, act, None)?;
    Ok((row, event))
}
