//! Acts on series: drafting the events that a rule generates, and announcing or cancelling them.

use chrono::{DateTime, Duration, Utc};
use entity::{
    event::{self, Column, EventState},
    event_series,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{
    acts,
    content::{EventContent, Session},
    recurrence::{self, Recurrence},
    rules::{self, Act},
    service::{self, Draft, EventId, Occurrence},
    transitions,
};
use crate::{
    App,
    kit::{
        Error, Id, Transaction, UserError, UserErrorCode, Viewer, activity,
        database::resource,
        idempotency::{Key, RetryKey},
        lifecycle,
        validation::Validator,
    },
    listings,
};

/// Id of a series.
pub type SeriesId = Id<event_series::Entity>;

/// Drafts all events of a series. They differ only in their dates.
pub async fn create(
    app: &App,
    viewer: &Viewer,
    draft: Draft,
    recurrence: Recurrence,
    key: Option<RetryKey>,
) -> Result<event_series::Model, Error> {
    let key = Key::new(viewer, key, "event_series.drafted");
    Key::once::<event_series::Entity>(key, &app.database, viewer, async |transaction| {
        create_in(app, transaction, viewer, draft, recurrence).await
    })
    .await
}

async fn create_in(
    app: &App,
    transaction: &Transaction,
    viewer: &Viewer,
    Draft {
        organisation,
        content,
        schedule,
    }: Draft,
    recurrence: Recurrence,
) -> Result<event_series::Model, Error> {
    let organisation = service::host(transaction, viewer, organisation).await?;
    let content = service::checked(app, transaction, viewer, content, schedule).await?;
    let mut checks = Validator::new();
    let zone = recurrence::zone(&content.time_zone);
    let found = zone
        .and_then(|zone| recurrence::occurrences(&mut checks, recurrence, content.starts_at, zone));
    checks.finish()?;
    let found = found.ok_or(Error::NotFound)?;
    let id = Uuid::now_v7();
    let days = found
        .exceptions
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>();
    let row = event_series::Entity::insert(event_series::ActiveModel {
        id: Set(id),
        reference: Set(listings::persist::reference_of("SER", id)),
        organisation_id: Set(organisation.id),
        created_by: Set(viewer.signed_in()?.id),
        title: Set(content.title.clone()),
        rule: Set(found.rule),
        exceptions: Set(days.into()),
        starts_at: Set(content.starts_at),
        time_zone: Set(content.time_zone.clone()),
        created_at: Set(viewer.now),
    })
    .exec_with_returning(transaction)
    .await?;
    activity::record(transaction, viewer, acts::SERIES_DRAFTED, &row, &[]).await?;
    for starts_at in found.starts {
        let occurrence = Some(Occurrence {
            series_id: id,
            starts_at,
        });
        let content = moved(&content, starts_at);
        service::insert(
            transaction,
            viewer,
            organisation.id,
            &content,
            occurrence,
            schedule,
        )
        .await?;
    }
    Ok(row)
}

/// Returns the content of the first event, moved to another start. Sessions and the registration window move with it.
fn moved(first: &EventContent, starts_at: DateTime<Utc>) -> EventContent {
    let by: Duration = starts_at - first.starts_at;
    let later = |at: Option<DateTime<Utc>>| at.map(|at| at + by);
    let sessions = first.sessions.iter().map(|session| Session {
        starts_at: session.starts_at + by,
        ends_at: session.ends_at + by,
        ..session.clone()
    });
    EventContent {
        starts_at,
        ends_at: first.ends_at + by,
        registration_opens_at: later(first.registration_opens_at),
        registration_closes_at: later(first.registration_closes_at),
        sessions: sessions.collect(),
        ..first.clone()
    }
}

/// Announces all drafts of a series.
pub async fn schedule(
    app: &App,
    viewer: &Viewer,
    id: SeriesId,
) -> Result<event_series::Model, Error> {
    let (row, events) = ready(app, viewer, id, Act::Schedule).await?;
    for event in events {
        transitions::schedule(app, viewer, EventId::new(event.id), None).await?;
    }
    Ok(row)
}

/// Cancels all events of a series that are not over.
pub async fn cancel(
    app: &App,
    viewer: &Viewer,
    id: SeriesId,
    notice: Option<String>,
) -> Result<event_series::Model, Error> {
    let (row, events) = ready(app, viewer, id, Act::Cancel).await?;
    for event in events {
        transitions::cancel(app, viewer, EventId::new(event.id), None, notice.clone()).await?;
    }
    Ok(row)
}

/// Returns the series and its events on which the viewer can perform the act, or a refusal if there are none. The
/// caller runs one transaction per event, so that a long series blocks no other writer for long. Repeating the act
/// completes it.
async fn ready(
    app: &App,
    viewer: &Viewer,
    id: SeriesId,
    act: Act,
) -> Result<(event_series::Model, Vec<event::Model>), Error> {
    viewer.signed_in()?;
    let row = resource::get(&app.database.read, viewer, id).await?;
    if !rules::organises(viewer, row.organisation_id) {
        return Err(Error::Forbidden(
            "Only editors of the series' organisation and programme administrators can do this.",
        ));
    }
    let mut events = event::Entity::find()
        .filter(Column::SeriesId.eq(row.id))
        .filter(Column::State.is_not_in([EventState::Cancelled, EventState::Completed]))
        .filter(<event::Entity as crate::kit::Resource>::visible_to(viewer))
        .order_by_asc(Column::StartsAt)
        .all(&app.database.read)
        .await?;
    events.retain(|event| {
        lifecycle::check::<event::Entity>(event, &(), act, &(), viewer.now).is_ok()
    });
    if events.is_empty() {
        let message = "No event of the series is in a state that allows this. Reload the series to see its events.";
        return Err(UserError::new(UserErrorCode::InvalidState, message).into());
    }
    Ok((row, events))
}
