//! Invitations: a manager makes a link, and whoever has it joins the organisation, once.
//!
//! Only the hash of a link's token is kept. Whoever holds the token sees what it leads to; otherwise
//! managers and owners of the organisation see its invitations, and administrators do.

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
