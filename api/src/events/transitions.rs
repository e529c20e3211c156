//! Transitions of events: to another state or to another date.

use chrono::{DateTime, Utc};
use entity::{event, event_session};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait, IntoActiveModel};

use super::{
    capacity, content, partners::service as partners, persist, reservations::release, rules::Act,
    service::EventId,
};
use crate::{
    App,
    kit::{Error, Transaction, UserErrorCode, Viewer, lifecycle, validation::Validator},
};

/// Announces a draft to its audience.
pub async fn schedule(
    app: &App,
    viewer: &Viewer,
    id: EventId,
    version: Option<i32>,
) -> Result<event::Model, Error> {
    let transaction = app.database.begin().await?;
    let (row, ()) = lifecycle::load(&transaction, viewer, id, &(), Act::Schedule, version).await?;
    let mut checks = Validator::new();
    let content = persist::content(&transaction, &row).await?;
    content.check_announced(&mut checks, viewer.now);
    checks.finish()?;
    let row = announce(&transaction, viewer, &row, !content.partners.is_empty()).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Announces a draft whose content was checked, and asks its partners, if it has any.
pub(super) async fn announce(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &event::Model,
    has_partners: bool,
) -> Result<event::Model, Error> {
    let change = event::ActiveModel {
        first_scheduled_at: Set(row.first_scheduled_at.min(viewer.now)),
        ..Default::default()
    };
    let row = lifecycle::apply(conn, viewer, row, Act::Schedule, change, &["state"]).await?;
    if has_partners {
        partners::ask(conn, viewer, &row, &[]).await?;
    }
    Ok(row)
}

/// Postpones an event without a new date.
pub async fn postpone(
    app: &App,
    viewer: &Viewer,
    id: EventId,
    version: Option<i32>,
    notice: Option<String>,
) -> Result<event::Model, Error> {
    stop(app, viewer, (id, version), Act::Postpone, notice).await
}

/// Cancels an event.
pub async fn cancel(
    app: &App,
    viewer: &Viewer,
    id: EventId,
    version: Option<i32>,
    notice: Option<String>,
) -> Result<event::Model, Error> {
    stop(app, viewer, (id, version), Act::Cancel, notice).await
}

async fn stop(
    app: &App,
    viewer: &Viewer,
    (id, version): (EventId, Option<i32>),
    act: Act,
    notice: Option<String>,
) -> Result<event::Model, Error> {
    let transaction = app.database.begin().await?;
    let row = stop_in(&transaction, viewer, (id, version), act, notice).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Postpones or cancels an event within a transaction. Locks the places first, so that no registration is made
/// meanwhile.
pub(super) async fn stop_in(
    transaction: &Transaction,
    viewer: &Viewer,
    (id, version): (EventId, Option<i32>),
    act: Act,
    notice: Option<String>,
) -> Result<event::Model, Error> {
    capacity::lock_all(transaction, id.0, viewer.now).await?;
    let (row, ()) = lifecycle::load(transaction, viewer, id, &(), act, version).await?;
    let mut checks = Validator::new();
    let notice = checks.optional("notice", notice.as_deref(), 500);
    checks.finish()?;
    let change = event::ActiveModel {
        notice: Set(notice),
        ..Default::default()
    };
    lifecycle::apply(transaction, viewer, &row, act, change, &["state"]).await
}

/// Moves an event to another date and keeps the previous start. Its sessions move with it.
pub async fn reschedule(
    app: &App,
    viewer: &Viewer,
    id: EventId,
    version: Option<i32>,
    (starts_at, ends_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<event::Model, Error> {
    let (starts_at, ends_at) = (content::whole(starts_at), content::whole(ends_at));
    let transaction = app.database.begin().await?;
    capacity::lock_all(&transaction, id.0, viewer.now).await?;
    let (row, ()) =
        lifecycle::load(&transaction, viewer, id, &(), Act::Reschedule, version).await?;
    let mut checks = Validator::new();
    content::times(&mut checks, starts_at, ends_at, Some(viewer.now));
    let sessions = moved(
        &mut checks,
        persist::sessions(&transaction, row.id).await?,
        &row,
        (starts_at, ends_at),
    );
    checks.finish()?;
    for session in sessions {
        event_session::Entity::update(session.into_active_model().reset_all())
            .exec(&transaction)
            .await?;
    }
    let by = starts_at - row.starts_at;
    release::move_releases(&transaction, row.id, by, starts_at).await?;
    let change = event::ActiveModel {
        starts_at: Set(starts_at),
        ends_at: Set(ends_at),
        previous_starts_at: Set(Some(row.starts_at)),
        // The closing time of registration moves with the event.
        registration_closes_at: Set(row.registration_closes_at.map(|at| (at + by).min(ends_at))),
        notice: Set(None),
        reminded_at: Set(None),
        ..Default::default()
    };
    let fields = ["startsAt", "endsAt"];
    let row =
        lifecycle::apply(&transaction, viewer, &row, Act::Reschedule, change, &fields).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Returns the sessions, moved by as much as the start of the event. Adds a problem if one would end after the event.
fn moved(
    checks: &mut Validator,
    sessions: Vec<event_session::Model>,
    row: &event::Model,
    (starts_at, ends_at): (DateTime<Utc>, DateTime<Utc>),
) -> Vec<event_session::Model> {
    let by = starts_at - row.starts_at;
    let sessions = sessions.into_iter().map(|session| event_session::Model {
        starts_at: session.starts_at + by,
        ends_at: session.ends_at + by,
        ..session
    });
    let sessions: Vec<_> = sessions.collect();
    let within = sessions.iter().all(|session| session.ends_at <= ends_at);
    let message = "A session would end after the event, because sessions move with the start. Choose a later end.";
    checks.require(within, "endsAt", UserErrorCode::OutOfRange, message);
    sessions
}
