//! Registers: lists that identify organisations by number, with codes from org-id.guide.
//!
//! A number is stored in its register's own form, so that two ways to write it are recognised as one organisation.

pub mod rules;
mod types;

use entity::organisation_identifier;
use uuid::Uuid;

pub use types::{OrganisationIdentifier, OrganisationIdentifierInput};

use crate::kit::Child;

impl Child for organisation_identifier::Entity {
    const PARENT: organisation_identifier::Column = organisation_identifier::Column::OrganisationId;

    fn parent(row: &organisation_identifier::Model) -> Uuid {
        row.organisation_id
    }
}
