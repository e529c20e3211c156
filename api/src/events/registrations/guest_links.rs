//! Links sent to guests: the registration behind a link, and the acts of its holder.

use chrono::{DateTime, Utc};
use entity::{event, guest_request, link::LinkPurpose, registration};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{emails, responses, rules::Act};
use crate::{
    App,
    events::capacity,
    kit::{Error, Viewer, lifecycle, viewer},
    mail::links,
};

/// Returns the registration of a guest by the token of a link, if the link is valid.
pub async fn by_token(
    app: &App,
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    token: &str,
) -> Result<Option<(registration::Model, event::Model)>, Error> {
    let found = match app.tokens.open(emails::GUEST, token) {
        Some(id) => links::subject(conn, LinkPurpose::Guest, id, viewer.now).await?,
        None => asked_by(app, conn, token, viewer.now).await?,
    };
    match found {
        Some(id) => registered(conn, id).await,
        None => Ok(None),
    }
}

/// Returns the event of a link, if the link is valid: for a request or for a registration.
pub async fn told(app: &App, viewer: &Viewer, token: &str) -> Result<Option<event::Model>, Error> {
    let conn = &app.database.read;
    if let Some((_, event)) = by_token(app, conn, viewer, token).await? {
        return Ok(Some(event));
    }
    let Some(id) = asked_by(app, conn, token, viewer.now).await? else {
        return Ok(None);
    };
    match guest_request::Entity::find_by_id(id).one(conn).await? {
        Some(new) => Ok(event::Entity::find_by_id(new.event_id).one(conn).await?),
        None => Ok(None),
    }
}

/// Returns the id of the request behind a link to confirm it, if the link is valid.
pub(super) async fn asked_by(
    app: &App,
    conn: &impl ConnectionTrait,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>, Error> {
    match app.tokens.open(emails::REQUEST, token) {
        Some(id) => links::subject(conn, LinkPurpose::GuestRequest, id, now).await,
        None => Ok(None),
    }
}

/// Returns the registration of a guest, and its event.
pub(super) async fn registered(
    conn: &impl ConnectionTrait,
    id: Uuid,
) -> Result<Option<(registration::Model, event::Model)>, Error> {
    let row = registration::Entity::find_by_id(id)
        .filter(registration::Column::PersonId.is_null())
        .one(conn)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let event = event::Entity::find_by_id(row.event_id).one(conn).await?;
    Ok(event.map(|event| (row, event)))
}

/// Accepts the places that are offered to a guest, or cancels their registration.
pub async fn act(
    app: &App,
    viewer: &Viewer,
    token: &str,
    act: Act,
) -> Result<(registration::Model, event::Model), Error> {
    let nobody = as_nobody(viewer.now);
    let transaction = app.database.begin().await?;
    let seen = by_token(app, &transaction, viewer, token).await?;
    let (seen, _) = seen.ok_or_else(links::no_link)?;
    capacity::lock(&transaction, seen.capacity_id, viewer.now).await?;
    let found = registered(&transaction, seen.id).await?;
    let (row, event) = found.ok_or_else(links::no_link)?;
    lifecycle::check::<registration::Entity>(&row, &event, act, &(), viewer.now)?;
    let of = (&row, &event);
    let row = if act == Act::Accept {
        responses::accept_in(&transaction, &nobody, of).await?
    } else {
        responses::cancel_in(&transaction, &nobody, of, true).await?
    };
    transaction.commit().await?;
    Ok((row, event))
}

/// Returns the anonymous viewer, as which a guest acts even if the holder of the link is signed in.
pub(super) const fn as_nobody(now: DateTime<Utc>) -> Viewer {
    Viewer {
        now,
        who: viewer::Who::Anonymous,
    }
}
