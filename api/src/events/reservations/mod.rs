//! Reserved places: places that organisers reserve until a given time, for an organisation or for a list of email
//! addresses.
//!
//! Reserved places are counted separately from confirmed and offered ones; the three together never exceed the
//! capacity. The people for whom places are reserved use them without waiting ([`consume`]). At the release time, or
//! when an organiser releases them, unused places become free for all and are offered to the waiting list
//! ([`release`]).
//!
//! Only organisers of the event see a reservation. The addresses of a list are personal data: only organisers see them,
//! no activity contains them, and they are deleted with the access needs, 28 days after the event (365 days if it is
//! postponed).

mod changes;
pub mod consume;
mod inputs;
pub mod jobs;
mod mutation;
pub mod release;
pub mod rules;
pub mod service;
mod types;

use entity::{
    event,
    membership::MembershipRole,
    place_reservation::{self, Column},
    place_reservation_address,
};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

pub use mutation::ReservationMutation;
pub use types::PlaceReservation;

use crate::kit::{Child, Resource, Viewer};

impl Resource for place_reservation::Entity {
    const NAME: &'static str = "place_reservation";
    const ID: Column = Column::Id;

    fn id(row: &place_reservation::Model) -> Uuid {
        row.id
    }

    fn visible_to(viewer: &Viewer) -> Condition {
        if viewer.is_admin() {
            // Administrators do not see the drafts of other organisations.
            let seen = Query::select()
                .column(event::Column::Id)
                .from(event::Entity)
                .cond_where(<event::Entity as Resource>::visible_to(viewer))
                .to_owned();
            return Condition::all().add(Column::EventId.in_subquery(seen));
        }
        let editing = viewer.organisations();
        let editing = editing.filter(|id| viewer.at_least(*id, MembershipRole::Editor));
        let editing: Vec<Uuid> = editing.collect();
        if editing.is_empty() {
            return Condition::all().add(Expr::val(false));
        }
        let organised = Query::select()
            .column(event::Column::Id)
            .from(event::Entity)
            .and_where(event::Column::OrganisationId.is_in(editing))
            .to_owned();
        Condition::all().add(Column::EventId.in_subquery(organised))
    }
}

impl Child for place_reservation_address::Entity {
    const PARENT: place_reservation_address::Column =
        place_reservation_address::Column::ReservationId;

    fn parent(row: &place_reservation_address::Model) -> Uuid {
        row.reservation_id
    }
}
