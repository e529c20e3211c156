//! GraphQL types and inputs for invitations.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{invitation, membership::MembershipRole, organisation, person};
use uuid::Uuid;

use super::service;
use crate::{
    accounts::Person,
    context::ContextExt,
    kit::{Error, Id, UserError},
    organisations::Organisation,
};

/// A link with which one person can join an organisation.
pub struct Invitation(invitation::Model);

impl From<invitation::Model> for Invitation {
    fn from(row: invitation::Model) -> Self {
        Self(row)
    }
}

impl Invitation {
    /// Reads the open invitations of an organisation that the viewer may see.
    pub async fn of_organisation(ctx: &Context<'_>, organisation: Uuid) -> Result<Vec<Self>> {
        let conn = &ctx.app().database.read;
        let rows = service::of_organisation(conn, ctx.viewer(), organisation).await?;
        Ok(rows.into_iter().map(Self).collect())
    }
}

/// A link with which one person can join an organisation. Visible to holders of its token, and to managers and owners
/// of the organisation and administrators.
#[Object]
impl Invitation {
    /// Global id. It does not allow anyone to join, which takes the token.
    pub async fn id(&self) -> Id<invitation::Entity> {
        Id::new(self.0.id)
    }

    /// The organisation that the invitation is for.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let id = Id::<organisation::Entity>::new(self.0.organisation_id);
        let found = ctx.load(id).await?;
        Ok(found.map(Organisation::from))
    }

    /// Role that the invited person receives.
    async fn role(&self) -> MembershipRole {
        self.0.role
    }

    /// Person who created the invitation; null if the viewer may not see the person.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let found = ctx
            .load(Id::<person::Entity>::new(self.0.created_by))
            .await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// Time at which the invitation was created.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Time at which the invitation expires.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }

    /// Time at which a person joined with the invitation; null if unused.
    async fn accepted_at(&self) -> Option<DateTime<Utc>> {
        self.0.accepted_at
    }

    /// Time at which the invitation was revoked; null if it was not.
    async fn revoked_at(&self) -> Option<DateTime<Utc>> {
        self.0.revoked_at
    }
}

/// Result of the creation of an invitation.
#[derive(SimpleObject)]
pub struct CreateInvitationPayload {
    /// The new invitation; null if the act was refused.
    pub invitation: Option<Invitation>,
    /// Token for the invited person, to put into a link. It is returned only once; null if the act was refused.
    pub token: Option<String>,
    /// Reasons for the refusal; empty if the act was done.
    #[graphql(directive = crate::kit::graphql::cost::list_size::apply(crate::kit::error::MAX_USER_ERRORS as u64, None))]
    pub user_errors: Vec<UserError>,
}

impl CreateInvitationPayload {
    /// Creates the payload from the result of the service.
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
                user_errors: UserError::first_errors(user_errors),
            })),
            Err(error) => Err(error.into()),
        }
    }
}

crate::payload! {
    /// Result of an act on an invitation.
    InvitationPayload {
        /// The invitation after the act; null if the act was refused.
        invitation: Invitation
    }
}

/// Invitation to create.
#[derive(InputObject)]
pub struct CreateInvitationInput {
    /// The organisation to invite to.
    pub organisation_id: Id<organisation::Entity>,
    /// Role that the invited person receives, not above the viewer's own.
    pub role: MembershipRole,
    /// Number of days until the invitation expires, 1 to 90. Default 14.
    #[graphql(default = 14)]
    pub valid_days: i32,
}

/// Invitation to revoke.
#[derive(InputObject)]
pub struct RevokeInvitationInput {
    /// The invitation to revoke.
    pub invitation_id: Id<invitation::Entity>,
}

/// Invitation to accept.
#[derive(InputObject)]
pub struct AcceptInvitationInput {
    /// Token from the link.
    pub token: String,
}
