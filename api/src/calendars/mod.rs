//! Calendars: events where people have everything else that they are going to do.
//!
//! An event alone is a file to open (`/events/{reference}.ics`). What an organisation hosts, and what is for an area, are
//! calendars to follow, of what everybody may see. Besides, somebody may make addresses of their own, which show what
//! *they* may see: their registrations, or what an organisation or an area has for them. Such an address holds a sealed
//! token, for calendar programs cannot sign in; whoever has it reads the calendar, until its owner revokes it. What it
//! shows is asked anew each time, by the rights of that moment.
//!
//! Each occurrence of a series is an event of its own, at instants in UTC: no reader needs to know by what rule it recurs,
//! or when somebody's clocks change. What was called off stays in it as cancelled, so that it is crossed out where it was
//! read before; the version of the event is its `SEQUENCE`.

mod feature;
pub use feature::FEATURE;
pub mod acts;
mod icalendar;
mod mutation;
pub mod rules;
pub mod search;
pub mod service;
mod types;

use entity::calendar_address::{self, Column};
use sea_orm::{ColumnTrait, Condition, sea_query::Expr};
use uuid::Uuid;

pub use mutation::CalendarMutation;
pub use types::Calendar;

use crate::kit::{Resource, Viewer};

impl Resource for calendar_address::Entity {
    const NAME: &'static str = "calendar";
    const ID: Column = Column::Id;

    fn id(row: &calendar_address::Model) -> Uuid {
        row.id
    }

    /// Its owner and nobody else, for whoever has it reads by it.
    fn visible_to(viewer: &Viewer) -> Condition {
        let own = viewer.person_id().map(|me| Column::PersonId.eq(me));
        Condition::all().add(own.unwrap_or_else(|| Expr::val(false)))
    }
}
