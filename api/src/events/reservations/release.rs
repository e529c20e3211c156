//! Release of reserved places, which makes unused places free for all.
//!
//! Unused places count as free from the release time on, even if the release is not recorded yet: readers subtract them
//! ([`at`], [`overdue`]), and the lock of the counts records the release first ([`release_due`]). While an event is
//! postponed nothing is released: a new date moves the release time.

use chrono::{DateTime, Duration, Utc};
use entity::{
    event::{self, EventState},
    event_capacity,
    place_reservation::{self, Column, Entity},
    place_reservation_address,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Alias, CaseStatement, Expr, Query, SelectStatement, SimpleExpr},
};
use uuid::Uuid;

use crate::{
    events::acts,
    kit::{Child, Error, Viewer, lifecycle},
};

impl Child for Entity {
    const PARENT: Column = Column::EventId;

    fn parent(row: &place_reservation::Model) -> Uuid {
        row.event_id
    }
}

/// Returns the time of the release, if unused places are free at an instant for an event in this state.
#[must_use]
pub fn released_at(
    row: &place_reservation::Model,
    state: EventState,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let due = row.release_at <= now && state != EventState::Postponed;
    row.released_at.or_else(|| due.then_some(row.release_at))
}

/// Returns the number of places that are counted as reserved but free at an instant.
#[must_use]
pub fn overdue(row: &place_reservation::Model, state: EventState, now: DateTime<Utc>) -> i32 {
    if row.released_at.is_none() && released_at(row, state, now).is_some() {
        row.places - row.used
    } else {
        0
    }
}

/// Condition in SQL for reservations that are not released at an instant.
#[must_use]
pub fn unreleased(now: DateTime<Utc>) -> Condition {
    let not_yet = Condition::any()
        .add(Column::ReleaseAt.gt(now))
        .add(Column::EventId.in_subquery(postponed()));
    Condition::all()
        .add(Column::ReleasedAt.is_null())
        .add(not_yet)
}

/// Condition in SQL for reservations whose release is due at an instant and not recorded.
#[must_use]
pub fn due(now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(Column::ReleasedAt.is_null())
        .add(Column::ReleaseAt.lte(now))
        .add(Column::EventId.not_in_subquery(postponed()))
}

fn postponed() -> SelectStatement {
    Query::select()
        .column(event::Column::Id)
        .from(event::Entity)
        .and_where(
            event::Column::Id
                .into_expr()
                .equals((Entity, Column::EventId)),
        )
        .and_where(event::Column::State.eq(EventState::Postponed))
        .to_owned()
}

/// Returns the number of places of a row of counts that are reserved at an instant, in SQL.
#[must_use]
pub fn at(now: DateTime<Utc>) -> SimpleExpr {
    let column = |column| Expr::col((event_capacity::Entity, column));
    let left = Expr::col((Entity, Column::Places)).sub(Expr::col((Entity, Column::Used)));
    let held = Query::select()
        .expr(left.sum().if_null(0))
        .from(Entity)
        .and_where(
            Expr::col((Entity, Column::CapacityId))
                .equals((event_capacity::Entity, event_capacity::Column::Id)),
        )
        .cond_where(unreleased(now))
        .to_owned();
    let some = column(event_capacity::Column::Held).gt(0);
    let held = SimpleExpr::SubQuery(None, Box::new(held.into()));
    let case = CaseStatement::new().case(some, held).finally(0);
    Expr::expr(case).cast_as(Alias::new("integer"))
}

/// Records the due releases of a locked row of counts, and returns the row after that.
pub(in crate::events) async fn release_due(
    conn: &impl ConnectionTrait,
    row: event_capacity::Model,
    now: DateTime<Utc>,
) -> Result<event_capacity::Model, Error> {
    if row.held == 0 {
        return Ok(row);
    }
    let which = due(now).add(Column::CapacityId.eq(row.id));
    let released = release(
        conn,
        &Viewer {
            now,
            ..Viewer::system()
        },
        which,
        None,
    )
    .await?;
    Ok(released.unwrap_or(row))
}

/// Releases reservations of one locked row of counts: at the given time, or else at their release times. Returns the
/// row after that; `None` if there was nothing to release.
pub async fn release(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    which: Condition,
    at: Option<DateTime<Utc>>,
) -> Result<Option<event_capacity::Model>, Error> {
    let instant = at.map_or_else(|| Expr::col(Column::ReleaseAt), Expr::val);
    let released = Entity::update_many()
        .col_expr(Column::ReleasedAt, instant)
        .col_expr(Column::UpdatedAt, Expr::val(viewer.now))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::ReleasedAt.is_null())
        .filter(which)
        .exec_with_returning(conn)
        .await?;
    let Some(first) = released.first() else {
        return Ok(None);
    };
    let capacity_id = first.capacity_id;
    let free: i32 = released.iter().map(|row| row.places - row.used).sum();
    let event = event::Entity::find_by_id(first.event_id).one(conn).await?;
    let event = event.ok_or(Error::NotFound)?;
    let act = acts::RESERVATION_RELEASED;
    for row in &released {
        lifecycle::record(conn, viewer, (row, &event, &()), act, &[]).await?;
    }
    let counted = event_capacity::Entity::update_many()
        .col_expr(
            event_capacity::Column::Held,
            Expr::col(event_capacity::Column::Held).sub(free),
        )
        .filter(event_capacity::Column::Id.eq(capacity_id))
        .exec_with_returning(conn)
        .await?;
    Ok(counted.into_iter().next())
}

/// Moves the release times of open reservations with the start of the event. They are never after the start.
pub(in crate::events) async fn move_releases(
    conn: &impl ConnectionTrait,
    event_id: Uuid,
    by: Duration,
    starts_at: DateTime<Utc>,
) -> Result<(), Error> {
    let open = Entity::find()
        .filter(Column::EventId.eq(event_id))
        .filter(Column::ReleasedAt.is_null());
    for row in open.all(conn).await? {
        let at = std::cmp::min(row.release_at + by, starts_at);
        Entity::update_many()
            .col_expr(Column::ReleaseAt, Expr::val(at))
            .filter(Column::Id.eq(row.id))
            .exec(conn)
            .await?;
    }
    Ok(())
}

/// Returns true if places of an event or session were ever reserved.
pub(in crate::events) async fn ever(
    conn: &impl ConnectionTrait,
    capacity_id: Uuid,
) -> Result<bool, Error> {
    let some = Entity::find().filter(Column::CapacityId.eq(capacity_id));
    Ok(some.one(conn).await?.is_some())
}

/// Deletes the reservations of a draft.
pub(in crate::events) async fn discard(
    conn: &impl ConnectionTrait,
    event_id: Uuid,
) -> Result<(), Error> {
    use place_reservation_address as address;

    let own = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::EventId.eq(event_id))
        .to_owned();
    address::Entity::delete_many()
        .filter(address::Column::ReservationId.in_subquery(own))
        .exec(conn)
        .await?;
    Entity::delete_many()
        .filter(Column::EventId.eq(event_id))
        .exec(conn)
        .await?;
    Ok(())
}
