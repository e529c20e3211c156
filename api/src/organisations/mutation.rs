//! GraphQL mutations for organisations.

use async_graphql::{Context, Object, Result};

use super::{
    inputs::{CreateOrganisationInput, UpdateOrganisationInput, VerifyOrganisationInput},
    service,
    types::{Organisation, OrganisationPayload},
};
use crate::context::ContextExt;

/// Mutations for organisations.
#[derive(Default)]
pub struct OrganisationMutation;

#[Object]
impl OrganisationMutation {
    /// Creates an organisation. The viewer becomes its owner.
    async fn create_organisation(
        &self,
        ctx: &Context<'_>,
        input: CreateOrganisationInput,
    ) -> Result<Option<OrganisationPayload>> {
        let (profile, key) = input.unpack();
        let key = ctx.optional_retry_key(key)?;
        let made = service::create(ctx.app(), ctx.viewer(), profile, key).await;
        OrganisationPayload::of(made.map(|row| Organisation::made_by(ctx.viewer(), row)))
    }

    /// Changes an organisation's profile. For its managers and owners, and for staff.
    async fn update_organisation(
        &self,
        ctx: &Context<'_>,
        input: UpdateOrganisationInput,
    ) -> Result<Option<OrganisationPayload>> {
        let (id, version, profile) = input.unpack();
        let changed = service::update(ctx.app(), ctx.viewer(), id, version, profile).await;
        OrganisationPayload::of(changed.map(Organisation::from))
    }

    /// Records the result of the verification of an organisation. For brokers, moderators and administrators.
    async fn verify_organisation(
        &self,
        ctx: &Context<'_>,
        input: VerifyOrganisationInput,
    ) -> Result<Option<OrganisationPayload>> {
        let VerifyOrganisationInput {
            organisation_id,
            version,
            status,
            method,
        } = input;
        let (app, viewer) = (ctx.app(), ctx.viewer());
        let found = service::verify(app, viewer, organisation_id, version, status, method).await;
        OrganisationPayload::of(found.map(Organisation::from))
    }
}
