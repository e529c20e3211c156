//! Reading invitations.

use async_graphql::{Context, Object, Result};

use super::{service, types::Invitation};
use crate::context::Ask;

/// Reading invitations.
#[derive(Default)]
pub struct InvitationQuery;

#[Object]
impl InvitationQuery {
    /// What an invitation leads to, for whoever has its token, signed in or not; null where it cannot be accepted.
    async fn invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token in the link.")] token: String,
    ) -> Result<Option<Invitation>> {
        let found = service::by_token(&ctx.app().database.read, ctx.viewer(), &token).await?;
        Ok(found.map(Into::into))
    }
}
