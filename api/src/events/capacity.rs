//! The places of an event or a session: the row that says how many there are, and what became of them.
//!
//! Whoever changes anything about places holds the row first, by a statement that writes it as it is: until the
//! transaction ends nobody else does the same, on either database. Rows are held before anything else is written, in
//! the order of their ids, so that no two transactions wait for each other in a circle. An organisation for which somebody
//! comes, or for which places are held, is held before the rows are: a merger takes along all that was written by then.

use chrono::{DateTime, Utc};
use entity::event_capacity::{self, Column, Entity, Model};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter,
    QueryOrder, sea_query::Expr,
};
use uuid::Uuid;

use super::reservations::release;
use crate::kit::{Error, UserError, UserErrorCode};

/// How many places are free; `None` where they are not counted.
#[must_use]
pub fn free(row: &Model) -> Option<i32> {
    row.capacity.map(|capacity| capacity - taken(row))
}

/// How many places somebody has or was offered, or are held for some.
#[must_use]
pub const fn taken(row: &Model) -> i32 {
    row.confirmed + row.offered + row.held
}

/// How many places somebody who comes now finds; none while others wait.
#[must_use]
pub fn remaining(row: &Model) -> Option<i32> {
    free(row).map(|free| if row.waiting > 0 { 0 } else { free })
}

/// Holds one row until the transaction ends, and gives it as it is at an instant: what is to be released by then is.
pub async fn lock(
    conn: &impl ConnectionTrait,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Model>, Error> {
    let held = Entity::update_many()
        .col_expr(Column::Waiting, Expr::col(Column::Waiting))
        .filter(Column::Id.eq(id))
        .exec_with_returning(conn)
        .await?;
    match held.into_iter().next() {
        Some(row) => Ok(Some(release::release_due(conn, row, now).await?)),
        None => Ok(None),
    }
}

/// Holds all rows of an event until the transaction ends, in the order of their ids.
pub async fn lock_all(
    conn: &impl ConnectionTrait,
    event_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<Model>, Error> {
    let rows = Entity::find()
        .filter(Column::EventId.eq(event_id))
        .order_by_asc(Column::Id)
        .all(conn)
        .await?;
    let mut held = Vec::with_capacity(rows.len());
    for row in rows {
        held.extend(lock(conn, row.id, now).await?);
    }
    Ok(held)
}

/// Writes the row of something new.
pub async fn create(
    conn: &impl ConnectionTrait,
    id: Uuid,
    event_id: Uuid,
    capacity: Option<i32>,
) -> Result<(), Error> {
    Entity::insert(event_capacity::ActiveModel {
        id: Set(id),
        event_id: Set(event_id),
        capacity: Set(capacity),
        confirmed: Set(0),
        offered: Set(0),
        held: Set(0),
        waiting: Set(0),
        queue_end: Set(0),
    })
    .exec_without_returning(conn)
    .await?;
    Ok(())
}

/// Changes how many places there are of a row that is held: never below what is taken. `field` is what said so.
pub async fn resize(
    conn: &impl ConnectionTrait,
    held: &Model,
    capacity: Option<i32>,
    field: &str,
) -> Result<(), Error> {
    if capacity == held.capacity {
        return Ok(());
    }
    if capacity.is_some_and(|capacity| capacity < taken(held)) {
        let message = format!(
            "{} places are confirmed, {} offered and {} held; there cannot be fewer.",
            held.confirmed, held.offered, held.held
        );
        return Err(UserError::at(field, UserErrorCode::CapacityBelowConfirmed, message).into());
    }
    if capacity.is_none() && held.held > 0 {
        let message = "Places are held, which only are where they are counted. Release them first.";
        return Err(UserError::at(field, UserErrorCode::InvalidState, message).into());
    }
    Entity::update_many()
        .col_expr(Column::Capacity, Expr::val(capacity))
        .filter(Column::Id.eq(held.id))
        .exec(conn)
        .await?;
    Ok(())
}

/// Whether anybody has, was offered or waits for a place, or one is held for them.
#[must_use]
pub const fn is_used(row: &Model) -> bool {
    taken(row) > 0 || row.waiting > 0
}

/// Some of it is free at an instant, in SQL, or it is not counted.
#[must_use]
pub fn some_free(now: DateTime<Utc>) -> Condition {
    let column = |column: Column| Expr::col((Entity, column));
    let taken = column(Column::Confirmed).add(column(Column::Offered));
    let taken = taken.add(release::at(now));
    Condition::any()
        .add(Column::Capacity.is_null())
        .add(taken.lt(column(Column::Capacity)))
}

/// Somebody who comes now finds a place, in SQL: some are free and nobody waits, or they are not counted.
#[must_use]
pub fn some_left(now: DateTime<Utc>) -> Condition {
    let nobody = Condition::any()
        .add(Column::Capacity.is_null())
        .add(Column::Waiting.eq(0));
    Condition::all().add(some_free(now)).add(nobody)
}
