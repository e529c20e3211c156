//! Inputs of mutations by guests.

use async_graphql::InputObject;
use entity::event_session;

use super::{
    guest_service::GuestDetails, inputs::RegistrationAnswerInput, service::NewRegistration,
};
use crate::{events::service::EventId, inputs, kit::Id};

/// Registration to request without an account.
#[derive(InputObject, Debug)]
pub struct RegisterAsGuestInput {
    /// Event for which to register. It must welcome guests.
    pub event_id: EventId,
    /// Session for which to register. Required for registration mode `SESSIONS`, not allowed for others.
    pub session_id: Option<Id<event_session::Entity>>,
    /// Name: 2 to 80 characters. Only organisers see it.
    pub name: String,
    /// Email address, to which the link to confirm the registration is sent: at most 254 characters. Only organisers see
    /// it.
    pub email: String,
    /// Number of places, including those for people whom the guest brings: at most `maxPlacesPerRegistration` of the
    /// event.
    #[graphql(default = 1)]
    pub places: i32,
    /// Answers to the questions of the organisers.
    #[graphql(default)]
    pub answers: Vec<RegistrationAnswerInput>,
    /// Access needs: at most 1,000 characters. Only organisers see them.
    pub access_needs: Option<String>,
    /// True if the guest agrees that the organisers keep their name, email address and access needs until 28 days after
    /// the event. Required: a request without consent is refused.
    pub consent: bool,
    /// Key chosen by the client, unique for each request: a retry with the same key sends no further email. At most 100
    /// characters.
    pub client_key: Option<String>,
}

inputs! {
    {
        /// Token of the emailed link.
        token: String,
    }
    /// Request of a guest to confirm.
    ConfirmGuestRegistrationInput;
    /// Registration of a guest whose offered places to accept.
    AcceptGuestPlaceInput;
    /// Registration of a guest to cancel.
    CancelGuestRegistrationInput;
}

impl RegisterAsGuestInput {
    /// Returns the registration to request, and the details of the guest.
    #[must_use]
    pub fn into_registration(self) -> (NewRegistration, GuestDetails) {
        let Self {
            event_id,
            session_id,
            name,
            email,
            places,
            answers,
            access_needs,
            consent,
            client_key,
        } = self;
        let new = NewRegistration {
            event: event_id,
            session: session_id,
            organisation: None,
            places,
            answers: answers.into_iter().map(Into::into).collect(),
            access_needs,
        };
        let guest = GuestDetails {
            name,
            email,
            consent,
            client_key,
        };
        (new, guest)
    }
}
