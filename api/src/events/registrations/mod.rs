//! Registrations: places at an event, or on its waiting list.
//!
//! A person who registers gets places if enough are free and no registration waits, and joins the waiting list
//! otherwise. The list is in the order of commits. Places that become free are offered in that order, to several
//! registrations at once if there are enough, and reserved for each until it is answered or its time to answer ends. A
//! party that is larger than the free places keeps its turn for a while, and is then passed over until there is room.
//! Organisers may offer a place out of order.
//!
//! Reserved places ([`consume`](super::reservations::consume)) are used first, without waiting, by the people for whom
//! they are meant.
//!
//! Concurrent registrations never take more places than the capacity: every act locks the row of the counts first
//! ([`capacity`](super::capacity)), and the update of the counts has the capacity as a condition.
//!
//! Guests ([`guest_service`]) register without an account, through links sent by email.
//!
//! A registration is visible to the person who made it and to organisers of the event.

pub mod check_in;
pub mod emails;
pub mod guest_inputs;
pub mod guest_links;
pub mod guest_service;
pub mod guest_types;
mod inputs;
pub mod jobs;
mod mutation;
mod query;
pub mod responses;
pub mod retention;
pub mod routes;
pub mod rules;
pub mod search;
pub mod service;
mod types;
pub mod waiting_list;

use entity::{
    event,
    membership::MembershipRole,
    registration::{self, Column},
};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

pub use mutation::RegistrationMutation;
pub use query::RegistrationQuery;
pub use types::Registration;

use crate::kit::{Resource, Viewer};

impl Resource for registration::Entity {
    const NAME: &'static str = "registration";
    const ID: Column = Column::Id;

    fn id(row: &registration::Model) -> Uuid {
        row.id
    }

    fn visible_to(viewer: &Viewer) -> Condition {
        let Some(me) = viewer.person_id() else {
            return Condition::all().add(Expr::val(false));
        };
        if viewer.is_admin() {
            return Condition::all();
        }
        let editing = viewer.organisations();
        let editing = editing.filter(|id| viewer.at_least(*id, MembershipRole::Editor));
        let organised = Query::select()
            .column(event::Column::Id)
            .from(event::Entity)
            .and_where(event::Column::OrganisationId.is_in(editing))
            .to_owned();
        Condition::any()
            .add(Column::PersonId.eq(me))
            .add(Column::EventId.in_subquery(organised))
    }
}
