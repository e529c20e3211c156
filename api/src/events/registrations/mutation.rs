//! Acts on registrations.

use async_graphql::{Context, Object, Result};

use super::{
    Registration, check_in,
    guest_inputs::{GuestTokenInput, RegisterAsGuestInput},
    guest_links, guest_service,
    guest_types::GuestRegistration,
    inputs::{CheckInInput, RecordNoShowsInput, RegisterForEventInput, RegistrationActInput},
    responses,
    rules::Act,
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

payload! {
    /// What asking to register as a guest gives back: the same, whatever the address is known as.
    GuestRequestPayload {
        /// The address to which a link is mailed; null where it was refused.
        mailed_to: String
    }
}

payload! {
    /// What an act of a guest gives back.
    GuestRegistrationPayload {
        /// What the guest registered for, after the act; null where it was refused.
        registration: GuestRegistration
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

    /// Ask to register without an account, for an event that welcomes guests. A link is mailed to the address, whatever it is
    /// known as, and only `confirmGuestRegistration` with its token registers: with a place or in the queue, as it is then.
    async fn register_as_guest(
        &self,
        ctx: &Context<'_>,
        input: RegisterAsGuestInput,
    ) -> Result<Option<GuestRequestPayload>> {
        let (asked, guest) = input.asked();
        GuestRequestPayload::of(guest_service::request(ctx.app(), ctx.viewer(), asked, guest).await)
    }

    /// Register as a guest, by the link that was mailed. To repeat it changes nothing.
    async fn confirm_guest_registration(
        &self,
        ctx: &Context<'_>,
        input: GuestTokenInput,
    ) -> Result<Option<GuestRegistrationPayload>> {
        let GuestTokenInput { token } = input;
        GuestRegistrationPayload::of(guest_service::confirm(ctx.app(), ctx.viewer(), &token).await)
    }

    /// Take the places that are offered to a guest, in time, by a link that was mailed.
    async fn accept_guest_place(
        &self,
        ctx: &Context<'_>,
        input: GuestTokenInput,
    ) -> Result<Option<GuestRegistrationPayload>> {
        let GuestTokenInput { token } = input;
        let done = guest_links::act(ctx.app(), ctx.viewer(), &token, Act::Accept).await;
        GuestRegistrationPayload::of(done)
    }

    /// Give a guest's places back, decline what is offered, or leave the queue, by a link that was mailed.
    async fn cancel_guest_registration(
        &self,
        ctx: &Context<'_>,
        input: GuestTokenInput,
    ) -> Result<Option<GuestRegistrationPayload>> {
        let GuestTokenInput { token } = input;
        let done = guest_links::act(ctx.app(), ctx.viewer(), &token, Act::Cancel).await;
        GuestRegistrationPayload::of(done)
    }

    /// Take the places that are offered, in time.
    async fn accept_place(
        &self,
        ctx: &Context<'_>,
        input: RegistrationActInput,
    ) -> Result<Option<RegistrationPayload>> {
        RegistrationPayload::of(
            responses::accept(ctx.app(), ctx.viewer(), input.registration_id).await,
        )
    }

    /// Give places back, decline what is offered, or leave the queue. What becomes free is offered to those who wait.
    async fn cancel_registration(
        &self,
        ctx: &Context<'_>,
        input: RegistrationActInput,
    ) -> Result<Option<RegistrationPayload>> {
        RegistrationPayload::of(
            responses::cancel(ctx.app(), ctx.viewer(), input.registration_id).await,
        )
    }

    /// Offer free places to somebody who waits, whoever else does: for organisers.
    async fn offer_place(
        &self,
        ctx: &Context<'_>,
        input: RegistrationActInput,
    ) -> Result<Option<RegistrationPayload>> {
        RegistrationPayload::of(
            check_in::offer(ctx.app(), ctx.viewer(), input.registration_id).await,
        )
    }

    /// Say that somebody came, by the code that they show: for organisers.
    async fn check_in(
        &self,
        ctx: &Context<'_>,
        input: CheckInInput,
    ) -> Result<Option<RegistrationPayload>> {
        RegistrationPayload::of(
            check_in::check_in(ctx.app(), ctx.viewer(), input.event_id, &input.code).await,
        )
    }

    /// Say of all who had a place and were not checked in that they did not come: for organisers.
    async fn record_no_shows(
        &self,
        ctx: &Context<'_>,
        input: RecordNoShowsInput,
    ) -> Result<Option<EventPayload>> {
        EventPayload::of(check_in::record_no_shows(ctx.app(), ctx.viewer(), input.event_id).await)
    }
}

async fn register(
    ctx: &Context<'_>,
    input: RegisterForEventInput,
) -> Result<entity::registration::Model, Error> {
    let (asked, key) = input.asked()?;
    service::register(ctx.app(), ctx.viewer(), asked, key).await
}
