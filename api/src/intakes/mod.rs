//! Intake: what people offer and ask for at an event, on the telephone or on paper, before it is a listing.
//!
//! Whoever stands at the desk writes it down, on a tablet that need not be connected: each record has a key of the
//! client's own, so that sending it again changes nothing. Members of the organisation that holds the event take it,
//! and brokers do. Brokers look at it and put it right, merge what was told twice, and send a link to whoever told it.
//! By that link it becomes a draft of an organisation of theirs; nobody posts in the name of somebody else.
//!
//! **Personal data.** How to reach somebody is kept only with their consent, seen by brokers and by the host's members,
//! and for a stated time: see [`rules::KEPT_OPEN`] and [`rules::KEPT_DECIDED`]. From that instant on nobody sees it,
//! and the worker deletes it. What becomes of a record is in the activities, which hold no such thing.

mod feature;
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
        if viewer.holds(PlatformRole::Broker) {
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
