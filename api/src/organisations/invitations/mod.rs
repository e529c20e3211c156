//! Invitations: a manager creates a link, with which one person can join the organisation once.
//!
//! The database stores only the hash of a link's token. The holder of the token can see its invitation; so can managers
//! and owners of the organisation, and administrators.

mod mutation;
mod query;
pub mod rules;
pub mod service;
mod types;

use entity::{invitation, membership::MembershipRole};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

pub use mutation::InvitationMutation;
pub use query::InvitationQuery;
pub use types::Invitation;

use crate::kit::{Resource, Viewer, activity::Concerns};

impl Resource for invitation::Entity {
    const NAME: &'static str = "invitation";
    const ID: invitation::Column = invitation::Column::Id;

    fn id(row: &invitation::Model) -> Uuid {
        row.id
    }

    fn visible_to(viewer: &Viewer) -> Condition {
        if viewer.is_admin() {
            return Condition::all();
        }
        let managed = viewer
            .organisations()
            .filter(|id| viewer.at_least(*id, MembershipRole::Manager));
        Condition::all().add(invitation::Column::OrganisationId.is_in(managed))
    }

    fn concerns(row: &invitation::Model) -> Concerns {
        Concerns::organisation(row.organisation_id)
    }
}
