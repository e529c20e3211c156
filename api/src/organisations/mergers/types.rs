//! What the schema says of mergers.

use async_graphql::InputObject;
use entity::organisation;

use crate::kit::Id;

/// Which organisation to merge into which.
#[derive(InputObject)]
pub struct MergeOrganisationInput {
    /// The one that ends. It keeps its id and points to the other.
    pub organisation_id: Id<organisation::Entity>,
    /// The one that carries on.
    pub into_id: Id<organisation::Entity>,
}
