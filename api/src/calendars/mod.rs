//! Calendars: events in the calendar programs that people already use.
//!
//! A single event is a file to open (`/events/{reference}.ics`). The public events of an organisation or of an area are
//! calendars to subscribe to. A person can also create private addresses, which show the events that *they* may see:
//! their registrations, or the events of an organisation or an area. Such an address contains a sealed token, because
//! calendar programs cannot sign in; anyone who has the address can read the calendar until its owner revokes it or
//! sets a new password. Every read checks the owner's current rights.
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

use entity::{
    calendar_address::{self, Column},
    person,
};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, Query},
};
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

    /// Only the owner, because anyone who has the address can read the calendar, and only until the owner has a new
    /// password, which ends the address.
    fn visible_to(viewer: &Viewer) -> Condition {
        let Some(me) = viewer.person_id() else {
            return Condition::all().add(Expr::val(false));
        };
        let current = Query::select()
            .column(person::Column::PasswordVersion)
            .from(person::Entity)
            .and_where(person::Column::Id.eq(me))
            .to_owned();
        Condition::all()
            .add(Column::PersonId.eq(me))
            .add(Column::PasswordVersion.in_subquery(current))
    }
}
