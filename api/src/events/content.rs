//! Everything that an organisation says of an event, and whether it can be so.
//!
//! A new event and a changed one take the same way: the particulars as they were, with what was sent laid over them,
//! are checked as a whole.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, SubsecRound, Utc};
use entity::{
    event::{AccessFeature, AttendanceMode, EventKind, Question, RegistrationMode},
    listing::Audience,
};
use uuid::Uuid;

use super::recurrence;
use crate::{
    kit::{UserErrorCode as Code, clock, validation::Checks},
    listings::content as listings,
    locations::{rules as places, rules::Address},
    reference::Snapshot,
};

/// Most choices of a question.
pub const MOST_CHOICES: usize = 30;

/// Most questions to those who register.
pub const MOST_QUESTIONS: usize = 20;

/// Most partners of an event.
pub const MOST_PARTNERS: usize = 20;

/// The longest that one event goes on.
const LONGEST: Duration = Duration::days(31);
/// The farthest ahead that an event begins.
const FARTHEST: Duration = Duration::days(5 * 366);
/// The most places that there can be.
const MOST_PLACES: i32 = 100_000;
/// The most places of one registration.
const LARGEST_PARTY: i32 = 50;
/// The most sessions of one event.
pub const MOST_SESSIONS: usize = 50;

/// A part of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the names are those of the inputs, which say what they mean"
)]
pub struct Session {
    /// `None` while it is new.
    pub id: Option<Uuid>,
    pub title: String,
    pub description: Option<String>,
    pub room: Option<String>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub capacity: Option<i32>,
}

/// What an organisation says of an event.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "the names are those of the inputs, which say what they mean"
)]
pub struct Particulars {
    pub kind: EventKind,
    pub title: String,
    pub description: String,
    pub attendance_mode: AttendanceMode,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub time_zone: String,
    pub venue_name: Option<String>,
    pub place: Address,
    pub access_features: Vec<AccessFeature>,
    pub access_information: Option<String>,
    pub online_url: Option<String>,
    pub areas: Vec<String>,
    pub priority_areas: Vec<String>,
    pub audience: Audience,
    pub partners: Vec<Uuid>,
    pub sessions: Vec<Session>,
    pub registration: RegistrationMode,
    pub capacity: Option<i32>,
    /// `None` where the audience decides.
    pub guests_welcome: Option<bool>,
    pub registration_opens_at: Option<DateTime<Utc>>,
    pub registration_closes_at: Option<DateTime<Utc>>,
    pub hours_to_answer: i32,
    pub most_places: i32,
    pub questions: Vec<Question>,
}

impl Particulars {
    /// Names of the fields that differ, as GraphQL spells them.
    #[must_use]
    pub fn changed(&self, before: &Self) -> Vec<&'static str> {
        macro_rules! differing {
            ($($field:ident $name:literal),* $(,)?) => {{
                // Destructured, so that a new field fails to compile until it stands in the list.
                let Self { $($field),* } = self;
                let mut names = Vec::new();
                $(if *$field != before.$field { names.push($name); })*
                names
            }};
        }
        differing!(
            kind "kind", title "title", description "description", attendance_mode "attendanceMode",
            starts_at "startsAt", ends_at "endsAt", time_zone "timeZone", venue_name "venue", place "venue",
            access_features "venue", access_information "venue", online_url "onlineUrl", areas "areas",
            priority_areas "priorityAreas", audience "audience", partners "partners", sessions "sessions",
            registration "registrationMode", capacity "capacity", guests_welcome "guestsWelcome", registration_opens_at "registrationOpensAt",
            registration_closes_at "registrationClosesAt", hours_to_answer "hoursToAnswer",
            most_places "mostPlaces", questions "questions",
        )
    }

    /// Notes everything that cannot be so, and gives it in the form in which it is kept. `before` is what the event
    /// said so far: what is not changed may have gone out of force since.
    #[must_use]
    pub fn check(
        self,
        checks: &mut Checks,
        before: Option<&Self>,
        reference: &Snapshot,
        now: DateTime<Utc>,
    ) -> Self {
        let (starts_at, ends_at) = (whole(self.starts_at), whole(self.ends_at));
        let moved = before.is_none_or(|before| before.starts_at != starts_at);
        times(checks, starts_at, ends_at, moved.then_some(now));
        let message = "There is no time zone of this name. Europe/London is one.";
        checks.demand(
            recurrence::zone(&self.time_zone).is_some(),
            "timeZone",
            Code::Unknown,
            message,
        );
        let areas = places::area_codes(checks, "areas", self.areas, |code| {
            reference.area(code).is_some()
        });
        let mut place = places::address(checks, "venue.place", self.place);
        let somewhere = self.attendance_mode != AttendanceMode::Online;
        place.point = place
            .point
            .or_else(|| listings::middle(&areas, reference).filter(|_| somewhere));
        let nowhere = somewhere || place == Address::default() && self.venue_name.is_none();
        checks.demand(
            nowhere,
            "venue",
            Code::Invalid,
            "What is online only has no venue. Leave this out, or choose HYBRID.",
        );
        let link = self.attendance_mode != AttendanceMode::InPerson || self.online_url.is_none();
        checks.demand(
            link,
            "onlineUrl",
            Code::Invalid,
            "What is in person only has no link. Leave this out, or choose HYBRID.",
        );
        if let (Some(opens), Some(closes)) =
            (self.registration_opens_at, self.registration_closes_at)
        {
            checks.demand(
                opens < closes,
                "registrationClosesAt",
                Code::OutOfRange,
                "Registration closes before it opens.",
            );
        }
        if let Some(closes) = self.registration_closes_at {
            checks.demand(
                closes <= ends_at,
                "registrationClosesAt",
                Code::OutOfRange,
                "Registration closes when the event ends, at the latest.",
            );
        }
        places_of(checks, "capacity", self.capacity);
        let counted = self.capacity.is_none() || self.registration == RegistrationMode::Event;
        checks.demand(counted, "capacity", Code::Invalid, "Only where people register for the whole event does it have a capacity: registrationMode is EVENT.");
        range(checks, "hoursToAnswer", self.hours_to_answer, 1..=168);
        range(checks, "mostPlaces", self.most_places, 1..=LARGEST_PARTY);
        checks.at_most("partners", self.partners.len(), MOST_PARTNERS);
        let when = (starts_at, ends_at);
        let each = self.registration == RegistrationMode::Sessions;
        let sessions = sessions(checks, self.sessions, when, each);
        let some = !each || !sessions.is_empty();
        checks.demand(
            some,
            "sessions",
            Code::Required,
            "Where people register for sessions, there is at least one.",
        );
        let mut access_features = self.access_features;
        access_features.sort_unstable();
        access_features.dedup();
        Self {
            starts_at,
            ends_at,
            title: checks.line("title", &self.title, 3..=120),
            description: checks.lines("description", &self.description, 0..=10_000),
            venue_name: checks.optional("venue.name", self.venue_name.as_deref(), 120),
            place,
            access_features,
            access_information: checks.optional(
                "venue.accessInformation",
                self.access_information.as_deref(),
                1_000,
            ),
            online_url: checks.address("onlineUrl", self.online_url.as_deref(), false),
            areas,
            priority_areas: listings::priorities(
                checks,
                &self.priority_areas,
                reference,
                clock::local_day(now),
            ),
            partners: once(self.partners),
            sessions,
            questions: questions(checks, self.questions),
            ..self
        }
    }

    /// Notes what an event that everybody reads must say beside.
    pub fn check_announced(&self, checks: &mut Checks, now: DateTime<Utc>) {
        let written = self.description.chars().count() >= 10;
        checks.demand(
            written,
            "description",
            Code::Required,
            "Describe it in a sentence or two before it is announced.",
        );
        let found = self.attendance_mode == AttendanceMode::Online
            || self.venue_name.is_some()
            || self.place.town.is_some()
            || self.place.point.is_some();
        checks.demand(
            found,
            "venue",
            Code::Required,
            "Say where it is: a venue, a town or an area, or that it is online.",
        );
        checks.demand(
            self.starts_at > now,
            "startsAt",
            Code::OutOfRange,
            "It begins later than now.",
        );
    }
}

/// Without fractions of a second, which calendars do not know.
#[must_use]
pub fn whole(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(0)
}

/// Notes times that cannot be. `now` is given where the start is new, and must lie ahead.
pub fn times(
    checks: &mut Checks,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    now: Option<DateTime<Utc>>,
) {
    let ordered = starts_at < ends_at && ends_at - starts_at <= LONGEST;
    checks.demand(
        ordered,
        "endsAt",
        Code::OutOfRange,
        "It ends after it begins, within 31 days.",
    );
    if let Some(now) = now {
        let ahead = starts_at > now && starts_at <= now + FARTHEST;
        checks.demand(
            ahead,
            "startsAt",
            Code::OutOfRange,
            "It begins later than now, within five years.",
        );
    }
}

fn range(checks: &mut Checks, field: &str, number: i32, range: std::ops::RangeInclusive<i32>) {
    let message = format!("The number is from {} to {}.", range.start(), range.end());
    checks.demand(range.contains(&number), field, Code::OutOfRange, message);
}

fn places_of(checks: &mut Checks, field: &str, capacity: Option<i32>) {
    if let Some(capacity) = capacity {
        range(checks, field, capacity, 1..=MOST_PLACES);
    }
}

fn sessions(
    checks: &mut Checks,
    sessions: Vec<Session>,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    each: bool,
) -> Vec<Session> {
    if !checks.at_most("sessions", sessions.len(), MOST_SESSIONS) {
        return Vec::new();
    }
    let mut kept: Vec<Session> = Vec::with_capacity(sessions.len());
    for (at, session) in sessions.into_iter().enumerate() {
        let field = |name: &str| format!("sessions.{at}.{name}");
        let again = session.id.is_some() && kept.iter().any(|before| before.id == session.id);
        checks.demand(
            !again,
            &field("id"),
            Code::AlreadyExists,
            "The list names this session before. Name each once.",
        );
        let (starts_at, ends_at) = (whole(session.starts_at), whole(session.ends_at));
        let ordered = from <= starts_at && starts_at < ends_at && ends_at <= until;
        checks.demand(
            ordered,
            &field("endsAt"),
            Code::OutOfRange,
            "A session begins, and ends later, while the event goes on.",
        );
        places_of(checks, &field("capacity"), session.capacity);
        let counted = each || session.capacity.is_none();
        checks.demand(counted, &field("capacity"), Code::Invalid, "Only where people register for sessions do these have a capacity: registrationMode is SESSIONS.");
        kept.push(Session {
            starts_at,
            ends_at,
            title: checks.line(&field("title"), &session.title, 1..=120),
            description: checks.optional(
                &field("description"),
                session.description.as_deref(),
                1_000,
            ),
            room: checks.optional(&field("room"), session.room.as_deref(), 80),
            ..session
        });
    }
    kept
}

fn questions(checks: &mut Checks, questions: Vec<Question>) -> Vec<Question> {
    if !checks.at_most("questions", questions.len(), MOST_QUESTIONS) {
        return Vec::new();
    }
    let (mut codes, mut kept) = (BTreeSet::new(), Vec::with_capacity(questions.len()));
    for (at, question) in questions.into_iter().enumerate() {
        let field = |name: &str| format!("questions.{at}.{name}");
        let code = checks.line(&field("code"), &question.code, 1..=40);
        let plain = code
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        checks.demand(
            plain,
            &field("code"),
            Code::Invalid,
            "A code has small letters, digits and hyphens.",
        );
        checks.demand(
            codes.insert(code.clone()),
            &field("code"),
            Code::AlreadyExists,
            "Another question has this code.",
        );
        let choices = if checks.at_most(&field("choices"), question.choices.len(), MOST_CHOICES) {
            let choice = |(at, text): (usize, &String)| {
                checks.line(&field(&format!("choices.{at}")), text, 1..=100)
            };
            question.choices.iter().enumerate().map(choice).collect()
        } else {
            Vec::new()
        };
        kept.push(Question {
            code,
            label: checks.line(&field("label"), &question.label, 3..=300),
            choices: once(choices),
            ..question
        });
    }
    kept
}

/// Each once, in the order in which they came.
fn once<T: PartialEq>(list: Vec<T>) -> Vec<T> {
    let mut kept = Vec::with_capacity(list.len());
    for member in list {
        if !kept.contains(&member) {
            kept.push(member);
        }
    }
    kept
}
