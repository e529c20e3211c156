//! What people send when they register.

use async_graphql::InputObject;
use entity::{event_session, organisation, registration};

use super::service::{Asked, RegistrationId};
use crate::{
    events::service::EventId,
    kit::{Error, Id, validation::Checks},
};

/// An answer to a question of the organisers.
#[derive(InputObject, Debug)]
pub struct RegistrationAnswerInput {
    /// Code of the question.
    pub question: String,
    /// The answer: one of the choices, where there are any; at most 1,000 characters.
    pub answer: String,
}

/// What to register for.
#[derive(InputObject, Debug)]
pub struct RegisterForEventInput {
    /// The event.
    pub event_id: EventId,
    /// The session, where people register for sessions.
    pub session_id: Option<Id<event_session::Entity>>,
    /// For which organisation you come, if for one of which you are a member.
    pub organisation_id: Option<Id<organisation::Entity>>,
    /// How many places: for yourself and those whom you bring.
    #[graphql(default = 1)]
    pub places: i32,
    /// What you answer to the organisers' questions.
    #[graphql(default)]
    pub answers: Vec<RegistrationAnswerInput>,
    /// What you need to take part: at most 1,000 characters. Only the organisers read it, and it is deleted 28 days after
    /// the event.
    pub access_needs: Option<String>,
    /// A key of your own, unique for each thing that you create: a retry with the same key gets the same answer.
    pub idempotency_key: Option<String>,
}

/// Which registration to act on.
#[derive(InputObject)]
pub struct RegistrationActInput {
    /// The registration.
    pub registration_id: RegistrationId,
}

/// Whom to check in.
#[derive(InputObject)]
pub struct CheckInInput {
    /// The event.
    pub event_id: EventId,
    /// The code that they show, such as `R-7K3M9-Q2X4T`.
    pub code: String,
}

/// Of which event to say who did not come.
#[derive(InputObject)]
pub struct RecordNoShowsInput {
    /// The event.
    pub event_id: EventId,
}

impl From<RegistrationAnswerInput> for registration::Answer {
    fn from(RegistrationAnswerInput { question, answer }: RegistrationAnswerInput) -> Self {
        Self { question, answer }
    }
}

impl RegisterForEventInput {
    /// What is asked for, and under which key.
    pub fn asked(self) -> Result<(Asked, Option<String>), Error> {
        let Self {
            event_id,
            session_id,
            organisation_id,
            places,
            answers,
            access_needs,
            idempotency_key,
        } = self;
        let mut checks = Checks::new();
        let key = checks.optional("idempotencyKey", idempotency_key.as_deref(), 100);
        checks.finish()?;
        let asked = Asked {
            event: event_id,
            session: session_id,
            organisation: organisation_id,
            places,
            answers: answers.into_iter().map(Into::into).collect(),
            access_needs,
        };
        Ok((asked, key))
    }
}
