//! Hearing of listings as they are published and as they change.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, Result, Subscription};
use entity::listing;
use futures_util::{Stream, StreamExt};
use uuid::Uuid;

use super::{
    types::ListingFilter,
    watch::{self, Told},
};
use crate::{
    activities::live::{self, Event},
    context::Ask,
    kit::{Error, Id},
    listings::Listing,
};

/// Hearing of listings as they are published and as they change.
#[derive(Default)]
pub struct FindingSubscription;

#[Subscription]
impl FindingSubscription {
    /// Each listing that is published from now on, or opened again, where the caller may see it and the filter finds it.
    /// What was published before is in `listings`.
    async fn listing_published(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which listings.")] filter: Option<ListingFilter>,
    ) -> Result<impl Stream<Item = Result<Event<Listing>, Error>> + use<>> {
        let filter = filter.unwrap_or_default();
        // What is wrong with the filter is said at once, and not when there would be something to tell.
        watch::found(
            ctx.app(),
            ctx.viewer(),
            filter.clone(),
            Id::new(Uuid::nil()),
        )
        .await?;
        let changes = live::happenings(ctx, watch::opens).await?;
        Ok(changes.filter_map(move |change| {
            let filter = filter.clone();
            async move {
                let id = Id::new(change.activity.subject_id);
                let found = watch::found(&change.app, &change.viewer, filter, id).await;
                let shown = found.map(|row| row.map(|row| change.show(Listing::from(row))));
                shown.transpose()
            }
        }))
    }

    /// A listing as it is after each change of it that the caller can see: what it says, its state, and what is left of it.
    async fn listing_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the listing.")] id: Id<listing::Entity>,
    ) -> Result<impl Stream<Item = Result<Event<Listing>, Error>> + use<>> {
        let row = ctx.load(id).await?.ok_or(Error::NotFound)?;
        let told = Arc::new(Mutex::new(Told::of(&row, ctx.viewer())));
        let changes = live::happenings(ctx, move |act| watch::may_touch(act, id)).await?;
        Ok(changes.filter_map(move |change| {
            let told = Arc::clone(&told);
            async move {
                let touched = watch::touched(&change.app, &change.viewer, &change.activity, id);
                let row = match touched.await {
                    Ok(row) => row?,
                    Err(error) => return Some(Err(error)),
                };
                let now = Told::of(&row, &change.viewer);
                let before = std::mem::replace(
                    &mut *told.lock().unwrap_or_else(PoisonError::into_inner),
                    now,
                );
                (before != now).then(|| Ok(change.show(Listing::from(row))))
            }
        }))
    }
}
