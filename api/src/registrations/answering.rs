//! Taking what is offered, and giving places back: by whoever registered, or by the organisers.

use entity::{
    event,
    registration::{self, RegistrationState as State},
};
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::{
    places,
    rules::{self, Act},
    service::RegistrationId,
};
use crate::{
    App,
    events::capacity,
    kit::{Error, Transaction, Viewer, resource},
};

/// Takes the places that are offered.
pub async fn accept(
    app: &App,
    viewer: &Viewer,
    id: RegistrationId,
) -> Result<registration::Model, Error> {
    let transaction = app.database.begin().await?;
    let (row, event) = ready(&transaction, viewer, id, Act::Accept).await?;
    let row = accept_in(&transaction, viewer, (&row, &event)).await?;
    transaction.commit().await?;
    Ok(row)
}

/// The same inside a transaction, for whoever may.
pub(super) async fn accept_in(
    transaction: &Transaction,
    viewer: &Viewer,
    of: (&registration::Model, &event::Model),
) -> Result<registration::Model, Error> {
    let change = registration::ActiveModel {
        answer_by: Set(None),
        ..Default::default()
    };
    let act = "registration.place_accepted";
    places::step(transaction, viewer, of, State::Confirmed, change, act).await
}

/// Gives places back, or leaves the queue. What becomes free is offered at once.
pub async fn cancel(
    app: &App,
    viewer: &Viewer,
    id: RegistrationId,
) -> Result<registration::Model, Error> {
    let transaction = app.database.begin().await?;
    let (row, event) = ready(&transaction, viewer, id, Act::Cancel).await?;
    let own = row.person_id.is_some() && viewer.person_id() == row.person_id;
    let row = cancel_in(&transaction, viewer, (&row, &event), own).await?;
    transaction.commit().await?;
    Ok(row)
}

/// The same inside a transaction, for whoever may. `own` says whether they who registered do it.
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
    let act = if own {
        "registration.cancelled"
    } else {
        "registration.revoked"
    };
    let of = (row, event);
    let row = places::step(transaction, viewer, of, State::Cancelled, change, act).await?;
    places::offer_in_order(transaction, viewer, event, row.capacity_id).await?;
    Ok(row)
}

/// The registration and its event, if the viewer may do this to it as it stands. The places are held.
pub(super) async fn ready(
    transaction: &Transaction,
    viewer: &Viewer,
    id: RegistrationId,
    act: Act,
) -> Result<(registration::Model, event::Model), Error> {
    viewer.signed_in()?;
    let seen = resource::get(transaction, viewer, id).await?;
    capacity::hold(transaction, seen.capacity_id, viewer.now).await?;
    let row = resource::get(transaction, viewer, id).await?;
    let event = event::Entity::find_by_id(row.event_id)
        .one(transaction)
        .await?
        .ok_or(Error::NotFound)?;
    rules::may(viewer, &row, &event, act)?;
    rules::can(&row, &event, act, viewer.now)?;
    Ok((row, event))
}
