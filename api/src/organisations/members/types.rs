//! What the schema says of members.

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
    context::Ask,
    kit::{
        Id, Viewer,
        graphql::nested_page::PageOf,
        page::{PageArgs, Slice, Total},
    },
    organisations::Organisation,
};

/// A person's place in an organisation.
pub struct Membership(membership::Model);

impl From<membership::Model> for Membership {
    fn from(row: membership::Model) -> Self {
        Self(row)
    }
}

impl Membership {
    /// A page of the members of an organisation that the viewer may see.
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

    /// A page of the viewer's own memberships.
    pub async fn of_viewer(
        ctx: &Context<'_>,
        viewer: &Viewer,
        args: PageArgs,
    ) -> Result<Connection<String, Self, Total>> {
        let id = membership::Column::Id;
        if let Some(me) = viewer.person_id() {
            return Ok(ctx.part_page::<membership::Entity, _>(me, id, args).await?);
        }
        let nothing = PageOf::parts::<membership::Entity>(Uuid::nil(), id, args).total();
        Ok(Slice::<membership::Model>::empty().connection(nothing, Self))
    }
}

/// A person's place in an organisation, or their wish to have one. Seen by them, by the organisation's members and
/// by staff.
#[Object]
impl Membership {
    /// Global id.
    pub async fn id(&self) -> Id<membership::Entity> {
        Id::new(self.0.id)
    }

    /// The person.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let found = ctx
            .load(Id::<person::Entity>::new(self.0.person_id))
            .await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// The organisation.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let id = Id::<organisation::Entity>::new(self.0.organisation_id);
        let found = ctx.load(id).await?;
        Ok(found.map(Organisation::from))
    }

    /// What the person may do for the organisation, once the membership is in force.
    async fn role(&self) -> MembershipRole {
        self.0.role
    }

    /// Whether it is in force.
    async fn state(&self) -> MembershipState {
        self.0.state
    }

    /// When the person came or asked to join.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

crate::payload! {
    /// What an act on a member gives back.
    MembershipPayload {
        /// The membership after the act, or as it was before it ended; null where the act was refused.
        membership: Membership
    }
}

/// Which organisation to join.
#[derive(InputObject)]
pub struct RequestToJoinInput {
    /// The organisation.
    pub organisation_id: Id<organisation::Entity>,
}

/// Which organisation to leave.
#[derive(InputObject)]
pub struct LeaveOrganisationInput {
    /// The organisation.
    pub organisation_id: Id<organisation::Entity>,
}

/// Whom to let in.
#[derive(InputObject)]
pub struct ApproveMemberInput {
    /// The membership that was asked for.
    pub membership_id: Id<membership::Entity>,
    /// What they may do. Nobody gives a role above their own.
    #[graphql(default_with = "MembershipRole::Member")]
    pub role: MembershipRole,
}

/// Whom not to let in.
#[derive(InputObject)]
pub struct DeclineMemberInput {
    /// The membership that was asked for.
    pub membership_id: Id<membership::Entity>,
}

/// Which role to give to whom.
#[derive(InputObject)]
pub struct ChangeMemberRoleInput {
    /// The membership.
    pub membership_id: Id<membership::Entity>,
    /// What they may do from now on. Nobody gives a role above their own.
    pub role: MembershipRole,
}

/// Whom to take out of the organisation.
#[derive(InputObject)]
pub struct RemoveMemberInput {
    /// The membership.
    pub membership_id: Id<membership::Entity>,
}
