//! Places of an event or a session: the row with the capacity and the counts of places in use.
//!
//! Every change of places locks the row first, with an update that changes nothing: on both databases, no other
//! transaction can lock it until this one ends. Rows are locked before any other write and in the order of their ids,
//! so that no two transactions deadlock. An organisation for which a person registers or places are reserved is locked
//! before these rows, so that a merger of it includes all that was written until then.

use chrono::{DateTime, Utc};
use entity::event_capacity::{self, Column, Entity, Model};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter,
    QueryOrder, sea_query::Expr,
};
use uuid::Uuid;

use super::reservations::release;
use crate::kit::{Error, UserError, UserErrorCode};

/// Returns the number of free places; `None` if places are unlimited.
#[must_use]
pub fn free(row: &Model) -> Option<i32> {
    row.capacity.map(|capacity| capacity - taken(row))
}

/// Returns the number of confirmed, offered and reserved places.
#[must_use]
pub const fn taken(row: &Model) -> i32 {
    row.confirmed + row.offered + row.held
}

/// Returns the number of places free to a person who registers now: 0 while others wait. `None` if places are
/// unlimited.
#[must_use]
pub fn remaining(row: &Model) -> Option<i32> {
    free(row).map(|free| if row.waiting > 0 { 0 } else { free })
}

/// Locks one row until the transaction ends, releases the reserved places that are due at an instant, and returns the
/// row.
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

/// Locks all rows of an event until the transaction ends, in the order of their ids.
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

/// Inserts the row of a new event or session.
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

/// Changes the capacity of a locked row, never below the places in use. Errors name the input `field`.
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
            "{} places are confirmed, {} offered and {} reserved. Enter a capacity that is not less than these together.",
            held.confirmed, held.offered, held.held
        );
        return Err(UserError::at(field, UserErrorCode::CapacityBelowConfirmed, message).into());
    }
    if capacity.is_none() && held.held > 0 {
        let message =
            "Places are reserved, which requires a capacity. Release the reserved places first.";
        return Err(UserError::at(field, UserErrorCode::InvalidState, message).into());
    }
    Entity::update_many()
        .col_expr(Column::Capacity, Expr::val(capacity))
        .filter(Column::Id.eq(held.id))
        .exec(conn)
        .await?;
    Ok(())
}

/// Returns true if places are confirmed, offered or reserved, or people wait.
#[must_use]
pub const fn is_used(row: &Model) -> bool {
    taken(row) > 0 || row.waiting > 0
}

/// Condition in SQL: places are free at an instant, or unlimited.
#[must_use]
pub fn some_free(now: DateTime<Utc>) -> Condition {
    let column = |column: Column| Expr::col((Entity, column));
    let taken = column(Column::Confirmed).add(column(Column::Offered));
    let taken = taken.add(release::at(now));
    Condition::any()
        .add(Column::Capacity.is_null())
        .add(taken.lt(column(Column::Capacity)))
}

/// Condition in SQL: a person who registers now gets a place, because places are free and no registration waits, or
/// places are unlimited.
#[must_use]
pub fn some_left(now: DateTime<Utc>) -> Condition {
    let nobody = Condition::any()
        .add(Column::Capacity.is_null())
        .add(Column::Waiting.eq(0));
    Condition::all().add(some_free(now)).add(nobody)
}
