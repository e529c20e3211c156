//! Rules of registrations: the acts that each role may perform and when, and the validation of answers.
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
        validation::Validator,
    },
};

/// Time before the start of an event from which people can be checked in.
const DOORS: Duration = Duration::days(1);

/// Action on a registration. `viewerActs` returns them in display order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, sea_orm::EnumIter)]
#[graphql(name = "RegistrationAct")]
pub enum Act {
    /// Accepts the places that are offered: `acceptPlace`.
    Accept,
    /// Gives up the places, declines an offer or leaves the waiting list: `cancelRegistration`.
    Cancel,
    /// Offers places ahead of the others on the waiting list: `offerPlace`. For organisers.
    Offer,
    /// Records that the person came: `checkIn`. For organisers.
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
    // Every act locks the row of the counts, so that the state is a sufficient condition.
    const VERSION: Option<Column> = None;
    const VERSION_FIELD: Option<&'static str> = None;
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
            // The caller chooses the record: cancelled by the person, or by an organiser.
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
            "People can accept and cancel their own registrations. Only editors of the event's organisation and programme administrators can do the rest.",
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
        let message = "This is not possible now: the event has begun, was postponed or cancelled, or is more than a day away.";
        Err(UserError::new(Code::InvalidState, message))
    }

    fn concerns_in(row: &registration::Model, event: &event::Model, (): &()) -> Concerns {
        Concerns::organisation(event.organisation_id).and_person(row.person_id)
    }
}

/// Returns the state of a registration at an instant. An offer lapses at its deadline, even if the worker has not
/// recorded it yet.
#[must_use]
pub fn state_at(row: &registration::Model, now: DateTime<Utc>) -> State {
    match row.state {
        State::PlaceOffered if row.answer_by.is_some_and(|until| until <= now) => State::Lapsed,
        state => state,
    }
}

/// Returns the deadline for answering an offer made now: at the latest the start of the event.
#[must_use]
pub fn answer_by(event: &event::Model, now: DateTime<Utc>) -> DateTime<Utc> {
    (now + Duration::hours(event.place_offer_response_hours.into())).min(event.starts_at)
}

/// Returns true if places can be accepted and offered: the event is scheduled and has not begun.
#[must_use]
pub fn registration_active(event: &event::Model, now: DateTime<Utc>) -> bool {
    event.state == EventState::Scheduled && now < event.starts_at
}

/// Returns true if an event takes place or took place.
fn takes_place(event: &event::Model) -> bool {
    [EventState::Scheduled, EventState::Completed].contains(&event.state)
}

/// Checks that no-shows can be recorded: the event has begun.
pub fn can_miss(event: &event::Model, now: DateTime<Utc>) -> Result<(), UserError> {
    if takes_place(event) && event.starts_at <= now {
        return Ok(());
    }
    Err(UserError::new(
        Code::InvalidState,
        "No-shows can be recorded only after the event has begun, and not if it was postponed or cancelled.",
    ))
}

/// Returns the acts that a guest can perform now with a link.
#[must_use]
pub fn guest_acts(row: &registration::Model, event: &event::Model, now: DateTime<Utc>) -> Vec<Act> {
    let own = [Act::Accept, Act::Cancel];
    let can = own
        .into_iter()
        .filter(|act| lifecycle::check::<registration::Entity>(row, event, *act, &(), now).is_ok());
    can.collect()
}

/// Validates answers, and checks that all required questions are answered.
pub fn answers(checks: &mut Validator, questions: &[Question], given: Vec<Answer>) -> Vec<Answer> {
    if !checks.at_most(
        "answers",
        given.len(),
        crate::events::content::MAX_QUESTIONS,
    ) {
        return Vec::new();
    }
    let mut kept: Vec<Answer> = Vec::with_capacity(given.len());
    for (at, Answer { question, answer }) in given.into_iter().enumerate() {
        let field = |name: &str| format!("answers.{at}.{name}");
        let Some(asked) = questions.iter().find(|asked| asked.code == question) else {
            checks.add(
                &field("question"),
                Code::Unknown,
                "The event has no question with this code. Use the code of one of its questions.",
            );
            continue;
        };
        let again = kept.iter().any(|before| before.question == question);
        checks.require(
            !again,
            &field("question"),
            Code::AlreadyExists,
            "This question is answered already. Answer each question once.",
        );
        let answer = checks.lines(&field("answer"), &answer, 1..=1_000);
        let fits = asked.choices.is_empty() || asked.choices.contains(&answer);
        checks.require(
            fits,
            &field("answer"),
            Code::Invalid,
            "This is not one of the choices. Choose one of those that the question lists.",
        );
        kept.push(Answer { question, answer });
    }
    let missing = questions
        .iter()
        .filter(|asked| asked.required && !kept.iter().any(|given| given.question == asked.code));
    for asked in missing {
        checks.add(
            "answers",
            Code::Required,
            format!("Answer the question “{}”.", asked.label),
        );
    }
    kept
}
