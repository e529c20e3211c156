//! Queries on accounts.

use std::sync::Arc;

use async_graphql::{Context, Object, Result, connection::Connection};

use super::{
    service,
    types::{Person, Viewer},
};
use crate::{
    context::ContextExt,
    kit::page::{PageArgs, Total},
};

/// Queries on accounts.
#[derive(Default)]
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// The caller of this request: the person who signed in, with their roles, organisations and listings, or an
    /// anonymous caller.
    async fn viewer(&self, ctx: &Context<'_>) -> Viewer {
        Viewer(Arc::clone(ctx.viewer()))
    }

    /// The people whom the viewer may see, newest first: everyone for staff; for members, the people they share an
    /// organisation with or deal with.
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Words of a display name, or parts of words, all of which must occur; capitals and accents make no \
                    difference. Administrators search email addresses too. Null or blank returns all.",
            directive = crate::kit::graphql::cost::cost::apply(crate::kit::graphql::cost::TEXT)
        )]
        text: Option<String>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Person, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        let viewer = ctx.viewer();
        let (slice, total) =
            service::people(&ctx.app().database.read, viewer, text.as_deref(), &args).await?;
        Ok(slice.connection(Total(total), |row| Person::seen_by(viewer, row)))
    }
}
