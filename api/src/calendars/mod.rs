//! Calendars: events in the calendar programs that people already use.
//!
//! A single event is a file to open (`/events/{reference}.ics`). The public events of an organisation or of an area are
//! calendars to subscribe to. A person can also create private addresses, which show the events that *they* may see:
//! their registrations, or the events of an organisation or an area. Such an address contains a sealed token, because
//! calendar programs cannot sign in; anyone who has the address can read the calendar until its owner revokes it. Every
//! read checks the owner's current rights.
//!
//! Each occurrence of a series is an event of its own, in UTC, so readers need no recurrence rules or time zones. A
//! cancelled event stays in the calendar with the status cancelled, so that calendar programs cross it out; `SEQUENCE`
//! is the version of the event.

mod feature;
mod routes;
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

    /// Only the owner, because anyone who has the address can read the calendar.
    fn visible_to(viewer: &Viewer) -> Condition {
        let own = viewer.person_id().map(|me| Column::PersonId.eq(me));
        Condition::all().add(own.unwrap_or_else(|| Expr::val(false)))
    }
}
