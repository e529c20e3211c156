//! Queries of guests, who use links sent by email.

use async_graphql::{Context, Object, Result};

use super::{guest_links, guest_types::GuestRegistration};
use crate::context::ContextExt;

/// Queries of guests.
#[derive(Default)]
pub struct RegistrationQuery;

#[Object]
impl RegistrationQuery {
    /// Returns the registration of a guest by the token of an emailed link. Null if the token is not valid, or if the
    /// guest has not confirmed the registration yet.
    async fn guest_registration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Token of the link.")] token: String,
    ) -> Result<Option<GuestRegistration>> {
        let conn = &ctx.app().database.read;
        let found = guest_links::by_token(ctx.app(), conn, ctx.viewer(), &token).await?;
        Ok(found.map(GuestRegistration::from))
    }
}
