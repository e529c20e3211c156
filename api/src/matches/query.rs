//! GraphQL queries for matches.

use async_graphql::{Context, InputObject, Object, Result, connection::Connection};
use entity::{listing, matching::MatchState, organisation};

use super::{
    persist::MatchId,
    search::{self, Filter},
    types::Match,
};
use crate::{
    context::ContextExt,
    kit::{
        Error, Id,
        page::{PageArgs, Total},
    },
};

/// Filter for matches. A field that is omitted or empty does not filter.
#[derive(InputObject, Debug, Default)]
pub struct MatchFilter {
    /// Matches in one of these states. Maximum 12.
    #[graphql(default)]
    pub states: Vec<MatchState>,
    /// Matches with this organisation on one side.
    pub organisation_id: Option<Id<organisation::Entity>>,
    /// Matches of this listing.
    pub listing_id: Option<Id<listing::Entity>>,
    /// True for matches that wait for an answer of an organisation of which the viewer is an editor.
    #[graphql(default)]
    pub waits_for_me: bool,
    /// True for matches that wait for a broker's approval.
    #[graphql(default)]
    pub needs_approval: bool,
    /// True for agreed matches without a step in the last 21 days.
    #[graphql(default)]
    pub stuck: bool,
}

impl From<MatchFilter> for Filter {
    fn from(filter: MatchFilter) -> Self {
        let MatchFilter {
            states,
            organisation_id,
            listing_id,
            waits_for_me,
            needs_approval,
            stuck,
        } = filter;
        Self {
            states,
            organisation: organisation_id.map(|id| id.0),
            listing: listing_id.map(|id| id.0),
            waits_for_me,
            needs_approval,
            stuck,
        }
    }
}

/// Queries for matches.
#[derive(Default)]
pub struct MatchQuery;

#[Object]
impl MatchQuery {
    /// Returns the match with this id or reference, exactly one of which is given; null if the viewer may not see such
    /// a match.
    async fn r#match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: Option<MatchId>,
        #[graphql(desc = "Reference, such as `MAT-7K3M9-Q2X4T`.")] reference: Option<String>,
    ) -> Result<Option<Match>> {
        let found = match (id, reference) {
            (Some(id), None) => ctx.load(id).await?,
            (None, Some(reference)) => {
                let conn = &ctx.app().database.read;
                search::by_reference(conn, ctx.viewer(), &reference).await?
            }
            _ => {
                return Err(
                    Error::BadInput("id", "send either id or reference, not both".into()).into(),
                );
            }
        };
        Ok(found.map(Match::from))
    }

    /// Returns the matches of the viewer's organisations, and all matches for staff; most recently changed first.
    async fn matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Filter; default all matches.")] filter: Option<MatchFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Match, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        let filter = filter.unwrap_or_default().into();
        let conn = &ctx.app().database.read;
        let (slice, total) = search::list(conn, ctx.viewer(), filter, &args).await?;
        Ok(slice.connection(Total(total), Match::from))
    }
}
