//! Acts of organisers: offering places out of order, checking people in, and recording no-shows.

use entity::{
    event,
    registration::{self, Column, RegistrationState as State},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::{
    responses::load,
    rules::{self, Act},
    service::RegistrationId,
    waiting_list,
};
use crate::{
    App,
    events::{acts, capacity, rules as events, service::EventId},
    kit::{Error, UserError, UserErrorCode, Viewer, database::resource},
};

/// Offers places to a registration on the waiting list, out of order.
pub async fn offer(
    app: &App,
    viewer: &Viewer,
    id: RegistrationId,
) -> Result<registration::Model, Error> {
    let transaction = app.database.begin().await?;
    let (row, event) = load(&transaction, viewer, id, Act::Offer).await?;
    let row = waiting_list::offer(&transaction, viewer, &row, &event, None).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Checks in the person with this code.
pub async fn check_in(
    app: &App,
    viewer: &Viewer,
    event: EventId,
    code: &str,
) -> Result<registration::Model, Error> {
    let event = organised(app, viewer, event).await?;
    let code: String = code.trim().to_uppercase().replace('\0', "");
    let found = registration::Entity::find()
        .filter(Column::EventId.eq(event.id))
        .filter(Column::Code.eq(code))
        .one(&app.database.read)
        .await?;
    let Some(found) = found else {
        let message = "No registration for this event has this code. Check the code and the event.";
        return Err(UserError::at("code", UserErrorCode::Unknown, message).into());
    };
    let transaction = app.database.begin().await?;
    let (row, event) = load(
        &transaction,
        viewer,
        RegistrationId::new(found.id),
        Act::CheckIn,
    )
    .await?;
    let change = registration::ActiveModel {
        checked_in_at: Set(Some(viewer.now)),
        ..Default::default()
    };
    let row = waiting_list::perform(
        &transaction,
        viewer,
        (&row, &event),
        Act::CheckIn,
        change,
        acts::CHECKED_IN,
    )
    .await?;
    transaction.commit().await?;
    Ok(row)
}

/// Marks all confirmed registrations that were not checked in as no-shows.
pub async fn record_no_shows(
    app: &App,
    viewer: &Viewer,
    event: EventId,
) -> Result<event::Model, Error> {
    let event = organised(app, viewer, event).await?;
    rules::can_miss(&event, viewer.now)?;
    let transaction = app.database.begin().await?;
    capacity::lock_all(&transaction, event.id, viewer.now).await?;
    let rows = registration::Entity::find()
        .filter(Column::EventId.eq(event.id))
        .filter(Column::State.eq(State::Confirmed))
        .all(&transaction)
        .await?;
    for row in rows {
        let change = registration::ActiveModel::default();
        waiting_list::step(
            &transaction,
            viewer,
            (&row, &event),
            State::NoShow,
            change,
            acts::MISSED,
        )
        .await?;
    }
    transaction.commit().await?;
    Ok(event)
}

/// Returns the event if the viewer organises it.
pub async fn organised(app: &App, viewer: &Viewer, event: EventId) -> Result<event::Model, Error> {
    viewer.signed_in()?;
    let event = resource::get(&app.database.read, viewer, event).await?;
    if events::organises(viewer, event.organisation_id) {
        return Ok(event);
    }
    Err(Error::Forbidden(
        "Only editors of the event's organisation and programme administrators can do this.",
    ))
}
