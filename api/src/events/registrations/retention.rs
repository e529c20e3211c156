//! Retention of personal data: access needs, names, addresses and answers of guests, and addresses of reservations.
//! Readers leave it out from the end of the retention on; workers delete it.

use chrono::{DateTime, Duration, Utc};
use entity::event::{self, Column, EventState};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Query, SelectStatement},
};

/// Retention after the end of an event.
pub const KEPT: Duration = Duration::days(28);
/// Retention after the abandoned date of a postponed event without a new date. It is longer, because people who
/// registered are to be notified of a new date.
const KEPT_PUT_OFF: Duration = Duration::days(365);

/// Returns the end of the retention for an event.
#[must_use]
pub fn until(event: &event::Model) -> DateTime<Utc> {
    event.ends_at
        + if event.state == EventState::Postponed {
            KEPT_PUT_OFF
        } else {
            KEPT
        }
}

/// Selects the ids of the events whose personal data is no longer kept.
#[must_use]
pub fn over(now: DateTime<Utc>) -> SelectStatement {
    let long_over = Condition::any()
        .add(Column::State.ne(EventState::Postponed))
        .add(Column::EndsAt.lte(now - KEPT_PUT_OFF));
    Query::select()
        .column(Column::Id)
        .from(event::Entity)
        .and_where(Column::EndsAt.lte(now - KEPT))
        .cond_where(long_over)
        .to_owned()
}
