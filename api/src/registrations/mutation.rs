//! Acts on registrations.

use async_graphql::{Context, Object, Result};

use super::{
    Registration, desk,
    inputs::{CheckInInput, RecordNoShowsInput, RegisterForEventInput, RegistrationActInput},
    service,
};
use crate::{context::Ask, events::mutation::EventPayload, kit::Error, payload};

payload! {
    /// What an act on a registration gives back.
    RegistrationPayload {
        /// The registration after the act; null where it was refused.
        registration: Registration
    }
}

/// Acts on registrations.
#[derive(Default)]
pub struct RegistrationMutation;

#[Object]
impl RegistrationMutation {
    /// Register for an event or a session: with a place where one is left and nobody waits, else in the queue.
    async fn register_for_event(
        &self,
        ctx: &Context<'_>,
        input: RegisterForEventInput,
    ) -> Result<Option<RegistrationPayload>> {
        RegistrationPayload::of(register(ctx, input).await)
    }

    /// Take the places that are offered, in time.
    async fn accept_place(
        &self,
        ctx: &Context<'_>,
        input: RegistrationActInput,
    ) -> Result<Option<RegistrationPayload>> {
        RegistrationPayload::of(
            service::accept(ctx.app(), ctx.viewer(), input.registration_id).await,
        )
    }

    /// Give places back, decline what is offered, or leave the queue. What becomes free is offered to those who wait.
    async fn cancel_registration(
        &self,
        ctx: &Context<'_>,
        input: RegistrationActInput,
    ) -> Result<Option<RegistrationPayload>> {
        RegistrationPayload::of(
            service::cancel(ctx.app(), ctx.viewer(), input.registration_id).await,
        )
    }

    /// Offer free places to somebody who waits, whoever else does: for organisers.
    async fn offer_place(
        &self,
        ctx: &Context<'_>,
        input: RegistrationActInput,
    ) -> Result<Option<RegistrationPayload>> {
        RegistrationPayload::of(desk::offer(ctx.app(), ctx.viewer(), input.registration_id).await)
    }

    /// Say that somebody came, by the code that they show: for organisers.
    async fn check_in(
        &self,
        ctx: &Context<'_>,
        input: CheckInInput,
    ) -> Result<Option<RegistrationPayload>> {
        RegistrationPayload::of(
            desk::check_in(ctx.app(), ctx.viewer(), input.event_id, &input.code).await,
        )
    }

    /// Say of all who had a place and were not checked in that they did not come: for organisers.
    async fn record_no_shows(
        &self,
        ctx: &Context<'_>,
        input: RecordNoShowsInput,
    ) -> Result<Option<EventPayload>> {
        EventPayload::of(desk::record_no_shows(ctx.app(), ctx.viewer(), input.event_id).await)
    }
}

async fn register(
    ctx: &Context<'_>,
    input: RegisterForEventInput,
) -> Result<entity::registration::Model, Error> {
    let (asked, key) = input.asked()?;
    service::register(ctx.app(), ctx.viewer(), asked, key).await
}
