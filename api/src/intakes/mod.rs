//! Intakes: offers and requests taken at an event, by telephone or on paper, before they become listings.
//!
//! A person at the event records them, on a device that may be offline: each record has a key chosen by the client, so
//! that sending it again changes nothing. Members of the host organisation and brokers record intakes. Brokers review
//! and correct them, merge duplicates, and send a link to the person who made the offer or request. That person uses
//! the link to turn it into a draft of one of their organisations; no broker posts in the name of an organisation.
//!
//! **Personal data.** Contact details are kept only with consent, visible to brokers and to the host's members, and for
//! a stated period: see [`rules::KEPT_OPEN`] and [`rules::KEPT_DECIDED`]. From that instant they are hidden, and the
//! worker deletes them. The activities record the progress of an intake without personal data.

mod feature;
mod routes;
pub use feature::FEATURE;
pub mod acts;
mod emails;
mod inputs;
pub mod jobs;
mod mutation;
mod query;
pub mod rules;
mod search;
mod service;
mod triage;
mod types;

use entity::{
    intake::{self, Column},
    membership::MembershipRole,
    person::PlatformRole,
};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

pub use emails::CLAIM;
pub use mutation::IntakeMutation;
pub use query::IntakeQuery;
pub use service::told;
pub use types::Intake;

use crate::kit::{Resource, Viewer, activity::Concerns};

impl Resource for intake::Entity {
    const NAME: &'static str = "intake";
    const ID: Column = Column::Id;

    fn id(row: &intake::Model) -> Uuid {
        row.id
    }

    fn visible_to(viewer: &Viewer) -> Condition {
        if viewer.has_role(PlatformRole::Broker) {
            return Condition::all();
        }
        let own = viewer
            .organisations()
            .filter(|id| viewer.at_least(*id, MembershipRole::Member));
        Condition::all().add(Column::HostId.is_in(own))
    }

    fn concerns(row: &intake::Model) -> Concerns {
        Concerns {
            organisation: row.host_id,
            ..Concerns::ACTOR
        }
    }
}
