//! Reserved places: what organisers hold for an organisation, or for those on a list of e-mail addresses, until a time.
//!
//! What is held is counted beside what is confirmed and offered, so that the three never exceed what there is. Whoever it
//! is meant for draws from it without waiting (`registrations::reserved`); at its time, or when organisers say so, the
//! rest is free for all and offered to those who wait (`events::held`).
//!
//! A reservation is seen by the organisers of the event. The addresses on a list are people's own: nobody else sees them,
//! no activity holds them, and they are deleted with what people need to take part, 28 days after the event.

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

use crate::kit::{Part, Resource, Viewer};

impl Resource for place_reservation::Entity {
    const NAME: &'static str = "place_reservation";
    const ID: Column = Column::Id;

    fn id(row: &place_reservation::Model) -> Uuid {
        row.id
    }

    fn visible_to(viewer: &Viewer) -> Condition {
        if viewer.is_admin() {
            // Drafts of others are theirs alone.
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

impl Part for place_reservation_address::Entity {
    const WHOLE: place_reservation_address::Column =
        place_reservation_address::Column::ReservationId;

    fn whole(row: &place_reservation_address::Model) -> Uuid {
        row.reservation_id
    }
}
