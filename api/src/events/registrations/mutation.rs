//! Mutations of registrations.

use async_graphql::{Context, Object, Result};

use super::{
    Registration, check_in,
    guest_inputs::{
        AcceptGuestPlaceInput, CancelGuestRegistrationInput, ConfirmGuestRegistrationInput,
        RegisterAsGuestInput,
    },
    guest_links, guest_service,
    guest_types::GuestRegistration,
    inputs::{
        AcceptPlaceInput, CancelRegistrationInput, CheckInInput, OfferPlaceInput,
        RecordNoShowsInput, RegisterForEventInput,
    },
    responses,
    rules::Act,
    service,
};
use crate::{
    context::ContextExt,
    events::mutation::EventPayload,
    kit::{
        Error,
        graphql::cost::{SIGN_IN, rate_limit},
    },
    payload,
};

payload! {
    /// Result of a mutation of a registration.
    RegistrationPayload {
        /// The registration after the change; null if the change was refused.
        registration: Registration
    }
}

payload! {
    /// Result of a request to register as a guest. It does not depend on whether the address is known.
    GuestRequestPayload {
        /// Email address to which a link is sent; null if the request was refused.
        mailed_to: String
    }
}

payload! {
    /// Result of a mutation by a guest.
    GuestRegistrationPayload {
        /// The guest's registration after the change; null if the change was refused.
        registration: GuestRegistration
    }
}

/// Mutations of registrations.
#[derive(Default)]
pub struct RegistrationMutation;

#[Object]
impl RegistrationMutation {
    /// Registers the caller for an event or a session. Confirms the places if enough are free and no registration
    /// waits, or if they are reserved for the caller. Otherwise, the registration joins the waiting list.
    async fn register_for_event(
        &self,
        ctx: &Context<'_>,
        input: RegisterForEventInput,
    ) -> Result<Option<RegistrationPayload>> {
        RegistrationPayload::of(register(ctx, input).await)
    }

    /// Requests a registration without an account, for an event that welcomes guests. The server sends a link to the
    /// email address; `confirmGuestRegistration` with its token makes the registration. The result does not depend on
    /// whether the address is known. An address gets at most 3 links for one event and 10 in total within 24 hours.
    #[graphql(directive = rate_limit::apply(SIGN_IN.into()))]
    async fn register_as_guest(
        &self,
        ctx: &Context<'_>,
        input: RegisterAsGuestInput,
    ) -> Result<Option<GuestRequestPayload>> {
        let (new, guest) = input.into_registration();
        GuestRequestPayload::of(guest_service::request(ctx.app(), ctx.viewer(), new, guest).await)
    }

    /// Makes the registration that a guest requested, with the token of the emailed link. Confirms the places or joins
    /// the waiting list. Repeating it returns the existing registration.
    async fn confirm_guest_registration(
        &self,
        ctx: &Context<'_>,
        input: ConfirmGuestRegistrationInput,
    ) -> Result<Option<GuestRegistrationPayload>> {
        let ConfirmGuestRegistrationInput { token } = input;
        GuestRegistrationPayload::of(guest_service::confirm(ctx.app(), ctx.viewer(), &token).await)
    }

    /// Accepts the places that are offered to a guest, before the deadline, with the token of an emailed link.
    async fn accept_guest_place(
        &self,
        ctx: &Context<'_>,
        input: AcceptGuestPlaceInput,
    ) -> Result<Option<GuestRegistrationPayload>> {
        let AcceptGuestPlaceInput { token } = input;
        let done = guest_links::act(ctx.app(), ctx.viewer(), &token, Act::Accept).await;
        GuestRegistrationPayload::of(done)
    }

    /// Cancels a guest's registration, with the token of an emailed link: gives up places, declines an offer or leaves
    /// the waiting list.
    async fn cancel_guest_registration(
        &self,
        ctx: &Context<'_>,
        input: CancelGuestRegistrationInput,
    ) -> Result<Option<GuestRegistrationPayload>> {
        let CancelGuestRegistrationInput { token } = input;
        let done = guest_links::act(ctx.app(), ctx.viewer(), &token, Act::Cancel).await;
        GuestRegistrationPayload::of(done)
    }

    /// Accepts the places that are offered to the caller, before the deadline.
    async fn accept_place(
        &self,
        ctx: &Context<'_>,
        input: AcceptPlaceInput,
    ) -> Result<Option<RegistrationPayload>> {
        RegistrationPayload::of(
            responses::accept(ctx.app(), ctx.viewer(), input.registration_id).await,
        )
    }

    /// Cancels a registration: gives up places, declines an offer or leaves the waiting list. Places that become free
    /// are offered to the waiting list. Requires the person who registered or an organiser.
    async fn cancel_registration(
        &self,
        ctx: &Context<'_>,
        input: CancelRegistrationInput,
    ) -> Result<Option<RegistrationPayload>> {
        RegistrationPayload::of(
            responses::cancel(ctx.app(), ctx.viewer(), input.registration_id).await,
        )
    }

    /// Offers free places to a registration, ahead of the others on the waiting list. Requires an organiser.
    async fn offer_place(
        &self,
        ctx: &Context<'_>,
        input: OfferPlaceInput,
    ) -> Result<Option<RegistrationPayload>> {
        RegistrationPayload::of(
            check_in::offer(ctx.app(), ctx.viewer(), input.registration_id).await,
        )
    }

    /// Records that a person came, by their check-in code. Possible from one day before the start of the event until 28
    /// days after its end. Requires an organiser.
    async fn check_in(
        &self,
        ctx: &Context<'_>,
        input: CheckInInput,
    ) -> Result<Option<RegistrationPayload>> {
        RegistrationPayload::of(
            check_in::check_in(ctx.app(), ctx.viewer(), input.event_id, &input.code).await,
        )
    }

    /// Marks all confirmed registrations for an event as `NO_SHOW`, if the person was not checked in. Possible once the
    /// event has begun. Requires an organiser.
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
    let (new, key) = input.into_registration()?;
    let key = ctx.optional_retry_key(key)?;
    service::register(ctx.app(), ctx.viewer(), new, key).await
}
