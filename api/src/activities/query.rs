//! Reading the record of acts.

use async_graphql::{Context, Object, Result, connection::Connection};

use super::types::{Activity, ActivityFilter};
use crate::kit::page::{PageArgs, Total};

/// Reading the record of acts.
#[derive(Default)]
pub struct ActivityQuery;

#[Object]
impl ActivityQuery {
    /// What was done, the newest first: everything for staff; for others what they did themselves, and what
    /// concerns the organisations that they belong to.
    async fn activities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; without it, all that the viewer may see.")] filter: Option<
            ActivityFilter,
        >,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Activity, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        Activity::list(ctx, filter.unwrap_or_default().into(), args).await
    }
}
