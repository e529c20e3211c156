//! What guests read by the links that they were mailed.

use async_graphql::{Context, Object, Result};

use super::{guest_links, guest_types::GuestRegistration};
use crate::context::Ask;

/// What guests read.
#[derive(Default)]
pub struct RegistrationQuery;

#[Object]
impl RegistrationQuery {
    /// What a guest registered for, by the token in a link that they were mailed; null where it is good for nothing, and where
    /// they have not confirmed it yet.
    async fn guest_registration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token in the link.")] token: String,
    ) -> Result<Option<GuestRegistration>> {
        let conn = &ctx.app().database.read;
        let found = guest_links::by_token(ctx.app(), conn, ctx.viewer(), &token).await?;
        Ok(found.map(GuestRegistration::from))
    }
}
