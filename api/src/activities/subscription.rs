//! Subscription to acts.

use async_graphql::{Context, ID, Result, Subscription};
use entity::{activity, organisation};
use futures_util::{Stream, StreamExt};

use super::{rules, types::Activity};
use crate::{
    activities::live::{self, Event},
    context::ContextExt,
    kit::{Error, Id, id},
};

/// Subscription to acts.
#[derive(Default)]
pub struct ActivitySubscription;

#[Subscription]
impl ActivitySubscription {
    /// Delivers each act from now on, once, in the order of commits. Staff receive all acts; other people receive their
    /// own acts, those that affect them, and those that concern organisations of which they are a member at that
    /// moment. The first event may be an act committed just before the subscription started. Earlier acts are in
    /// `activities`. Requires a signed-in viewer.
    async fn activity_recorded(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Restricts the events to acts on this object. Accepts the global id of any kind of object."
        )]
        subject_id: Option<ID>,
        #[graphql(desc = "Restricts the events to acts that concern this organisation.")]
        organisation_id: Option<Id<organisation::Entity>>,
    ) -> Result<impl Stream<Item = Event<Activity>> + use<>> {
        ctx.viewer().signed_in()?;
        let subject = match subject_id.as_ref().map(|id| id::split(id)) {
            Some(None) => {
                return Err(Error::BadInput("subjectId", "must be a global id".into()).into());
            }
            Some(Some((kind, id))) => Some((kind.to_owned(), id)),
            None => None,
        };
        let organisation = organisation_id.map(|id| id.0);
        let wanted = move |act: &activity::Model| rules::about(act, subject.as_ref(), organisation);
        let changes = live::changes(ctx, wanted).await?;
        Ok(changes.map(|change| change.show(Activity::from((*change.activity).clone()))))
    }
}
