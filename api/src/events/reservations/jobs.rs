//! Jobs of reservations: release unused places that are due, and delete personal addresses.
//!
//! Readers and acts apply a release at its instant; the worker records it later. Each release is a transaction that
//! locks the row of the counts, so any number of workers may run.

use entity::{
    event,
    place_reservation::{self, Column, Entity},
    place_reservation_address as address,
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Query, SelectStatement},
};

use crate::{
    App,
    events::{
        capacity,
        registrations::{retention, waiting_list},
        reservations::release,
    },
    kit::{Error, Viewer, failpoint},
};

/// Maximum number of reservations that a worker reads at a time.
const BATCH: u64 = 200;

/// Does all due work and returns the number of rows changed.
pub async fn run(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    Ok(release(app, viewer).await? + forget(app, viewer).await?)
}

/// Releases unused places that are due, and offers them to the waiting list.
async fn release(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    let due = Entity::find()
        .filter(release::due(viewer.now))
        .order_by_asc(Column::ReleaseAt)
        .limit(BATCH);
    let rows = due.all(&app.database.read).await?;
    for row in &rows {
        let transaction = app.database.begin().await?;
        // Locking the counts also records the releases that are due.
        capacity::lock(&transaction, row.capacity_id, viewer.now).await?;
        let event = event::Entity::find_by_id(row.event_id);
        if let Some(event) = event.one(&transaction).await? {
            waiting_list::offer_in_order(&transaction, viewer, &event, row.capacity_id).await?;
        }
        failpoint::point("reservations.releasing");
        transaction.commit().await?;
        failpoint::point("reservations.released");
    }
    Ok(rows.len())
}

/// Deletes the addresses of reservations at the end of their retention. No activity records it, as for access needs.
async fn forget(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    let own = over(viewer);
    let due = address::Column::ReservationId.in_subquery(own);
    let some = address::Entity::find().filter(due.clone());
    if some.one(&app.database.read).await?.is_none() {
        return Ok(0);
    }
    failpoint::point("reservations.forgetting");
    let gone = address::Entity::delete_many()
        .filter(due)
        .exec(&app.database.write)
        .await?;
    failpoint::point("reservations.forgotten");
    Ok(usize::try_from(gone.rows_affected).unwrap_or(usize::MAX))
}

/// Selects the reservations of events whose personal data is no longer kept.
fn over(viewer: &Viewer) -> SelectStatement {
    Query::select()
        .column(place_reservation::Column::Id)
        .from(Entity)
        .and_where(Column::EventId.in_subquery(retention::over(viewer.now)))
        .to_owned()
}
