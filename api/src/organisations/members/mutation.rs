//! GraphQL mutations for members.

use async_graphql::{Context, Object, Result};

use super::{
    service,
    types::{
        ApproveMemberInput, ChangeMemberRoleInput, DeclineMemberInput, LeaveOrganisationInput,
        MembershipPayload, RemoveMemberInput, RequestToJoinInput,
    },
};
use crate::context::ContextExt;

/// Mutations for members.
#[derive(Default)]
pub struct MemberMutation;

#[Object]
impl MemberMutation {
    /// Asks to join an organisation. One of its managers answers. A repeated request changes nothing.
    async fn request_to_join(
        &self,
        ctx: &Context<'_>,
        input: RequestToJoinInput,
    ) -> Result<Option<MembershipPayload>> {
        let RequestToJoinInput { organisation_id } = input;
        MembershipPayload::of(service::request(ctx.app(), ctx.viewer(), organisation_id).await)
    }

    /// Approves a request to join. For managers, owners and administrators.
    async fn approve_member(
        &self,
        ctx: &Context<'_>,
        input: ApproveMemberInput,
    ) -> Result<Option<MembershipPayload>> {
        let ApproveMemberInput {
            membership_id,
            role,
        } = input;
        MembershipPayload::of(service::approve(ctx.app(), ctx.viewer(), membership_id, role).await)
    }

    /// Declines a request to join. For managers, owners and administrators.
    async fn decline_member(
        &self,
        ctx: &Context<'_>,
        input: DeclineMemberInput,
    ) -> Result<Option<MembershipPayload>> {
        let DeclineMemberInput { membership_id } = input;
        MembershipPayload::of(service::decline(ctx.app(), ctx.viewer(), membership_id).await)
    }

    /// Changes the role of a member, at most to the viewer's own. For managers, owners and administrators.
    async fn change_member_role(
        &self,
        ctx: &Context<'_>,
        input: ChangeMemberRoleInput,
    ) -> Result<Option<MembershipPayload>> {
        let ChangeMemberRoleInput {
            membership_id,
            role,
        } = input;
        let changed = service::change_role(ctx.app(), ctx.viewer(), membership_id, role).await;
        MembershipPayload::of(changed)
    }

    /// Removes a member from the organisation. For managers, owners and administrators. The last owner cannot be
    /// removed.
    async fn remove_member(
        &self,
        ctx: &Context<'_>,
        input: RemoveMemberInput,
    ) -> Result<Option<MembershipPayload>> {
        let RemoveMemberInput { membership_id } = input;
        MembershipPayload::of(service::remove(ctx.app(), ctx.viewer(), membership_id).await)
    }

    /// Leaves an organisation, or withdraws the viewer's request to join it. The last owner cannot leave.
    async fn leave_organisation(
        &self,
        ctx: &Context<'_>,
        input: LeaveOrganisationInput,
    ) -> Result<Option<MembershipPayload>> {
        let LeaveOrganisationInput { organisation_id } = input;
        MembershipPayload::of(service::leave(ctx.app(), ctx.viewer(), organisation_id).await)
    }
}
