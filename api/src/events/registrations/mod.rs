//! Registrations: a place at an event, or a place in the queue for one.
//!
//! Whoever registers finds a place, or waits: nobody gets one while others wait. The queue is in the order of commits;
//! what becomes free is offered in that order, to several at once where several are free, and held for each until they
//! answer or their time runs out. A party that is too large for what is free keeps its turn for a while, and is then
//! passed over until there is room. Organisers may offer a place by hand.
//!
//! Places that organisers hold for some ([`reserved`]) are drawn by those before anything else, without waiting.
//!
//! However many register at once, no more places are taken than there are: every act holds the row that counts them
//! first (`events::capacity`), and the database refuses what would be too many.
//!
//! Guests ([`guests`]) register without an account, by links that they are mailed.
//!
//! A registration is seen by whoever made it and by the organisers of the event.

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
