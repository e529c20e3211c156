//! Organisations: every listing and event is posted for one. All organisations are public.
//!
//! The person who creates an organisation becomes its owner. Managers edit its profile and name the version that they
//! change. The sector is derived from the kind. A register number belongs to one organisation only. Staff verify an
//! organisation; if a member changes its name, kind or register numbers, staff have to verify it again.

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
use sea_orm::{Condition, ConnectionTrait, EntityTrait};
use uuid::Uuid;

pub use mutation::OrganisationMutation;
pub use query::OrganisationQuery;
pub use types::{Organisation, OrganisationPayload};

use crate::kit::{Error, Resource, Viewer, activity::Concerns};

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

/// Reports whether an organisation is verified. Mail to people without an account contains only the words of such.
pub async fn is_verified(conn: &impl ConnectionTrait, id: Uuid) -> Result<bool, Error> {
    let found = organisation::Entity::find_by_id(id).one(conn).await?;
    Ok(found.is_some_and(|row| row.is_verified()))
}
