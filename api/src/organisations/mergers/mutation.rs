//! GraphQL mutation for mergers.

use async_graphql::{Context, Object, Result};

use super::{service, types::MergeOrganisationInput};
use crate::{
    context::ContextExt,
    organisations::{Organisation, OrganisationPayload},
};

/// Mutation for mergers.
#[derive(Default)]
pub struct MergerMutation;

#[Object]
impl MergerMutation {
    /// Merges an organisation into another, which receives its members, child organisations, register numbers, listings
    /// and events. This cannot be undone. For administrators.
    async fn merge_organisation(
        &self,
        ctx: &Context<'_>,
        input: MergeOrganisationInput,
    ) -> Result<Option<OrganisationPayload>> {
        let MergeOrganisationInput {
            organisation_id,
            into_id,
        } = input;
        let merged = service::merge(ctx.app(), ctx.viewer(), organisation_id, into_id).await;
        OrganisationPayload::of(merged.map(Organisation::from))
    }
}
