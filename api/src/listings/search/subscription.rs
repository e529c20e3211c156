//! GraphQL subscriptions to listings that are published and that change.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, InputType, Result, Subscription};
use entity::listing;
use futures_util::{Stream, StreamExt};
use uuid::Uuid;

use super::{
    types::ListingFilter,
    watch::{self, Shown, WatchedFilter},
};
use crate::{
    activities::live::{self, Event},
    context::ContextExt,
    kit::{Error, Id, OrInternal},
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
        let text = serde_json::to_string(&filter.to_value()).internal()?.into();
        // Runs the filter once, so that an invalid filter fails at once and not with the first listing.
        watch::found(
            ctx.app(),
            ctx.viewer(),
            filter.clone(),
            Id::new(Uuid::nil()),
        )
        .await?;
        let changes = live::unfiltered_changes(ctx, watch::opens).await?;
        let watched = Arc::new(WatchedFilter { filter, text });
        Ok(changes.filter_map(move |change| {
            let watched = Arc::clone(&watched);
            async move {
                let published = &change.app.published;
                let found = published
                    .found(&change.app, &change.viewer, &change.activity, &watched)
                    .await;
                let show = |row: Arc<listing::Model>| {
                    change.show(Listing::from(Arc::unwrap_or_clone(row)))
                };
                found.map(|row| row.map(show)).transpose()
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
