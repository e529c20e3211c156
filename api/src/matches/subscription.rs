//! GraphQL subscription to changes of matches.

use async_graphql::{Context, Result, Subscription};
use entity::matching;
use futures_util::{Stream, StreamExt};

use super::{persist::MatchId, types::Match};
use crate::{
    activities::live::{self, Event},
    context::ContextExt,
    kit::{Error, Resource},
};

/// Subscription to changes of matches.
#[derive(Default)]
pub struct MatchSubscription;

#[Subscription]
impl MatchSubscription {
    /// Emits a match after each of its steps: one match, or every match that the viewer may see at that time.
    async fn match_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Match to follow; default all visible matches.")] match_id: Option<
            MatchId,
        >,
    ) -> Result<impl Stream<Item = Result<Event<Match>, Error>> + use<>> {
        ctx.viewer().signed_in()?;
        if let Some(id) = match_id {
            ctx.load(id).await?.ok_or(Error::NotFound)?;
        }
        let changes = live::changes(ctx, move |act| {
            act.subject_kind == matching::Entity::NAME
                && match_id.is_none_or(|id| act.subject_id == id.0)
        })
        .await?;
        Ok(changes.filter_map(|change| async move {
            let id = MatchId::new(change.activity.subject_id);
            change.shown(id, Match::from).await
        }))
    }
}
