//! Acts on reserved places.

use async_graphql::{Context, Object, Result};

use super::{
    PlaceReservation, changes,
    inputs::{ReleasePlaceReservationInput, ReservePlacesInput, UpdatePlaceReservationInput},
    service,
};
use crate::{context::Ask, kit::Error, payload};

payload! {
    /// What an act on reserved places gives back.
    PlaceReservationPayload {
        /// The reservation after the act; null where it was refused.
        reservation: PlaceReservation
    }
}

/// Acts on reserved places.
#[derive(Default)]
pub struct ReservationMutation;

#[Object]
impl ReservationMutation {
    /// Hold free places for an organisation or for those on a list, until a time: for organisers. Who waits and is meant is
    /// offered one at once.
    async fn reserve_places(
        &self,
        ctx: &Context<'_>,
        input: ReservePlacesInput,
    ) -> Result<Option<PlaceReservationPayload>> {
        PlaceReservationPayload::of(reserve(ctx, input).await)
    }

    /// Change how many places are held, for which addresses, or until when: for organisers.
    async fn update_place_reservation(
        &self,
        ctx: &Context<'_>,
        input: UpdatePlaceReservationInput,
    ) -> Result<Option<PlaceReservationPayload>> {
        let (id, edit) = input.edit();
        PlaceReservationPayload::of(changes::update(ctx.app(), ctx.viewer(), id, edit).await)
    }

    /// Release at once what nobody drew, and offer it to those who wait: for organisers.
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
    let (wish, key) = input.wish()?;
    service::reserve(ctx.app(), ctx.viewer(), wish, key).await
}
