//! What may be done to a registration, by whom and when; and what may be answered.
//!
//! `CONFIRMED | WAITLISTED → PLACE_OFFERED → CONFIRMED | LAPSED`; `CANCELLED`; `CONFIRMED → ATTENDED | NO_SHOW`.

use async_graphql::Enum;
use chrono::{DateTime, Duration, Utc};
use entity::{
    event::{self, EventState, Question},
    registration::{self, Answer, RegistrationState as State},
};

use super::keeping;
use crate::{
    events::rules as events,
    kit::{Error, UserError, UserErrorCode as Code, Viewer, input::Checks},
};

/// How long before an event people can be checked in.
const DOORS: Duration = Duration::days(1);

/// Something that can be done to a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "RegistrationAct")]
pub enum Act {
    /// Take the places that are offered: `acceptPlace`.
    Accept,
    /// Give the places back, or leave the queue: `cancelRegistration`.
    Cancel,
    /// Offer places out of order, for organisers: `offerPlace`.
    Offer,
    /// Say that they came, for organisers: `checkIn`.
    CheckIn,
}

/// All acts, in the order in which a page would show them.
const ACTS: [Act; 4] = [Act::Accept, Act::Cancel, Act::Offer, Act::CheckIn];

impl Act {
    /// The states in which it can be done.
    const fn states(self) -> &'static [State] {
        match self {
            Self::Accept => &[State::PlaceOffered],
            Self::Cancel => &[State::Confirmed, State::Waitlisted, State::PlaceOffered],
            Self::Offer => &[State::Waitlisted],
            Self::CheckIn => &[State::Confirmed],
        }
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
pub fn places_move(event: &event::Model, now: DateTime<Utc>) -> bool {
    event.state == EventState::Scheduled && now < event.starts_at
}

/// Who may do this: whoever registered answers for themselves, organisers do the rest.
pub fn may(
    viewer: &Viewer,
    row: &registration::Model,
    event: &event::Model,
    act: Act,
) -> Result<(), Error> {
    let own = Some(viewer.signed_in()?.id) == row.person_id;
    let organises = events::organises(viewer, event.organisation_id);
    let allowed = match act {
        Act::Accept => own,
        Act::Cancel => own || organises,
        Act::Offer | Act::CheckIn => organises,
    };
    if allowed {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Whoever registered answers for themselves; editors of the event's organisation do the rest.",
    ))
}

/// Whether this can be done to a registration as it stands.
pub fn can(
    row: &registration::Model,
    event: &event::Model,
    act: Act,
    now: DateTime<Utc>,
) -> Result<(), UserError> {
    let state = state_at(row, now);
    let refusal = |message: String| Err(UserError::new(Code::InvalidState, message));
    if !act.states().contains(&state) {
        let name = |state: &State| async_graphql::resolver_utils::enum_value(*state).to_string();
        let needed: Vec<String> = act.states().iter().map(name).collect();
        let needed = needed.join(" or ");
        return refusal(format!(
            "The registration is {}; this needs one that is {needed}.",
            name(&state)
        ));
    }
    let in_time = match act {
        Act::Accept | Act::Offer => places_move(event, now),
        Act::Cancel => now < event.starts_at || event.state == EventState::Postponed,
        Act::CheckIn => {
            event.starts_at - DOORS <= now
                && now < event.ends_at + keeping::KEPT
                && came_about(event)
        }
    };
    if in_time {
        return Ok(());
    }
    refusal("The event has begun, was put off or called off, or is still far away.".into())
}

/// Whether an event takes place, or took place.
fn came_about(event: &event::Model) -> bool {
    [EventState::Scheduled, EventState::Completed].contains(&event.state)
}

/// Whether organisers can say who did not come: the event has begun.
pub fn can_miss(event: &event::Model, now: DateTime<Utc>) -> Result<(), UserError> {
    if came_about(event) && event.starts_at <= now {
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
        .filter(|act| can(row, event, *act, now).is_ok());
    can.collect()
}

/// What the viewer can do to a registration now.
#[must_use]
pub fn acts(viewer: &Viewer, row: &registration::Model, event: &event::Model) -> Vec<Act> {
    ACTS.into_iter()
        .filter(|act| {
            may(viewer, row, event, *act).is_ok() && can(row, event, *act, viewer.now).is_ok()
        })
        .collect()
}

/// Notes answers that cannot be, and questions that must be answered and are not.
pub fn answers(checks: &mut Checks, questions: &[Question], given: Vec<Answer>) -> Vec<Answer> {
    if !checks.at_most(
        "answers",
        given.len(),
        crate::events::particulars::MOST_QUESTIONS,
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
