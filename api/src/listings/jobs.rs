//! Worker that ends listings at their time, and reminds their organisations before.
//!
//! Readers see the end at its instant; the worker stores it and records the act, which notifies. Any number of workers
//! may run: each step is one conditional update, and the worker whose update succeeds records it.

use entity::listing::{self, Column, ExpiryPolicy, ListingState};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{acts, published, rules};
use crate::{
    App,
    kit::{
        Database, Error, Viewer,
        activity::{self, ActivityKind},
        failpoint,
    },
};

/// Maximum number of listings that a worker reads at a time.
const BATCH: u64 = 200;

/// Ends and reminds all listings that are due. Returns the number of listings changed.
pub async fn run(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    Ok(expire(&app.database, viewer).await? + remind(&app.database, viewer).await?)
}

/// Stores the end of the listings that have ended.
async fn expire(database: &Database, viewer: &Viewer) -> Result<usize, Error> {
    let ended = Condition::all()
        .add(published())
        .add(Column::ClosesAt.lte(viewer.now));
    let mut touched = 0;
    loop {
        let rows = due(database, ended.clone()).await?;
        let last = rows.len() < usize::try_from(BATCH).unwrap_or(usize::MAX);
        for row in rows {
            let (state, reason) = rules::timed_out(&row);
            let change = listing::ActiveModel {
                state: Set(state),
                close_reason: Set(reason),
                closed_at: Set(reason.map(|_| row.closes_at)),
                updated_at: Set(viewer.now),
                version: Set(row.version + 1),
                ..Default::default()
            };
            let act = if state == ListingState::Closed {
                acts::CLOSED
            } else {
                acts::EXPIRED
            };
            touched += usize::from(
                once(
                    database,
                    viewer,
                    &row,
                    change,
                    ended.clone(),
                    (act, &["state"]),
                )
                .await?,
            );
        }
        if last {
            return Ok(touched);
        }
    }
}

/// Records a reminder for each listing that is due for one. A renewed or confirmed listing can be reminded again.
async fn remind(database: &Database, viewer: &Viewer) -> Result<usize, Error> {
    let soon = Condition::all()
        .add(Column::ExpiryPolicy.eq(ExpiryPolicy::Fixed))
        .add(Column::ClosesAt.lte(viewer.now + rules::REMIND_BEFORE))
        .add(Column::ClosesAt.gt(viewer.now));
    let unconfirmed = Condition::all()
        .add(Column::ExpiryPolicy.eq(ExpiryPolicy::Standing))
        .add(Column::ConfirmedAt.lte(viewer.now - rules::CONFIRM_EVERY));
    let waiting = Condition::all()
        .add(published())
        .add(Column::RemindedAt.is_null())
        .add(Condition::any().add(soon).add(unconfirmed));
    let mut touched = 0;
    loop {
        let rows = due(database, waiting.clone()).await?;
        let last = rows.len() < usize::try_from(BATCH).unwrap_or(usize::MAX);
        for row in rows {
            let act = match row.expiry_policy {
                ExpiryPolicy::Fixed => acts::EXPIRY_REMINDED,
                ExpiryPolicy::Standing => acts::CONFIRMATION_ASKED,
            };
            let change = listing::ActiveModel {
                reminded_at: Set(Some(viewer.now)),
                ..Default::default()
            };
            touched += usize::from(
                once(database, viewer, &row, change, waiting.clone(), (act, &[])).await?,
            );
        }
        if last {
            return Ok(touched);
        }
    }
}

async fn due(database: &Database, condition: Condition) -> Result<Vec<listing::Model>, Error> {
    let found = listing::Entity::find()
        .filter(condition)
        .order_by_asc(Column::ClosesAt)
        .limit(BATCH);
    Ok(found.all(&database.write).await?)
}

/// Updates a listing if it still meets the condition, and records the act. Returns false if another worker was first.
async fn once(
    database: &Database,
    viewer: &Viewer,
    row: &listing::Model,
    change: listing::ActiveModel,
    condition: Condition,
    (act, fields): (ActivityKind<listing::Entity>, &[&'static str]),
) -> Result<bool, Error> {
    let transaction = database.begin().await?;
    let update = listing::Entity::update_many()
        .set(change)
        .filter(Column::Id.eq(row.id))
        .filter(condition);
    let done = update.exec(&transaction).await?.rows_affected == 1;
    if done {
        activity::record(&transaction, viewer, act, row, fields).await?;
    }
    failpoint::point("listings.touched");
    transaction.commit().await?;
    failpoint::point("listings.committed");
    Ok(done)
}
