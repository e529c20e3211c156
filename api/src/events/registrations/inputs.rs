//! Inputs of mutations on registrations.

use async_graphql::InputObject;
use entity::{event_session, organisation, registration};

use super::service::{NewRegistration, RegistrationId};
use crate::{
    events::service::EventId,
    inputs,
    kit::{Error, Id, validation::Validator},
};

/// Answer to a question of the organisers.
#[derive(InputObject, Debug)]
pub struct RegistrationAnswerInput {
    /// Code of the question.
    pub question: String,
    /// Text of the answer: at most 1,000 characters. If the question has choices, one of them.
    pub answer: String,
}

/// Registration to make.
#[derive(InputObject, Debug)]
pub struct RegisterForEventInput {
    /// Event for which to register.
    pub event_id: EventId,
    /// Session for which to register. Required for registration mode `SESSIONS`, not allowed for others.
    pub session_id: Option<Id<event_session::Entity>>,
    /// Organisation for which the caller comes, who must be a member of it. Default: none.
    pub organisation_id: Option<Id<organisation::Entity>>,
    /// Number of places, including those for people whom the caller brings: at most `maxPlacesPerRegistration` of the
    /// event.
    #[graphql(default = 1)]
    pub places: i32,
    /// Answers to the questions of the organisers.
    #[graphql(default)]
    pub answers: Vec<RegistrationAnswerInput>,
    /// Access needs: at most 1,000 characters. Only organisers read them, and they are deleted 28 days after the event.
    pub access_needs: Option<String>,
    /// Key chosen by the client, unique for each object that it creates: a retry with the same key returns the first
    /// result. At most 100 characters.
    pub idempotency_key: Option<String>,
}

inputs! {
    {
        /// Global id of the registration.
        registration_id: RegistrationId,
    }
    /// Registration whose offered places to accept.
    AcceptPlaceInput;
    /// Registration to cancel.
    CancelRegistrationInput;
    /// Registration on the waiting list to which to offer places.
    OfferPlaceInput;
}

/// Person to check in.
#[derive(InputObject)]
pub struct CheckInInput {
    /// Event at which to check the person in.
    pub event_id: EventId,
    /// Check-in code that the person shows, such as `R-7K3M9-Q2X4T`.
    pub code: String,
}

/// Event whose no-shows to record.
#[derive(InputObject)]
pub struct RecordNoShowsInput {
    /// Global id of the event.
    pub event_id: EventId,
}

impl From<RegistrationAnswerInput> for registration::Answer {
    fn from(RegistrationAnswerInput { question, answer }: RegistrationAnswerInput) -> Self {
        Self { question, answer }
    }
}

impl RegisterForEventInput {
    /// Returns the registration to make and the idempotency key.
    pub fn into_registration(self) -> Result<(NewRegistration, Option<String>), Error> {
        let Self {
            event_id,
            session_id,
            organisation_id,
            places,
            answers,
            access_needs,
            idempotency_key,
        } = self;
        let mut checks = Validator::new();
        let key = checks.optional("idempotencyKey", idempotency_key.as_deref(), 100);
        checks.finish()?;
        let new = NewRegistration {
            event: event_id,
            session: session_id,
            organisation: organisation_id,
            places,
            answers: answers.into_iter().map(Into::into).collect(),
            access_needs,
        };
        Ok((new, key))
    }
}
