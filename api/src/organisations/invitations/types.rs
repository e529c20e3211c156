//! What the schema says of invitations.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{invitation, membership::MembershipRole, organisation, person};
use uuid::Uuid;

use super::service;
use crate::{
    accounts::Person,
    context::Ask,
    kit::{Error, Id, UserError},
    organisations::Organisation,
};

/// A link by which one person joins an organisation.
pub struct Invitation(invitation::Model);

impl From<invitation::Model> for Invitation {
    fn from(row: invitation::Model) -> Self {
        Self(row)
    }
}

impl Invitation {
    /// The invitations of an organisation that nobody has used yet and that the viewer may see.
    pub async fn of_organisation(ctx: &Context<'_>, organisation: Uuid) -> Result<Vec<Self>> {
        let conn = &ctx.app().database.read;
        let rows = service::of_organisation(conn, ctx.viewer(), organisation).await?;
        Ok(rows.into_iter().map(Self).collect())
    }
}

/// A link by which one person joins an organisation. Seen by whoever has its token, and by those who may make one.
#[Object]
impl Invitation {
    /// Global id. It is no help to join: that takes the token.
    pub async fn id(&self) -> Id<invitation::Entity> {
        Id::new(self.0.id)
    }

    /// The organisation that it leads to.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let id = Id::<organisation::Entity>::new(self.0.organisation_id);
        let found = ctx.load(id).await?;
        Ok(found.map(Organisation::from))
    }

    /// What whoever accepts it may do there.
    async fn role(&self) -> MembershipRole {
        self.0.role
    }

    /// Who made it; null where the viewer may not see the person.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let found = ctx
            .load(Id::<person::Entity>::new(self.0.created_by))
            .await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it ends.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }

    /// When somebody joined with it.
    async fn accepted_at(&self) -> Option<DateTime<Utc>> {
        self.0.accepted_at
    }

    /// When it was made worthless.
    async fn revoked_at(&self) -> Option<DateTime<Utc>> {
        self.0.revoked_at
    }
}

/// What making an invitation gives back.
#[derive(SimpleObject)]
pub struct CreateInvitationPayload {
    /// The invitation; null where it was refused.
    pub invitation: Option<Invitation>,
    /// What to give to the person who is invited, as a part of a link. It is shown this once only.
    pub token: Option<String>,
    /// Why the act was refused; empty where it was done.
    #[graphql(directive = crate::kit::graphql::cost::list_size::apply(crate::kit::error::MOST_USER_ERRORS as u64, None))]
    pub user_errors: Vec<UserError>,
}

impl CreateInvitationPayload {
    /// The payload of what the service answered.
    pub fn of(answer: Result<(invitation::Model, String), Error>) -> Result<Option<Self>> {
        match answer {
            Ok((row, token)) => Ok(Some(Self {
                invitation: Some(row.into()),
                token: Some(token),
                user_errors: Vec::new(),
            })),
            Err(Error::Refused(user_errors)) => Ok(Some(Self {
                invitation: None,
                token: None,
                user_errors: UserError::told(user_errors),
            })),
            Err(error) => Err(error.into()),
        }
    }
}

crate::payload! {
    /// What an act on an invitation gives back.
    InvitationPayload {
        /// The invitation after the act; null where it was refused.
        invitation: Invitation
    }
}

/// What to invite somebody to.
#[derive(InputObject)]
pub struct CreateInvitationInput {
    /// The organisation.
    pub organisation_id: Id<organisation::Entity>,
    /// What they may do there. Nobody gives a role above their own.
    pub role: MembershipRole,
    /// How many days it is good: 1 to 90.
    #[graphql(default = 14)]
    pub valid_days: i32,
}

/// Which invitation to make worthless.
#[derive(InputObject)]
pub struct RevokeInvitationInput {
    /// The invitation.
    pub invitation_id: Id<invitation::Entity>,
}

/// How to join by an invitation.
#[derive(InputObject)]
pub struct AcceptInvitationInput {
    /// The token in the link.
    pub token: String,
}
