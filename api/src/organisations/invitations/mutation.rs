//! GraphQL mutations for invitations.

use async_graphql::{Context, Object, Result};

use super::{
    service,
    types::{
        AcceptInvitationInput, CreateInvitationInput, CreateInvitationPayload, InvitationPayload,
        RevokeInvitationInput,
    },
};
use crate::{context::ContextExt, organisations::members::MembershipPayload};

/// Mutations for invitations.
#[derive(Default)]
pub struct InvitationMutation;

#[Object]
impl InvitationMutation {
    /// Creates a link with which one person can join the organisation. For managers, owners and administrators.
    async fn create_invitation(
        &self,
        ctx: &Context<'_>,
        input: CreateInvitationInput,
    ) -> Result<Option<CreateInvitationPayload>> {
        let CreateInvitationInput {
            organisation_id,
            role,
            valid_days,
        } = input;
        let (app, viewer) = (ctx.app(), ctx.viewer());
        let made = service::create(app, viewer, organisation_id, role, valid_days).await;
        CreateInvitationPayload::of(made)
    }

    /// Revokes an invitation, so that it can no longer be accepted. For managers, owners and administrators.
    async fn revoke_invitation(
        &self,
        ctx: &Context<'_>,
        input: RevokeInvitationInput,
    ) -> Result<Option<InvitationPayload>> {
        let RevokeInvitationInput { invitation_id } = input;
        InvitationPayload::of(service::revoke(ctx.app(), ctx.viewer(), invitation_id).await)
    }

    /// Accepts an invitation and joins its organisation. A higher role that the viewer already has stays.
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        input: AcceptInvitationInput,
    ) -> Result<Option<MembershipPayload>> {
        let AcceptInvitationInput { token } = input;
        MembershipPayload::of(service::accept(ctx.app(), ctx.viewer(), &token).await)
    }
}
