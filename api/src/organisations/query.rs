//! Reading organisations.

use async_graphql::{Context, Object, Result, connection::Connection};
use entity::organisation;

use super::{
    inputs::{OrganisationFilter, OrganisationOrder},
    search,
    types::Organisation,
};
use crate::{
    context::Ask,
    kit::{
        Id,
        page::{PageArgs, Total},
    },
};

/// Reading organisations.
#[derive(Default)]
pub struct OrganisationQuery;

#[Object]
impl OrganisationQuery {
    /// The organisation with this id, merged ones too; null where there is none.
    async fn organisation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organisation's id.")] id: Id<organisation::Entity>,
    ) -> Result<Option<Organisation>> {
        let found = ctx.load(id).await?;
        Ok(found.map(Organisation::from))
    }

    /// The organisations of the county and beyond. Everybody sees all of them.
    #[expect(clippy::too_many_arguments, reason = "four of them are the page")]
    async fn organisations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; without it, all that are active.")] filter: Option<
            OrganisationFilter,
        >,
        #[graphql(default, desc = "In which order.")] order_by: OrganisationOrder,
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
