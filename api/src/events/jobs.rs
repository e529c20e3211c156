//! Jobs of events: reminders a day before the start, and completion at the end.
//!
//! Readers see the end at its instant; the worker records it later. Any number of workers may run: each step is one
//! conditional update, and the worker whose update succeeds records the activity.

use entity::event::{self, Column, EventState, RegistrationMode};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{acts, rules, scheduled};
use crate::{
    App,
    kit::{
        Error, Viewer,
        activity::{self, ActivityKind},
        failpoint,
    },
};

/// Maximum number of events that a worker reads at a time.
const BATCH: u64 = 100;

/// Does all due work and returns the number of events changed.
pub async fn run(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    Ok(complete(app, viewer).await? + remind(app, viewer).await?)
}

/// Records the reminder of people with a place, once for each date.
async fn remind(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    let soon = Condition::all()
        .add(scheduled())
        .add(Column::RemindedAt.is_null())
        .add(Column::Registration.ne(RegistrationMode::None))
        .add(Column::StartsAt.gt(viewer.now))
        .add(Column::StartsAt.lte(viewer.now + rules::REMIND_BEFORE));
    let change = event::ActiveModel {
        reminded_at: Set(Some(viewer.now)),
        ..Default::default()
    };
    each(app, viewer, soon, change, acts::REMINDED).await
}

/// Completes the events that are over.
async fn complete(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    let over = Condition::all()
        .add(scheduled())
        .add(Column::EndsAt.lte(viewer.now));
    let change = event::ActiveModel {
        state: Set(EventState::Completed),
        updated_at: Set(viewer.now),
        ..Default::default()
    };
    each(app, viewer, over, change, acts::COMPLETED).await
}

/// Changes each event that meets the condition, if it still does at the update, and records an activity.
async fn each(
    app: &App,
    viewer: &Viewer,
    due: Condition,
    change: event::ActiveModel,
    act: ActivityKind<event::Entity>,
) -> Result<usize, Error> {
    let mut touched = 0;
    loop {
        let rows = event::Entity::find()
            .filter(due.clone())
            .order_by_asc(Column::EndsAt)
            .limit(BATCH)
            .all(&app.database.read)
            .await?;
        for row in &rows {
            let transaction = app.database.begin().await?;
            let update = event::Entity::update_many()
                .set(change.clone())
                .filter(Column::Id.eq(row.id))
                .filter(due.clone());
            if update.exec(&transaction).await?.rows_affected == 1 {
                activity::record(&transaction, viewer, act, row, &[]).await?;
                touched += 1;
            }
            failpoint::point("events.touching");
            transaction.commit().await?;
            failpoint::point("events.touched");
        }
        if rows.len() < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            return Ok(touched);
        }
    }
}
