//! Acts on events. Each reads the row, applies the rules, and writes only if the row is unchanged since.

use entity::{
    event::{self, EventState},
    event_capacity, event_session, organisation,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{
    acts, capacity,
    content::EventContent,
    partners::{rules as partnership, service as partners},
    persist,
    reservations::release,
    rules::{self, Act},
    transitions,
};
use crate::{
    App,
    kit::{
        Error, Id, Transaction, UserErrorCode, Viewer, activity, clock,
        database::resource,
        idempotency::{Key, RetryKey},
        lifecycle,
        validation::Validator,
    },
    listings,
    organisations::rules::is_active,
};

/// Id of an event.
pub type EventId = Id<event::Entity>;

/// Event to draft.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Organisation that hosts the event.
    pub organisation: Id<organisation::Entity>,
    /// Content of the event.
    pub content: EventContent,
    /// True to announce the event at once.
    pub schedule: bool,
}

/// Position of an event in a series.
#[derive(Clone, Copy, Debug)]
pub struct Occurrence {
    /// Id of the series.
    pub series_id: Uuid,
    /// Start that the rule gave.
    pub starts_at: chrono::DateTime<chrono::Utc>,
}

/// Drafts an event, and announces it if the draft asks for that.
pub async fn create(
    app: &App,
    viewer: &Viewer,
    draft: Draft,
    key: Option<RetryKey>,
) -> Result<event::Model, Error> {
    let key = Key::new(viewer, key, "event.drafted");
    let Draft {
        organisation,
        content,
        schedule,
    } = draft;
    Key::once::<event::Entity>(key, &app.database, viewer, async |transaction| {
        let organisation = host(transaction, viewer, organisation).await?;
        let content = checked(app, transaction, viewer, content, schedule).await?;
        insert(
            transaction,
            viewer,
            organisation.id,
            &content,
            None,
            schedule,
        )
        .await
    })
    .await
}

/// Returns the organisation for which the viewer may draft events. Locks it against changes until the transaction ends.
pub(super) async fn host(
    transaction: &Transaction,
    viewer: &Viewer,
    organisation: Id<organisation::Entity>,
) -> Result<organisation::Model, Error> {
    viewer.signed_in()?;
    let organisation = resource::lock_shared(transaction, viewer, organisation).await?;
    rules::may_draft(viewer, organisation.id)?;
    is_active(&organisation, "organisationId")?;
    Ok(organisation)
}

/// Validates the content of a new event.
pub(super) async fn checked(
    app: &App,
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    content: EventContent,
    schedule: bool,
) -> Result<EventContent, Error> {
    let mut checks = Validator::new();
    let content = content.check(&mut checks, None, &app.reference.now(), viewer.now);
    if schedule {
        content.check_announced(&mut checks, viewer.now);
    }
    checks.finish()?;
    persist::check_partners(conn, &content).await?;
    Ok(content)
}

/// Inserts a new event with the rows of related tables, and records the act.
pub(super) async fn insert(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    organisation_id: Uuid,
    content: &EventContent,
    occurrence: Option<Occurrence>,
    schedule: bool,
) -> Result<event::Model, Error> {
    let id = Uuid::now_v7();
    let row = event::ActiveModel {
        id: Set(id),
        reference: Set(listings::persist::reference_of("EVT", id)),
        organisation_id: Set(organisation_id),
        created_by: Set(viewer.signed_in()?.id),
        series_id: Set(occurrence.map(|occurrence| occurrence.series_id)),
        recurrence_id: Set(occurrence.map(|occurrence| occurrence.starts_at)),
        state: Set(EventState::Draft),
        previous_starts_at: Set(None),
        created_at: Set(viewer.now),
        updated_at: Set(viewer.now),
        first_scheduled_at: Set(clock::never()),
        notice: Set(None),
        reminded_at: Set(None),
        version: Set(1),
        ..persist::content_columns(content)
    };
    let row = event::Entity::insert(row).exec_with_returning(conn).await?;
    persist::write_index(conn, id, content, true).await?;
    partners::name(conn, viewer, id, &content.partners, &[]).await?;
    capacity::create(conn, id, id, content.capacity).await?;
    persist::write_sessions(conn, id, content, &[]).await?;
    activity::record(conn, viewer, acts::DRAFTED, &row, &[]).await?;
    if schedule {
        lifecycle::permit::<event::Entity>(viewer, &row, &(), Act::Schedule, None)?;
        return transitions::announce(conn, viewer, &row, !content.partners.is_empty()).await;
    }
    Ok(row)
}

/// Changes the content of an event. `version` is the version that the editor loaded; `edit` applies the changes to the
/// current content.
pub async fn update(
    app: &App,
    viewer: &Viewer,
    id: EventId,
    version: i32,
    edit: impl FnOnce(&mut EventContent) + Send,
) -> Result<event::Model, Error> {
    let transaction = app.database.begin().await?;
    let held = capacity::lock_all(&transaction, id.0, viewer.now).await?;
    let (row, ()) =
        lifecycle::load(&transaction, viewer, id, &(), Act::Edit, Some(version)).await?;
    let before = persist::content(&transaction, &row).await?;
    let mut content = before.clone();
    edit(&mut content);
    let mut checks = Validator::new();
    let content = content.check(&mut checks, Some(&before), &app.reference.now(), viewer.now);
    let fields = content.changed(&before);
    if row.state != EventState::Draft {
        content.check_announced(
            &mut checks,
            viewer
                .now
                .min(row.starts_at - chrono::Duration::microseconds(1)),
        );
        let dated = ["startsAt", "endsAt", "timeZone"]
            .into_iter()
            .find(|field| fields.contains(field));
        if let Some(field) = dated {
            let message = "The event is announced for this date. Use rescheduleEvent, which notifies the people who registered.";
            checks.add(field, UserErrorCode::InvalidState, message);
        }
    }
    let used = held.iter().any(capacity::is_used);
    let message = "People have registered, or places are reserved, in the current registration mode. Keep this mode.";
    checks.require(
        !used || content.registration == row.registration,
        "registrationMode",
        UserErrorCode::InvalidState,
        message,
    );
    checks.finish()?;
    if fields.is_empty() {
        return Ok(row);
    }
    persist::check_partners(&transaction, &content).await?;
    let change = persist::content_columns(&content);
    let changed = lifecycle::write(&transaction, viewer, &row, change, None).await?;
    persist::write_index(&transaction, row.id, &content, false).await?;
    if fields.contains(&"partners") || partnership::asks_again(&fields) {
        let named = partners::of(&transaction, row.id).await?;
        partners::name(&transaction, viewer, row.id, &content.partners, &named).await?;
        if partnership::asks_again(&fields) {
            partners::reset(&transaction, viewer, &named).await?;
        }
        partners::ask(&transaction, viewer, &changed, &named).await?;
    }
    if let Some(own) = held.iter().find(|held| held.id == row.id) {
        capacity::resize(&transaction, own, content.capacity, "capacity").await?;
    }
    persist::write_sessions(&transaction, row.id, &content, &held).await?;
    // A change that matters to people who registered is a separate act, which notifies them.
    let matters = ["venue", "onlineUrl", "attendanceMode", "sessions"];
    let act = if matters.iter().any(|field| fields.contains(field)) {
        acts::CHANGED
    } else {
        acts::EDITED
    };
    activity::record(&transaction, viewer, act, &changed, &fields).await?;
    transaction.commit().await?;
    Ok(changed)
}

/// Deletes a draft.
pub async fn delete(
    app: &App,
    viewer: &Viewer,
    id: EventId,
    version: Option<i32>,
) -> Result<event::Model, Error> {
    let transaction = app.database.begin().await?;
    capacity::lock_all(&transaction, id.0, viewer.now).await?;
    let (row, ()) = lifecycle::load(&transaction, viewer, id, &(), Act::Delete, version).await?;
    persist::clear_index(&transaction, row.id).await?;
    partners::forget(&transaction, row.id).await?;
    release::discard(&transaction, row.id).await?;
    event_capacity::Entity::delete_many()
        .filter(event_capacity::Column::EventId.eq(row.id))
        .exec(&transaction)
        .await?;
    event_session::Entity::delete_many()
        .filter(event_session::Column::EventId.eq(row.id))
        .exec(&transaction)
        .await?;
    lifecycle::delete::<event::Entity>(&transaction, &row).await?;
    activity::record(&transaction, viewer, acts::DELETED, &row, &[]).await?;
    transaction.commit().await?;
    Ok(row)
}
