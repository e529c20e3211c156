//! GraphQL queries for invitations.

use async_graphql::{Context, Object, Result};

use super::{service, types::Invitation};
use crate::context::ContextExt;

/// Queries for invitations.
#[derive(Default)]
pub struct InvitationQuery;

#[Object]
impl InvitationQuery {
    /// Returns the invitation with this token, with or without sign-in; null if it cannot be accepted.
    async fn invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Token from the link.")] token: String,
    ) -> Result<Option<Invitation>> {
        let found = service::by_token(&ctx.app().database.read, ctx.viewer(), &token).await?;
        Ok(found.map(Into::into))
    }
}
