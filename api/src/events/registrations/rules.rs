//! What may be done to a registration, by whom and when; and what may be answered.
//!
//! `CONFIRMED | WAITLISTED → PLACE_OFFERED → CONFIRMED | LAPSED`; `CANCELLED`; `CONFIRMED → ATTENDED | NO_SHOW`.

use async_graphql::Enum;
use chrono::{DateTime, Duration, Utc};
use entity::{
    event::{self, EventState, Question},
    registration::{self, Answer, Column, RegistrationState as State},
};

use super::retention;
use crate::{
    events::acts,
    events::rules as events,
    kit::{
        Error, UserError, UserErrorCode as Code, Viewer,
        activity::Concerns,
        lifecycle::{self, Lifecycle, Rule},
        validation::Checks,
    },
};

/// How long before an event people can be checked in.
const DOORS: Duration = Duration::days(1);

/// Act on a registration, in the order in which a page shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, sea_orm::EnumIter)]
#[graphql(name = "RegistrationAct")]
pub enum Act {
    /// Accept the places that are offered: `acceptPlace`.
    Accept,
    /// Give the places back, or leave the waiting list: `cancelRegistration`.
    Cancel,
    /// Offer places out of order, for organisers: `offerPlace`.
    Offer,
    /// Record that the person came, for organisers: `checkIn`.
    CheckIn,
}

/// Role that an act on a registration needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The person who registered.
    Registrant,
    /// The person who registered, and organisers.
    RegistrantOrOrganiser,
    /// Organisers: see [`events::organises`].
    Organiser,
}

impl Lifecycle for registration::Entity {
    type State = State;
    type Act = Act;
    type Role = By;
    type Context = event::Model;
    type Side = ();

    const NOUN: &'static str = "registration";
    const STATE: Option<Column> = Some(Column::State);
    // The row that counts the places is locked by every act, so that the state is enough.
    const VERSION: Option<Column> = None;
    const UPDATED_AT: Column = Column::UpdatedAt;

    fn version(_: &registration::Model) -> i32 {
        0
    }

    fn state_at(row: &registration::Model, _: &event::Model, now: DateTime<Utc>) -> State {
        state_at(row, now)
    }

    fn state_name(state: State) -> String {
        lifecycle::stored_name(&state)
    }

    fn rule(act: Act) -> Rule<Self> {
        let (from, by, to, record): (&'static [State], _, _, _) = match act {
            Act::Accept => {
                let record = Some(acts::PLACE_ACCEPTED);
                (
                    &[State::PlaceOffered],
                    By::Registrant,
                    State::Confirmed,
                    record,
                )
            }
            // The record tells whether the person or an organiser did it.
            Act::Cancel => {
                let from = &[State::Confirmed, State::Waitlisted, State::PlaceOffered];
                (from, By::RegistrantOrOrganiser, State::Cancelled, None)
            }
            Act::Offer => {
                let record = Some(acts::PLACE_OFFERED);
                (
                    &[State::Waitlisted],
                    By::Organiser,
                    State::PlaceOffered,
                    record,
                )
            }
            Act::CheckIn => {
                let record = Some(acts::CHECKED_IN);
                (&[State::Confirmed], By::Organiser, State::Attended, record)
            }
        };
        Rule {
            from,
            by,
            to: Some(to),
            record,
        }
    }

    fn authorise(
        viewer: &Viewer,
        row: &registration::Model,
        event: &event::Model,
        act: Act,
    ) -> Result<(), Error> {
        let own = Some(viewer.signed_in()?.id) == row.person_id;
        let organises = events::organises(viewer, event.organisation_id);
        let allowed = match Self::rule(act).by {
            By::Registrant => own,
            By::RegistrantOrOrganiser => own || organises,
            By::Organiser => organises,
        };
        if allowed {
            return Ok(());
        }
        Err(Error::Forbidden(
            "People answer for their own registrations; editors of the event's organisation do the rest.",
        ))
    }

    fn check(
        _: &registration::Model,
        event: &event::Model,
        act: Act,
        (): &(),
        now: DateTime<Utc>,
    ) -> Result<(), UserError> {
        let in_time = match act {
            Act::Accept | Act::Offer => registration_active(event, now),
            Act::Cancel => now < event.starts_at || event.state == EventState::Postponed,
            Act::CheckIn => {
                event.starts_at - DOORS <= now
                    && now < event.ends_at + retention::KEPT
                    && takes_place(event)
            }
        };
        if in_time {
            return Ok(());
        }
        let message =
            "The event has begun, was postponed or cancelled, or is more than a day away.";
        Err(UserError::new(Code::InvalidState, message))
    }

    fn concerns_in(row: &registration::Model, event: &event::Model, (): &()) -> Concerns {
        Concerns::organisation(event.organisation_id).and_person(row.person_id)
    }
}

/// Where a registration stands at an instant: an offer that is not answered ends by itself.
#[must_use]
pub fn state_at(row: &registration::Model, now: DateTime<Utc>) -> State {
    match row.state {
        State::PlaceOffered if row.answer_by.is_some_and(|until| until <= now) => State::Lapsed,
        state => state,
    }
}

/// Until when somebody has to answer who is offered places now.
#[must_use]
pub fn answer_by(event: &event::Model, now: DateTime<Utc>) -> DateTime<Utc> {
    (now + Duration::hours(event.hours_to_answer.into())).min(event.starts_at)
}

/// Whether places of an event can be taken, given back and offered: it is going to take place, and has not begun.
#[must_use]
pub fn registration_active(event: &event::Model, now: DateTime<Utc>) -> bool {
    event.state == EventState::Scheduled && now < event.starts_at
}

/// Whether an event takes place, or took place.
fn takes_place(event: &event::Model) -> bool {
    [EventState::Scheduled, EventState::Completed].contains(&event.state)
}

/// Whether organisers can say who did not come: the event has begun.
pub fn can_miss(event: &event::Model, now: DateTime<Utc>) -> Result<(), UserError> {
    if takes_place(event) && event.starts_at <= now {
        return Ok(());
    }
    Err(UserError::new(
        Code::InvalidState,
        "Who did not come is known once the event has begun.",
    ))
}

/// What a guest can do to their registration now, by the link that they were mailed.
#[must_use]
pub fn guest_acts(row: &registration::Model, event: &event::Model, now: DateTime<Utc>) -> Vec<Act> {
    let own = [Act::Accept, Act::Cancel];
    let can = own
        .into_iter()
        .filter(|act| lifecycle::check::<registration::Entity>(row, event, *act, &(), now).is_ok());
    can.collect()
}

/// Notes answers that cannot be, and questions that must be answered and are not.
pub fn answers(checks: &mut Checks, questions: &[Question], given: Vec<Answer>) -> Vec<Answer> {
    if !checks.at_most(
        "answers",
        given.len(),
        crate::events::content::MOST_QUESTIONS,
    ) {
        return Vec::new();
    }
    let mut kept: Vec<Answer> = Vec::with_capacity(given.len());
    for (at, Answer { question, answer }) in given.into_iter().enumerate() {
        let field = |name: &str| format!("answers.{at}.{name}");
        let Some(asked) = questions.iter().find(|asked| asked.code == question) else {
            checks.refuse(
                &field("question"),
                Code::Unknown,
                "The event asks no question with this code.",
            );
            continue;
        };
        let again = kept.iter().any(|before| before.question == question);
        checks.demand(
            !again,
            &field("question"),
            Code::AlreadyExists,
            "This question is answered before. Answer each once.",
        );
        let answer = checks.lines(&field("answer"), &answer, 1..=1_000);
        let fits = asked.choices.is_empty() || asked.choices.contains(&answer);
        checks.demand(
            fits,
            &field("answer"),
            Code::Invalid,
            "This is none of the choices.",
        );
        kept.push(Answer { question, answer });
    }
    let missing = questions
        .iter()
        .filter(|asked| asked.required && !kept.iter().any(|given| given.question == asked.code));
    for asked in missing {
        checks.refuse(
            "answers",
            Code::Required,
            format!("Please answer: {}", asked.label),
        );
    }
    kept
}
