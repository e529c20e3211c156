//! Members: memberships of people in organisations.
//!
//! A person asks to join and a manager answers, or the person accepts an invitation. A manager cannot manage a member
//! with a higher role, nor give a role above their own, so only owners add and remove owners. An organisation always
//! has an owner: acts on its members lock the organisation. Administrators have the rights of an owner in every
//! organisation, so that they can help one that has lost all its members.
//!
//! Members and staff see all members of an organisation; other viewers see only their own memberships.

mod mutation;
pub mod rules;
pub mod service;
mod types;

use entity::membership;
use sea_orm::{ColumnTrait, Condition, sea_query::Expr};
use uuid::Uuid;

pub use mutation::MemberMutation;
pub use types::{Membership, MembershipPayload};

use crate::kit::{Child, Resource, Viewer, activity::Concerns};

/// Memberships are loaded with their people, for many people at once.
impl Child for membership::Entity {
    const PARENT: membership::Column = membership::Column::PersonId;

    fn parent(row: &membership::Model) -> Uuid {
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
