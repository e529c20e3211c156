//! Acts on members.

use async_graphql::{Context, Object, Result};

use super::{
    service,
    types::{
        ApproveMemberInput, ChangeMemberRoleInput, DeclineMemberInput, LeaveOrganisationInput,
        MembershipPayload, RemoveMemberInput, RequestToJoinInput,
    },
};
use crate::context::Ask;

/// Acts on members.
#[derive(Default)]
pub struct MemberMutation;

#[Object]
impl MemberMutation {
    /// Ask to join an organisation. One of its managers answers. To ask again changes nothing.
    async fn request_to_join(
        &self,
        ctx: &Context<'_>,
        input: RequestToJoinInput,
    ) -> Result<Option<MembershipPayload>> {
        let RequestToJoinInput { organisation_id } = input;
        MembershipPayload::of(service::request(ctx.app(), ctx.viewer(), organisation_id).await)
    }

    /// Let somebody in who asked to join. Managers, owners and administrators.
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

    /// Say no to somebody who asked to join. Managers, owners and administrators.
    async fn decline_member(
        &self,
        ctx: &Context<'_>,
        input: DeclineMemberInput,
    ) -> Result<Option<MembershipPayload>> {
        let DeclineMemberInput { membership_id } = input;
        MembershipPayload::of(service::decline(ctx.app(), ctx.viewer(), membership_id).await)
    }

    /// Give a member another role, at most one's own. Managers, owners and administrators.
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

    /// Take a member out of the organisation. Managers, owners and administrators; the last owner stays.
    async fn remove_member(
        &self,
        ctx: &Context<'_>,
        input: RemoveMemberInput,
    ) -> Result<Option<MembershipPayload>> {
        let RemoveMemberInput { membership_id } = input;
        MembershipPayload::of(service::remove(ctx.app(), ctx.viewer(), membership_id).await)
    }

    /// Leave an organisation, or take back the wish to join it. The last owner stays.
    async fn leave_organisation(
        &self,
        ctx: &Context<'_>,
        input: LeaveOrganisationInput,
    ) -> Result<Option<MembershipPayload>> {
        let LeaveOrganisationInput { organisation_id } = input;
        MembershipPayload::of(service::leave(ctx.app(), ctx.viewer(), organisation_id).await)
    }
}
