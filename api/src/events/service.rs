//! The acts on events. Each reads the row as it is, asks the rules, and writes under the condition that the row is
//! still as it was.

use entity::{
    event::{self, EventState},
    event_capacity, event_session, organisation,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{
    acts, capacity,
    content::Particulars,
    persist,
    reservations::release,
    rules::{self, Act},
    transitions,
};
use crate::{
    App,
    kit::{
        Error, Id, Transaction, UserErrorCode, Viewer, activity, clock, database::resource,
        idempotency::Key, lifecycle, validation::Checks,
    },
    listings,
    organisations::rules::is_active,
};

/// The id of an event.
pub type EventId = Id<event::Entity>;

/// What is to be drafted.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Whose it is.
    pub organisation: Id<organisation::Entity>,
    /// What it says.
    pub said: Particulars,
    /// Whether to announce it at once.
    pub schedule: bool,
}

/// The place of an event in a series.
#[derive(Clone, Copy, Debug)]
pub struct Occurrence {
    /// The series.
    pub series_id: Uuid,
    /// The start that the rule gave.
    pub starts_at: chrono::DateTime<chrono::Utc>,
}

/// Drafts an event, and announces it at once where that is asked for.
pub async fn create(
    app: &App,
    viewer: &Viewer,
    draft: Draft,
    key: Option<String>,
) -> Result<event::Model, Error> {
    let key = Key::new(viewer, key, "event.drafted", &draft);
    let Draft {
        organisation,
        said,
        schedule,
    } = draft;
    Key::once::<event::Entity>(key, &app.database, viewer, async |transaction| {
        let organisation = host(transaction, viewer, organisation).await?;
        let said = checked(app, transaction, viewer, said, schedule).await?;
        insert(transaction, viewer, organisation.id, &said, None, schedule).await
    })
    .await
}

/// The organisation for which the viewer may draft events, held as it is until the transaction ends.
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

/// What is said of a new event, if it can be so.
pub(super) async fn checked(
    app: &App,
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    said: Particulars,
    schedule: bool,
) -> Result<Particulars, Error> {
    let mut checks = Checks::new();
    let said = said.check(&mut checks, None, &app.reference.now(), viewer.now);
    if schedule {
        said.check_announced(&mut checks, viewer.now);
    }
    checks.finish()?;
    persist::know_partners(conn, &said).await?;
    Ok(said)
}

/// Writes a new event with everything beside it, and records it.
pub(super) async fn insert(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    organisation_id: Uuid,
    said: &Particulars,
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
        ..persist::content_columns(said)
    };
    let row = event::Entity::insert(row).exec_with_returning(conn).await?;
    persist::link(conn, id, said, true).await?;
    capacity::create(conn, id, id, said.capacity).await?;
    persist::write_sessions(conn, id, said, &[]).await?;
    activity::record(conn, viewer, acts::DRAFTED, &row, &[]).await?;
    if schedule {
        lifecycle::permit::<event::Entity>(viewer, &row, &(), Act::Schedule, None)?;
        return transitions::announce(conn, viewer, &row).await;
    }
    Ok(row)
}

/// Changes what an event says. `version` is the one that the editor saw; `edit` lays the changes over what it says.
pub async fn update(
    app: &App,
    viewer: &Viewer,
    id: EventId,
    version: i32,
    edit: impl FnOnce(&mut Particulars) + Send,
) -> Result<event::Model, Error> {
    let transaction = app.database.begin().await?;
    let held = capacity::lock_all(&transaction, id.0, viewer.now).await?;
    let (row, ()) =
        lifecycle::load(&transaction, viewer, id, &(), Act::Edit, Some(version)).await?;
    let before = persist::said(&transaction, &row).await?;
    let mut said = before.clone();
    edit(&mut said);
    let mut checks = Checks::new();
    let said = said.check(&mut checks, Some(&before), &app.reference.now(), viewer.now);
    let fields = said.changed(&before);
    if row.state != EventState::Draft {
        said.check_announced(
            &mut checks,
            viewer
                .now
                .min(row.starts_at - chrono::Duration::microseconds(1)),
        );
        let dated = ["startsAt", "endsAt", "timeZone"]
            .into_iter()
            .find(|field| fields.contains(field));
        if let Some(field) = dated {
            let message = "It has been announced for this date. Use rescheduleEvent, which tells those who come.";
            checks.refuse(field, UserErrorCode::InvalidState, message);
        }
    }
    let used = held.iter().any(capacity::is_used);
    let message =
        "People have registered already, or places are held for them, in the way that it has.";
    checks.demand(
        !used || said.registration == row.registration,
        "registrationMode",
        UserErrorCode::InvalidState,
        message,
    );
    checks.finish()?;
    if fields.is_empty() {
        return Ok(row);
    }
    persist::know_partners(&transaction, &said).await?;
    let change = persist::content_columns(&said);
    let changed = lifecycle::write(&transaction, viewer, &row, change, None).await?;
    persist::link(&transaction, row.id, &said, false).await?;
    if let Some(own) = held.iter().find(|held| held.id == row.id) {
        capacity::resize(&transaction, own, said.capacity, "capacity").await?;
    }
    persist::write_sessions(&transaction, row.id, &said, &held).await?;
    // What matters to those who come has a name of its own, under which they are told.
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

/// Throws away a draft.
pub async fn delete(
    app: &App,
    viewer: &Viewer,
    id: EventId,
    version: Option<i32>,
) -> Result<event::Model, Error> {
    let transaction = app.database.begin().await?;
    capacity::lock_all(&transaction, id.0, viewer.now).await?;
    let (row, ()) = lifecycle::load(&transaction, viewer, id, &(), Act::Delete, version).await?;
    persist::unlink(&transaction, row.id).await?;
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
