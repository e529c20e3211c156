//! Members: people's places in organisations.
//!
//! Somebody asks to join, and a manager answers; the other way in is an invitation. Nobody manages
//! somebody above themselves, nor gives a role above their own, so only owners make and unmake
//! owners. An organisation always has one: acts on its members take turns. Administrators may do what
//! owners do in any organisation, so that one whose people have all gone can be helped.
//!
//! Members see each other, and so do staff; others see their own places only.

mod mutation;
pub mod rules;
pub mod service;
mod types;

use entity::membership;
use sea_orm::{ColumnTrait, Condition, sea_query::Expr};
use uuid::Uuid;

pub use mutation::MemberMutation;
pub use types::{Membership, MembershipPayload};

use crate::kit::{Part, Resource, Viewer, activity::Concerns};

/// A person's places are read with the person, many people's at once.
impl Part for membership::Entity {
    const WHOLE: membership::Column = membership::Column::PersonId;

    fn whole(row: &membership::Model) -> Uuid {
        row.person_id
    }
}

impl Resource for membership::Entity {
    const NAME: &'static str = "membership";
    const ID: membership::Column = membership::Column::Id;

    fn id(row: &membership::Model) -> Uuid {
        row.id
    }

    fn visible_to(viewer: &Viewer) -> Condition {
        if viewer.is_staff() {
            return Condition::all();
        }
        let Some(me) = viewer.person() else {
            return Condition::all().add(Expr::val(false));
        };
        Condition::any()
            .add(membership::Column::PersonId.eq(me.id))
            .add(membership::Column::OrganisationId.is_in(viewer.organisations()))
    }

    fn concerns(row: &membership::Model) -> Concerns {
        Concerns::organisation(row.organisation_id).and_person(Some(row.person_id))
    }
}
