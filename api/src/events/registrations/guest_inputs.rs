//! What guests send: who they are, and what they register for.

use async_graphql::InputObject;
use entity::event_session;

use super::{guest_service::Introduced, inputs::RegistrationAnswerInput, service::Asked};
use crate::{events::service::EventId, kit::Id};

/// What to register for without an account.
#[derive(InputObject, Debug)]
pub struct RegisterAsGuestInput {
    /// The event.
    pub event_id: EventId,
    /// The session, where people register for sessions.
    pub session_id: Option<Id<event_session::Entity>>,
    /// What you call yourself: 2 to 80 characters. Only the organisers read it.
    pub name: String,
    /// Where mail reaches you: a link is mailed to it, by which you register. Only the organisers read it.
    pub email: String,
    /// How many places: for yourself and those whom you bring.
    #[graphql(default = 1)]
    pub places: i32,
    /// What you answer to the organisers' questions.
    #[graphql(default)]
    pub answers: Vec<RegistrationAnswerInput>,
    /// What you need to take part: at most 1,000 characters. Only the organisers read it.
    pub access_needs: Option<String>,
    /// Whether you agree that the organisers keep your name, your address and what you need until 28 days after the event.
    /// Without that nobody can register.
    pub consent: bool,
    /// A key of your own, unique for each thing that you ask for: a retry with the same key mails nothing more.
    pub client_key: Option<String>,
}

/// The token in a link that was mailed to a guest.
#[derive(InputObject)]
pub struct GuestTokenInput {
    /// The token in the link.
    pub token: String,
}

impl RegisterAsGuestInput {
    /// Who asks for what.
    #[must_use]
    pub fn asked(self) -> (Asked, Introduced) {
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
        let asked = Asked {
            event: event_id,
            session: session_id,
            organisation: None,
            places,
            answers: answers.into_iter().map(Into::into).collect(),
            access_needs,
        };
        let guest = Introduced {
            name,
            email,
            consent,
            client_key,
        };
        (asked, guest)
    }
}
