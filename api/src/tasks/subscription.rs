//! Subscriptions to tasks.

use async_graphql::{Context, Result, Subscription};
use futures_util::{Stream, StreamExt, TryStreamExt, future};

use super::search;
use crate::{
    accounts::ViewerObject,
    activities::live::{self, Event},
    context::ContextExt,
    kit::Error,
};

/// Subscriptions to tasks.
#[derive(Default)]
pub struct TaskSubscription;

#[Subscription]
impl TaskSubscription {
    /// Sends the viewer whenever their tasks change: once at the start, within a second of an act that changes them,
    /// and within a minute if only time has passed or a message was read. Select `taskCount` to update a badge.
    async fn tasks_changed(
        &self,
        ctx: &Context<'_>,
    ) -> Result<impl Stream<Item = Result<Event<ViewerObject>, Error>> + use<>> {
        ctx.viewer().signed_in()?;
        let looked = live::moments(ctx).then(|moment| async move {
            let conn = &moment.app.database.read;
            let waiting = search::fingerprint(conn, &moment.viewer).await?;
            Ok::<_, Error>((waiting, moment))
        });
        let mut last = None;
        let changed = looked.try_filter_map(move |(waiting, moment)| {
            let changed = last.replace(waiting) != Some(waiting);
            future::ok(changed.then_some(moment))
        });
        Ok(changed.map_ok(|moment| {
            let viewer = ViewerObject(moment.viewer.clone());
            moment.show(viewer)
        }))
    }
}
