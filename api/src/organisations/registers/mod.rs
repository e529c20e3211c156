//! Registers: the lists, after org-id.guide, that know organisations by a number.
//!
//! A number is kept in its register's own form, so that the same organisation written in two ways is
//! found to be one.

pub mod rules;
mod types;

use entity::organisation_identifier;
use uuid::Uuid;

pub use types::{OrganisationIdentifier, OrganisationIdentifierInput};

use crate::kit::Part;

impl Part for organisation_identifier::Entity {
    const WHOLE: organisation_identifier::Column = organisation_identifier::Column::OrganisationId;

    fn whole(row: &organisation_identifier::Model) -> Uuid {
        row.organisation_id
    }
}
