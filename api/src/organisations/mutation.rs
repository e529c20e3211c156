//! Acts on organisations.

use async_graphql::{Context, Object, Result};

use super::{
    inputs::{CreateOrganisationInput, UpdateOrganisationInput, VerifyOrganisationInput},
    service,
    types::{Organisation, OrganisationPayload},
};
use crate::context::Ask;

/// Acts on organisations.
#[derive(Default)]
pub struct OrganisationMutation;

#[Object]
impl OrganisationMutation {
    /// Create an organisation. Whoever does becomes its owner.
    async fn create_organisation(
        &self,
        ctx: &Context<'_>,
        input: CreateOrganisationInput,
    ) -> Result<Option<OrganisationPayload>> {
        let (profile, key) = input.unpack();
        let made = service::create(ctx.app(), ctx.viewer(), profile, key).await;
        OrganisationPayload::of(made.map(|row| Organisation::made_by(ctx.viewer(), row)))
    }

    /// Change an organisation's profile. Its managers and owners, and staff.
    async fn update_organisation(
        &self,
        ctx: &Context<'_>,
        input: UpdateOrganisationInput,
    ) -> Result<Option<OrganisationPayload>> {
        let (id, version, profile) = input.unpack();
        let changed = service::update(ctx.app(), ctx.viewer(), id, version, profile).await;
        OrganisationPayload::of(changed.map(Organisation::from))
    }

    /// Note whether an organisation is what it says. Brokers, moderators and administrators.
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
