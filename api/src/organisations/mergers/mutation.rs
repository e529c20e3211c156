//! Merging organisations.

use async_graphql::{Context, Object, Result};

use super::{service, types::MergeOrganisationInput};
use crate::{
    context::Ask,
    organisations::{Organisation, OrganisationPayload},
};

/// Merging organisations.
#[derive(Default)]
pub struct MergerMutation;

#[Object]
impl MergerMutation {
    /// Merge an organisation into another, which gets its members, parts, numbers, listings and events. This cannot be
    /// undone. Administrators only.
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
