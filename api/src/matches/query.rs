//! Reading matches.

use async_graphql::{Context, InputObject, Object, Result, connection::Connection};
use entity::{listing, matching::MatchState, organisation};

use super::{
    persist::MatchId,
    search::{self, Filter},
    types::Match,
};
use crate::{
    context::Ask,
    kit::{
        Error, Id,
        page::{PageArgs, Total},
    },
};

/// Which matches to list. What is left out leaves nothing out.
#[derive(InputObject, Debug, Default)]
pub struct MatchFilter {
    /// In one of these states.
    #[graphql(default)]
    pub states: Vec<MatchState>,
    /// With this organisation on one side.
    pub organisation_id: Option<Id<organisation::Entity>>,
    /// Of this listing.
    pub listing_id: Option<Id<listing::Entity>>,
    /// Only those that wait for an answer of an organisation of which the viewer is an editor.
    #[graphql(default)]
    pub waits_for_me: bool,
    /// Only those that wait for a broker's approval.
    #[graphql(default)]
    pub needs_approval: bool,
    /// Only those that were agreed, and in which no step was made for 21 days.
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
    async fn matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; without it, all.")] filter: Option<MatchFilter>,
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
