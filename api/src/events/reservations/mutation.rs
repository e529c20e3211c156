//! Mutations of reserved places.

use async_graphql::{Context, Object, Result};

use super::{
    PlaceReservation, changes,
    inputs::{ReleasePlaceReservationInput, ReservePlacesInput, UpdatePlaceReservationInput},
    service,
};
use crate::{context::ContextExt, kit::Error, payload};

payload! {
    /// Result of a mutation of reserved places.
    PlaceReservationPayload {
        /// The reservation after the change; null if the change was refused.
        reservation: PlaceReservation
    }
}

/// Mutations of reserved places.
#[derive(Default)]
pub struct ReservationMutation;

#[Object]
impl ReservationMutation {
    /// Reserves free places for an organisation or for a list of email addresses, until a given time. Offers them at
    /// once to people on the waiting list for whom they are meant. Requires an organiser.
    async fn reserve_places(
        &self,
        ctx: &Context<'_>,
        input: ReservePlacesInput,
    ) -> Result<Option<PlaceReservationPayload>> {
        PlaceReservationPayload::of(reserve(ctx, input).await)
    }

    /// Changes the number of reserved places, their email addresses, label or release time. Requires an organiser.
    async fn update_place_reservation(
        &self,
        ctx: &Context<'_>,
        input: UpdatePlaceReservationInput,
    ) -> Result<Option<PlaceReservationPayload>> {
        let (id, edit) = input.edit();
        PlaceReservationPayload::of(changes::update(ctx.app(), ctx.viewer(), id, edit).await)
    }

    /// Releases the unused places of a reservation now, and offers them to the waiting list. Requires an organiser.
    async fn release_place_reservation(
        &self,
        ctx: &Context<'_>,
        input: ReleasePlaceReservationInput,
    ) -> Result<Option<PlaceReservationPayload>> {
        let ReleasePlaceReservationInput { reservation_id } = input;
        let released = changes::release(ctx.app(), ctx.viewer(), reservation_id);
        PlaceReservationPayload::of(released.await)
    }
}

async fn reserve(
    ctx: &Context<'_>,
    input: ReservePlacesInput,
) -> Result<entity::place_reservation::Model, Error> {
    let (new, key) = input.into_reservation()?;
    let key = ctx.optional_retry_key(key)?;
    service::reserve(ctx.app(), ctx.viewer(), new, key).await
}
