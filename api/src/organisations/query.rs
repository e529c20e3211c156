//! GraphQL queries for organisations.

use async_graphql::{Context, Object, Result, connection::Connection};
use entity::organisation;

use super::{
    inputs::{OrganisationFilter, OrganisationOrder},
    search,
    types::Organisation,
};
use crate::{
    context::ContextExt,
    kit::{
        Id,
        page::{PageArgs, Total},
    },
};

/// Queries for organisations.
#[derive(Default)]
pub struct OrganisationQuery;

#[Object]
impl OrganisationQuery {
    /// Returns the organisation with this id, even if merged; null if there is none.
    async fn organisation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: Id<organisation::Entity>,
    ) -> Result<Option<Organisation>> {
        let found = ctx.load(id).await?;
        Ok(found.map(Organisation::from))
    }

    /// Returns the organisations that pass the filter. All organisations are public.
    #[expect(clippy::too_many_arguments, reason = "four of them are the page")]
    async fn organisations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Filter; default all active organisations.")] filter: Option<
            OrganisationFilter,
        >,
        #[graphql(default, desc = "Order of the organisations.")] order_by: OrganisationOrder,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Organisation, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        let viewer = ctx.viewer();
        let filter = filter.unwrap_or_default().into();
        let (slice, total) =
            search::list(ctx.app(), viewer, filter, &order_by.order(), &args).await?;
        Ok(slice.connection(Total(total), Organisation::from))
    }
}
