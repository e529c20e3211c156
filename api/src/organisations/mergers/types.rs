//! GraphQL input for mergers.

use async_graphql::InputObject;
use entity::organisation;

use crate::kit::Id;

/// The two organisations to merge.
#[derive(InputObject)]
pub struct MergeOrganisationInput {
    /// The organisation that ends. It keeps its id and points to its successor.
    pub organisation_id: Id<organisation::Entity>,
    /// The successor, which receives the rows of the other.
    pub into_id: Id<organisation::Entity>,
}
