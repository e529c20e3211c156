//! How long what is personal about those who come to an event is kept: what they need, who guests were
//! and what they answered, whose addresses are on lists. Readers leave it out from that instant on; workers delete it.

use chrono::{DateTime, Duration, Utc};
use entity::event::{self, Column, EventState};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Query, SelectStatement},
};

/// For how long after an event.
pub const KEPT: Duration = Duration::days(28);
/// For how long after the day that was given up, where an event was put off and has no new date: whoever registered is
/// to be told of one.
const KEPT_PUT_OFF: Duration = Duration::days(365);

/// Until when.
#[must_use]
pub fn until(event: &event::Model) -> DateTime<Utc> {
    event.ends_at
        + if event.state == EventState::Postponed {
            KEPT_PUT_OFF
        } else {
            KEPT
        }
}

/// The ids of the events of which nothing personal is kept any longer.
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
