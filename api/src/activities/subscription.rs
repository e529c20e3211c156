//! Hearing of acts as they happen.

use async_graphql::{Context, ID, Result, Subscription};
use entity::{activity, organisation};
use futures_util::{Stream, StreamExt};

use super::{rules, types::Activity};
use crate::{
    activities::live::{self, Event},
    context::Ask,
    kit::{Error, Id, id},
};

/// Hearing of acts as they happen.
#[derive(Default)]
pub struct ActivitySubscription;

#[Subscription]
impl ActivitySubscription {
    /// What is done from now on, as it happens: everything for staff; for others what they do themselves, and what
    /// concerns the organisations that they belong to at that moment. In the order in which it was committed, each
    /// act once; now and then it begins with one that was committed just before. What was there before is in `activities`.
    async fn activity_recorded(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Done to this thing, whatever kind of thing it is.")] subject_id: Option<
            ID,
        >,
        #[graphql(desc = "Concerning this organisation.")] organisation_id: Option<
            Id<organisation::Entity>,
        >,
    ) -> Result<impl Stream<Item = Event<Activity>> + use<>> {
        ctx.viewer().signed_in()?;
        let subject = match subject_id.as_ref().map(|id| id::split(id)) {
            Some(None) => return Err(Error::BadInput("subjectId", "this is no id".into()).into()),
            Some(Some((kind, id))) => Some((kind.to_owned(), id)),
            None => None,
        };
        let organisation = organisation_id.map(|id| id.0);
        let wanted = move |act: &activity::Model| rules::about(act, subject.as_ref(), organisation);
        let changes = live::changes(ctx, wanted).await?;
        Ok(changes.map(|change| change.show(Activity::from((*change.activity).clone()))))
    }
}
