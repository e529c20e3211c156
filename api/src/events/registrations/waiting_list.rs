//! Waiting list and counts: takes places, gives them up and offers free ones. All changes of confirmed, offered and
//! waiting are made here: each is one update of a locked row, with the capacity as a condition.

use chrono::{DateTime, Duration, Utc};
use entity::{
    event, event_capacity,
    registration::{self, Column, RegistrationState as State},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter,
    QueryOrder, QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use super::{super::reservations::consume, rules};
use crate::{
    events::{acts, capacity, registrations::rules::Act},
    kit::{
        Error, UserError, UserErrorCode, Viewer,
        activity::ActivityKind,
        lifecycle::{self, Lifecycle},
    },
};

/// Maximum number of waiting registrations read in one act. The worker continues with the rest.
const BATCH: u64 = 100;

/// Changes of the counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the counts")]
pub struct Change {
    pub confirmed: i32,
    pub offered: i32,
    pub held: i32,
    pub waiting: i32,
}

impl Change {
    /// Returns the counts of a registration in a state.
    #[must_use]
    pub const fn of(state: State, places: i32) -> Self {
        let (mut confirmed, mut offered, mut waiting) = (0, 0, 0);
        match state {
            State::Confirmed | State::Attended | State::NoShow => confirmed = places,
            State::PlaceOffered => offered = places,
            State::Waitlisted => waiting = 1,
            State::Lapsed | State::Cancelled => {}
        }
        Self {
            confirmed,
            offered,
            held: 0,
            waiting,
        }
    }

    /// Returns the change of confirmed and offered places.
    #[must_use]
    pub const fn taken(self) -> i32 {
        self.confirmed + self.offered
    }

    /// Returns the change of counts from one state to another.
    #[must_use]
    pub const fn between(from: Option<State>, to: State, places: i32) -> Self {
        let (before, after) = (
            match from {
                Some(from) => Self::of(from, places),
                None => Self {
                    confirmed: 0,
                    offered: 0,
                    held: 0,
                    waiting: 0,
                },
            },
            Self::of(to, places),
        );
        Self {
            confirmed: after.confirmed - before.confirmed,
            offered: after.offered - before.offered,
            held: 0,
            waiting: after.waiting - before.waiting,
        }
    }
}

/// Changes the counts of a row and returns it. The error is a refusal if the capacity is too small.
pub async fn count(
    conn: &impl ConnectionTrait,
    id: Uuid,
    change: Change,
) -> Result<event_capacity::Model, Error> {
    use event_capacity::{
        Column::{Capacity, Confirmed, Held, Offered, Waiting},
        Entity,
    };

    let Change {
        confirmed,
        offered,
        held,
        waiting,
    } = change;
    let mut update = Entity::update_many()
        .col_expr(Confirmed, Expr::col(Confirmed).add(confirmed))
        .col_expr(Offered, Expr::col(Offered).add(offered))
        .col_expr(Held, Expr::col(Held).add(held))
        .col_expr(Waiting, Expr::col(Waiting).add(waiting))
        .filter(event_capacity::Column::Id.eq(id));
    let more = confirmed + offered + held;
    if more > 0 {
        let taken = Expr::col(Confirmed)
            .add(Expr::col(Offered))
            .add(Expr::col(Held));
        let room = taken.add(more).lte(Expr::col(Capacity));
        update = update.filter(Condition::any().add(Capacity.is_null()).add(room));
    }
    let changed = update.exec_with_returning(conn).await?;
    changed.into_iter().next().ok_or_else(full)
}

/// Returns the next waiting-list number of a locked row.
pub async fn next_number(conn: &impl ConnectionTrait, id: Uuid) -> Result<i64, Error> {
    use event_capacity::{Column::QueueEnd, Entity};

    let counted = Entity::update_many()
        .col_expr(QueueEnd, Expr::col(QueueEnd).add(1_i64))
        .filter(event_capacity::Column::Id.eq(id))
        .exec_with_returning(conn)
        .await?;
    counted
        .into_iter()
        .next()
        .map(|row| row.queue_end)
        .ok_or(Error::NotFound)
}

/// Performs an act on a registration: changes the state and the given columns, and updates the counts.
pub async fn perform(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    of: (&registration::Model, &event::Model),
    act: Act,
    change: registration::ActiveModel,
    record: ActivityKind<registration::Entity>,
) -> Result<registration::Model, Error> {
    let to = registration::Entity::rule(act).to.unwrap_or(of.0.state);
    step(conn, viewer, of, to, change, record).await
}

/// Moves a registration to a state with other changes, updates the counts, and records the act.
pub async fn step(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    (row, event): (&registration::Model, &event::Model),
    to: State,
    mut change: registration::ActiveModel,
    act: ActivityKind<registration::Entity>,
) -> Result<registration::Model, Error> {
    change.state = Set(to);
    let moved = lifecycle::write(conn, viewer, row, change, None).await?;
    let mut change = Change::between(Some(row.state), to, row.places);
    if let (Some(from), true) = (moved.reservation_id, change.taken() != 0) {
        change.held = consume::use_places(conn, from, change.taken()).await?;
    }
    if change != Change::default() {
        count(conn, row.capacity_id, change).await?;
    }
    lifecycle::record(conn, viewer, (&moved, event, &()), act, &["state"]).await?;
    Ok(moved)
}

/// Offers places to a waiting registration: free places, or places of the reservation `from`.
pub async fn offer(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &registration::Model,
    event: &event::Model,
    from: Option<Uuid>,
) -> Result<registration::Model, Error> {
    let change = registration::ActiveModel {
        reservation_id: Set(from),
        answer_by: Set(Some(rules::answer_by(event, viewer.now))),
        turn_until: Set(None),
        ..Default::default()
    };
    perform(
        conn,
        viewer,
        (row, event),
        Act::Offer,
        change,
        acts::PLACE_OFFERED,
    )
    .await
}

/// Decision about the next registration on the waiting list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Enough places are free: offer them.
    Offer,
    /// The party is larger than the free places and keeps its turn for a while. No registration behind it gets these
    /// places.
    Keep,
    /// The turn of the party has ended: pass it over.
    PassOver,
    /// No places are free.
    Nobody,
}

/// Decides about a registration with this number of places. `free` is `None` if places are unlimited.
#[must_use]
pub fn turn(
    places: i32,
    turn_until: Option<DateTime<Utc>>,
    free: Option<i32>,
    now: DateTime<Utc>,
) -> Turn {
    match free {
        Some(free) if free <= 0 => Turn::Nobody,
        Some(free) if places > free => match turn_until {
            Some(until) if until <= now => Turn::PassOver,
            _ => Turn::Keep,
        },
        _ => Turn::Offer,
    }
}

/// Offers free places to the waiting list in its order, and returns the number of offers. Reserved places are offered
/// first, to those for whom they are meant.
pub async fn offer_in_order(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    event: &event::Model,
    id: Uuid,
) -> Result<usize, Error> {
    let Some(held) = capacity::lock(conn, id, viewer.now).await? else {
        return Ok(0);
    };
    if held.waiting == 0 || !rules::registration_active(event, viewer.now) {
        return Ok(0);
    }
    let meant = if held.held > 0 {
        offer_held(conn, viewer, event, id).await?
    } else {
        0
    };
    let waiting = registration::Entity::find()
        .filter(Column::CapacityId.eq(id))
        .filter(Column::State.eq(State::Waitlisted))
        .order_by_asc(Column::QueueNumber)
        .limit(BATCH)
        .all(conn)
        .await?;
    let (mut free, mut told) = (capacity::free(&held), meant);
    for row in waiting {
        match turn(row.places, row.turn_until, free, viewer.now) {
            Turn::Offer => {
                offer(conn, viewer, &row, event, None).await?;
                free = free.map(|free| free - row.places);
                told += 1;
            }
            Turn::Keep => {
                keep_turn(conn, viewer, &row, event).await?;
                break;
            }
            Turn::PassOver => {}
            Turn::Nobody => break,
        }
    }
    Ok(told)
}

/// Offers reserved places to the waiting registrations for which they are meant.
async fn offer_held(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    event: &event::Model,
    id: Uuid,
) -> Result<usize, Error> {
    let mut told = 0;
    for from in consume::open(conn, viewer, id).await? {
        let mut left = from.places - from.used;
        for row in consume::waiting_for(conn, &from, BATCH).await? {
            if row.places <= left {
                offer(conn, viewer, &row, event, Some(from.id)).await?;
                left -= row.places;
                told += 1;
            }
        }
    }
    Ok(told)
}

async fn keep_turn(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &registration::Model,
    event: &event::Model,
) -> Result<(), Error> {
    if row.turn_until.is_none() {
        let until = viewer.now + Duration::hours(event.place_offer_response_hours.into());
        registration::Entity::update_many()
            .col_expr(Column::TurnUntil, Expr::val(until))
            .filter(Column::Id.eq(row.id))
            .exec(conn)
            .await?;
    }
    Ok(())
}

fn full() -> Error {
    UserError::at(
        "places",
        UserErrorCode::Full,
        "Not enough places are free. Reload the event to see how many are left.",
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::clock;

    #[test]
    fn a_party_that_is_too_large_keeps_its_turn_for_a_while_and_is_then_passed_over() {
        let now = clock::from_micros(1_800_000_000_000_000);
        let later = now + Duration::hours(1);
        assert_eq!(turn(2, None, Some(2), now), Turn::Offer);
        assert_eq!(turn(2, None, None, now), Turn::Offer);
        assert_eq!(turn(3, None, Some(2), now), Turn::Keep);
        assert_eq!(turn(3, Some(later), Some(2), now), Turn::Keep);
        assert_eq!(turn(3, Some(now), Some(2), now), Turn::PassOver);
        assert_eq!(turn(3, Some(now), Some(3), now), Turn::Offer);
        assert_eq!(turn(1, None, Some(0), now), Turn::Nobody);
    }
}
