//! GraphQL mutation that sets the event of a listing.

use async_graphql::{Context, InputObject, Object, Result};
use entity::{event, listing};

use super::service;
use crate::{context::ContextExt, kit::Id, listings::mutation::ListingPayload};

/// Listing, and the event at which it was raised.
#[derive(InputObject, Debug)]
pub struct SetListingEventInput {
    /// Listing of an organisation in which the viewer is an editor, or a draft of the viewer.
    pub listing_id: Id<listing::Entity>,
    /// Event at which the listing was raised, announced and not cancelled; null removes it.
    pub event_id: Option<Id<event::Entity>>,
}

/// Mutation that sets the event of a listing.
#[derive(Default)]
pub struct ListingEventMutation;

#[Object]
impl ListingEventMutation {
    /// Sets or removes the event at which a listing was raised, so that the listing counts among the outcomes of the
    /// event. A listing made from an intake of an event has that event from the beginning.
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
