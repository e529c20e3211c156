//! Reading matches.

use async_graphql::{Context, Object, Result, connection::Connection};

use super::{inputs::MatchFilter, search, service::MatchId, types::Match};
use crate::{
    context::Ask,
    kit::{
        Error,
        page::{self, PageArgs, Total},
    },
};

/// Reading matches.
#[derive(Default)]
pub struct MatchQuery;

#[Object]
impl MatchQuery {
    /// A match by its id or by its reference, of which exactly one is given; null where there is none that the viewer
    /// may see.
    async fn r#match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: Option<MatchId>,
        #[graphql(desc = "Such as `MAT-7K3M9-Q2X4T`.")] reference: Option<String>,
    ) -> Result<Option<Match>> {
        let found = match (id, reference) {
            (Some(id), None) => ctx.load(id).await?,
            (None, Some(reference)) => {
                let conn = &ctx.app().database.read;
                search::by_reference(conn, ctx.viewer(), &reference).await?
            }
            _ => {
                return Err(
                    Error::BadInput("id", "give id or reference, and not both".into()).into(),
                );
            }
        };
        Ok(found.map(Match::from))
    }

    /// The matches of the viewer's organisations, and all of them for staff; those that changed last come first.
    #[graphql(complexity = "page::cost(first, last, child_complexity)")]
    async fn matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; without it, all.")] filter: Option<MatchFilter>,
        #[graphql(
            desc = "The first so many after the cursor: 20 unless said otherwise, at most 100."
        )]
        first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many before the cursor, at most 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Match, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        let filter = filter.unwrap_or_default().into();
        let conn = &ctx.app().database.read;
        let (slice, total) = search::list(conn, ctx.viewer(), filter, &args).await?;
        Ok(slice.connection(Total(total), Match::from))
    }
}
