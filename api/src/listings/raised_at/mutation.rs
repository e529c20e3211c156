//! Saying at which event a listing was raised.

use async_graphql::{Context, InputObject, Object, Result};
use entity::{event, listing};

use super::service;
use crate::{context::Ask, kit::Id, listings::mutation::ListingPayload};

/// At which event a listing was raised.
#[derive(InputObject, Debug)]
pub struct SetListingEventInput {
    /// The listing.
    pub listing_id: Id<listing::Entity>,
    /// The event; null for at none.
    pub event_id: Option<Id<event::Entity>>,
}

/// Saying at which event a listing was raised.
#[derive(Default)]
pub struct OutcomeMutation;

#[Object]
impl OutcomeMutation {
    /// Say at which event a listing of your organisation was raised, so that it counts among what came of it. What was
    /// told at an event's desk is raised there of itself.
    async fn set_listing_event(
        &self,
        ctx: &Context<'_>,
        input: SetListingEventInput,
    ) -> Result<Option<ListingPayload>> {
        let SetListingEventInput {
            listing_id,
            event_id,
        } = input;
        let (app, viewer) = (ctx.app(), ctx.viewer());
        ListingPayload::of(service::set_event(app, viewer, listing_id, event_id).await)
    }
}
