//! GraphQL subscriptions to listings that are published and that change.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, Result, Subscription};
use entity::listing;
use futures_util::{Stream, StreamExt};
use uuid::Uuid;

use super::{
    types::ListingFilter,
    watch::{self, Shown},
};
use crate::{
    activities::live::{self, Event},
    context::ContextExt,
    kit::{Error, Id},
    listings::Listing,
};

/// Subscriptions to listings.
#[derive(Default)]
pub struct ListingSubscription;

#[Subscription]
impl ListingSubscription {
    /// Sends each listing that is published or reopened from now on, if the caller may see it and it meets the filter.
    /// For listings published earlier, use the query `listings`.
    async fn listing_published(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Conditions for the listings.")] filter: Option<ListingFilter>,
    ) -> Result<impl Stream<Item = Result<Event<Listing>, Error>> + use<>> {
        let filter = filter.unwrap_or_default();
        // Runs the filter once, so that an invalid filter fails at once and not with the first listing.
        watch::found(
            ctx.app(),
            ctx.viewer(),
            filter.clone(),
            Id::new(Uuid::nil()),
        )
        .await?;
        let changes = live::unfiltered_changes(ctx, watch::opens).await?;
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

    /// Sends a listing after each change of its content, its state or its remaining quantity. Fails with `NOT_FOUND` if
    /// the caller may not see the listing.
    async fn listing_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the listing.")] id: Id<listing::Entity>,
    ) -> Result<impl Stream<Item = Result<Event<Listing>, Error>> + use<>> {
        let row = ctx.load(id).await?.ok_or(Error::NotFound)?;
        let told = Arc::new(Mutex::new(Shown::of(&row, ctx.viewer())));
        let changes = live::unfiltered_changes(ctx, move |act| watch::may_touch(act, id)).await?;
        Ok(changes.filter_map(move |change| {
            let told = Arc::clone(&told);
            async move {
                let touched = watch::touched(&change.app, &change.viewer, &change.activity, id);
                let row = match touched.await {
                    Ok(row) => row?,
                    Err(error) => return Some(Err(error)),
                };
                let now = Shown::of(&row, &change.viewer);
                let before = std::mem::replace(
                    &mut *told.lock().unwrap_or_else(PoisonError::into_inner),
                    now,
                );
                (before != now).then(|| Ok(change.show(Listing::from(row))))
            }
        }))
    }
}
