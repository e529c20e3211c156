//! GraphQL types and inputs for members.

use async_graphql::{Context, InputObject, Object, Result, connection::Connection};
use chrono::{DateTime, Utc};
use entity::{
    membership::{self, MembershipRole, MembershipState},
    organisation, person,
};
use uuid::Uuid;

use super::service;
use crate::{
    accounts::Person,
    context::ContextExt,
    kit::{
        Id, Viewer,
        graphql::nested_page::NestedPage,
        page::{PageArgs, Slice, Total},
    },
    organisations::Organisation,
};

/// Membership of a person in an organisation.
pub struct Membership(membership::Model);

impl From<membership::Model> for Membership {
    fn from(row: membership::Model) -> Self {
        Self(row)
    }
}

impl Membership {
    /// Returns a page of the memberships of an organisation that the viewer may see.
    pub async fn of_organisation(
        ctx: &Context<'_>,
        organisation: Uuid,
        states: Option<Vec<MembershipState>>,
        args: PageArgs,
    ) -> Result<Connection<String, Self, Total>> {
        let page = service::list(ctx.viewer(), organisation, states, args);
        let total = page.total();
        Ok(ctx.page(page).await?.connection(total, Self))
    }

    /// Returns a page of the viewer's own memberships.
    pub async fn of_viewer(
        ctx: &Context<'_>,
        viewer: &Viewer,
        args: PageArgs,
    ) -> Result<Connection<String, Self, Total>> {
        let id = membership::Column::Id;
        if let Some(me) = viewer.person_id() {
            return Ok(ctx.part_page::<membership::Entity, _>(me, id, args).await?);
        }
        let nothing = NestedPage::parts::<membership::Entity>(Uuid::nil(), id, args).total();
        Ok(Slice::<membership::Model>::empty().connection(nothing, Self))
    }
}

/// Membership of a person in an organisation, or their request for one. Visible to that person, to the organisation's
/// members and to staff.
#[Object]
impl Membership {
    /// Global id.
    pub async fn id(&self) -> Id<membership::Entity> {
        Id::new(self.0.id)
    }

    /// The member, or the person who asked to join.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let found = ctx
            .load(Id::<person::Entity>::new(self.0.person_id))
            .await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// The organisation of the membership.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let id = Id::<organisation::Entity>::new(self.0.organisation_id);
        let found = ctx.load(id).await?;
        Ok(found.map(Organisation::from))
    }

    /// Role of the person, once the membership is in force.
    async fn role(&self) -> MembershipRole {
        self.0.role
    }

    /// State of the membership: requested or active.
    async fn state(&self) -> MembershipState {
        self.0.state
    }

    /// Time at which the person joined or asked to join.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

crate::payload! {
    /// Result of an act on a member.
    MembershipPayload {
        /// The membership after the act, or its last state if the act ended it; null if the act was refused.
        membership: Membership
    }
}

/// Organisation to join.
#[derive(InputObject)]
pub struct RequestToJoinInput {
    /// The organisation to join.
    pub organisation_id: Id<organisation::Entity>,
}

/// Organisation to leave.
#[derive(InputObject)]
pub struct LeaveOrganisationInput {
    /// The organisation to leave.
    pub organisation_id: Id<organisation::Entity>,
}

/// Request to join to approve.
#[derive(InputObject)]
pub struct ApproveMemberInput {
    /// The requested membership.
    pub membership_id: Id<membership::Entity>,
    /// Role of the new member, not above the viewer's own. Default `MEMBER`.
    #[graphql(default_with = "MembershipRole::Member")]
    pub role: MembershipRole,
}

/// Request to join to decline.
#[derive(InputObject)]
pub struct DeclineMemberInput {
    /// The requested membership.
    pub membership_id: Id<membership::Entity>,
}

/// New role of a member.
#[derive(InputObject)]
pub struct ChangeMemberRoleInput {
    /// The membership whose role to change.
    pub membership_id: Id<membership::Entity>,
    /// The new role, not above the viewer's own.
    pub role: MembershipRole,
}

/// Member to remove.
#[derive(InputObject)]
pub struct RemoveMemberInput {
    /// The membership to end.
    pub membership_id: Id<membership::Entity>,
}
