//! Query of activities.

use async_graphql::{Context, Object, Result, connection::Connection};

use super::types::{Activity, ActivityFilter};
use crate::kit::page::{PageArgs, Total};

/// Query of activities.
#[derive(Default)]
pub struct ActivityQuery;

#[Object]
impl ActivityQuery {
    /// The activities that the viewer may see, newest first. Staff see all; other people see their own acts, those that
    /// affect them, and those that concern their organisations.
    async fn activities(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Conditions for the list. Null returns all activities that the viewer may see."
        )]
        filter: Option<ActivityFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Activity, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        Activity::list(ctx, filter.unwrap_or_default().into(), args).await
    }
}
