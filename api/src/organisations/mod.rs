//! Organisations: whoever posts does it for one. Everybody sees all of them.
//!
//! Somebody creates an organisation and becomes its owner; managers keep its profile, and say which
//! version of it they changed. The sector follows from the kind. A register's number belongs to one
//! organisation only. Staff verify what an organisation says of itself; when it changes its name, kind
//! or numbers, somebody has to look again.

mod feature;
pub use feature::FEATURE;
pub mod acts;
mod inputs;
pub mod invitations;
pub mod members;
pub mod mergers;
mod mutation;
pub mod projection;
mod query;
pub mod registers;
pub mod rules;
pub mod search;
pub mod service;
mod types;

use entity::organisation;
use sea_orm::Condition;
use uuid::Uuid;

pub use mutation::OrganisationMutation;
pub use query::OrganisationQuery;
pub use types::{Organisation, OrganisationPayload};

use crate::kit::{Resource, Viewer, activity::Concerns};

impl Resource for organisation::Entity {
    const NAME: &'static str = "organisation";
    const ID: organisation::Column = organisation::Column::Id;

    fn id(row: &organisation::Model) -> Uuid {
        row.id
    }

    fn visible_to(_: &Viewer) -> Condition {
        Condition::all()
    }

    fn concerns(row: &organisation::Model) -> Concerns {
        Concerns::organisation(row.id)
    }
}
