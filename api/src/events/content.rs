//! Content of an event, and its validation.
//!
//! A new event and a changed one are validated alike: an update applies its changes to the current content and
//! validates the result as a whole.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, SubsecRound, Utc};
use entity::{
    event::{AccessFeature, AttendanceMode, EventKind, Question, RegistrationMode},
    listing::Audience,
};
use uuid::Uuid;

use super::recurrence;
use crate::{
    kit::{UserErrorCode as Code, clock, validation::Validator},
    listings::content as listings,
    locations::{rules as places, rules::Address},
    reference::Snapshot,
};

/// Maximum number of choices of a question.
pub const MAX_CHOICES: usize = 30;

/// Maximum number of questions of an event.
pub const MAX_QUESTIONS: usize = 20;

/// Maximum number of partners of an event.
pub const MAX_PARTNERS: usize = 20;

/// Maximum duration of an event.
const LONGEST: Duration = Duration::days(31);
/// Maximum time from now to the start of an event.
const FARTHEST: Duration = Duration::days(5 * 366);
/// Maximum capacity of an event or a session.
const MAX_PLACES: i32 = 100_000;
/// Maximum number of places per registration.
const LARGEST_PARTY: i32 = 50;
/// Maximum number of sessions of an event.
pub const MAX_SESSIONS: usize = 50;

/// Session of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the names are those of the inputs, which say what they mean"
)]
pub struct Session {
    /// `None` for a new session.
    pub id: Option<Uuid>,
    pub title: String,
    pub description: Option<String>,
    pub room: Option<String>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub capacity: Option<i32>,
}

/// Content of an event, as its organisation enters it.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "the names are those of the inputs, which say what they mean"
)]
pub struct EventContent {
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
    /// `None` if the audience decides.
    pub guests_welcome: Option<bool>,
    pub registration_opens_at: Option<DateTime<Utc>>,
    pub registration_closes_at: Option<DateTime<Utc>>,
    pub place_offer_response_hours: i32,
    pub max_places_per_registration: i32,
    pub questions: Vec<Question>,
}

impl EventContent {
    /// Returns the names of the fields that differ, as in GraphQL.
    #[must_use]
    pub fn changed(&self, before: &Self) -> Vec<&'static str> {
        macro_rules! differing {
            ($($field:ident $name:literal),* $(,)?) => {{
                // Destructured, so that a new field fails to compile until it is in the list.
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
            registration_closes_at "registrationClosesAt", place_offer_response_hours "placeOfferResponseHours",
            max_places_per_registration "maxPlacesPerRegistration", questions "questions",
        )
    }

    /// Validates the content and returns it in the form in which it is stored. `before` is the current content of an
    /// existing event; its start may lie in the past if it does not change.
    #[must_use]
    pub fn check(
        self,
        checks: &mut Validator,
        before: Option<&Self>,
        reference: &Snapshot,
        now: DateTime<Utc>,
    ) -> Self {
        let (starts_at, ends_at) = (whole(self.starts_at), whole(self.ends_at));
        let moved = before.is_none_or(|before| before.starts_at != starts_at);
        times(checks, starts_at, ends_at, moved.then_some(now));
        let message =
            "There is no time zone with this name. Use an IANA name, such as Europe/London.";
        checks.require(
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
        checks.require(
            nowhere,
            "venue",
            Code::Invalid,
            "An online event has no venue. Leave the venue out, or set attendanceMode to HYBRID.",
        );
        let link = self.attendance_mode != AttendanceMode::InPerson || self.online_url.is_none();
        checks.require(
            link,
            "onlineUrl",
            Code::Invalid,
            "An in-person event has no online link. Leave the link out, or set attendanceMode to HYBRID.",
        );
        registration_times(
            checks,
            (self.registration_opens_at, self.registration_closes_at),
            ends_at,
        );
        places_of(checks, "capacity", self.capacity);
        let counted = self.capacity.is_none() || self.registration == RegistrationMode::Event;
        checks.require(counted, "capacity", Code::Invalid, "The event can have a capacity only if people register for the whole event. Set registrationMode to EVENT, or leave the capacity out.");
        range(
            checks,
            "placeOfferResponseHours",
            self.place_offer_response_hours,
            1..=168,
        );
        range(
            checks,
            "maxPlacesPerRegistration",
            self.max_places_per_registration,
            1..=LARGEST_PARTY,
        );
        checks.at_most("partners", self.partners.len(), MAX_PARTNERS);
        let when = (starts_at, ends_at);
        let each = self.registration == RegistrationMode::Sessions;
        let sessions = sessions(checks, self.sessions, when, each);
        let some = !each || !sessions.is_empty();
        checks.require(
            some,
            "sessions",
            Code::Required,
            "People register for sessions of this event. Add at least one session, or change registrationMode.",
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

    /// Checks the additional requirements for an announced event.
    pub fn check_announced(&self, checks: &mut Validator, now: DateTime<Utc>) {
        let written = self.description.chars().count() >= 10;
        checks.require(
            written,
            "description",
            Code::Required,
            "Describe the event in at least 10 characters before you announce it.",
        );
        let found = self.attendance_mode == AttendanceMode::Online
            || self.venue_name.is_some()
            || self.place.town.is_some()
            || self.place.point.is_some();
        checks.require(
            found,
            "venue",
            Code::Required,
            "Enter a venue, a town or an area, or set attendanceMode to ONLINE.",
        );
        checks.require(
            self.starts_at > now,
            "startsAt",
            Code::OutOfRange,
            "The start must be in the future. Choose a later start.",
        );
    }
}

/// Truncates to whole seconds, as calendar formats have no fractions.
#[must_use]
pub fn whole(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(0)
}

/// Checks start and end. Give `now` if the start is new: it must then be in the future.
pub fn times(
    checks: &mut Validator,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    now: Option<DateTime<Utc>>,
) {
    let ordered = starts_at < ends_at && ends_at - starts_at <= LONGEST;
    checks.require(
        ordered,
        "endsAt",
        Code::OutOfRange,
        "The end must be after the start, at most 31 days later.",
    );
    if let Some(now) = now {
        let ahead = starts_at > now && starts_at <= now + FARTHEST;
        checks.require(
            ahead,
            "startsAt",
            Code::OutOfRange,
            "The start must be in the future, within five years.",
        );
    }
}

/// Checks that registration closes after it opens, and no later than the event ends.
fn registration_times(
    checks: &mut Validator,
    (opens_at, closes_at): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    ends_at: DateTime<Utc>,
) {
    if let (Some(opens), Some(closes)) = (opens_at, closes_at) {
        checks.require(
            opens < closes,
            "registrationClosesAt",
            Code::OutOfRange,
            "Registration must close after it opens. Choose a later closing time.",
        );
    }
    if let Some(closes) = closes_at {
        checks.require(
            closes <= ends_at,
            "registrationClosesAt",
            Code::OutOfRange,
            "Registration must close no later than the end of the event. Choose an earlier closing time.",
        );
    }
}

fn range(checks: &mut Validator, field: &str, number: i32, range: std::ops::RangeInclusive<i32>) {
    let message = format!("Enter a number from {} to {}.", range.start(), range.end());
    checks.require(range.contains(&number), field, Code::OutOfRange, message);
}

fn places_of(checks: &mut Validator, field: &str, capacity: Option<i32>) {
    if let Some(capacity) = capacity {
        range(checks, field, capacity, 1..=MAX_PLACES);
    }
}

fn sessions(
    checks: &mut Validator,
    sessions: Vec<Session>,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    each: bool,
) -> Vec<Session> {
    if !checks.at_most("sessions", sessions.len(), MAX_SESSIONS) {
        return Vec::new();
    }
    let mut kept: Vec<Session> = Vec::with_capacity(sessions.len());
    for (at, session) in sessions.into_iter().enumerate() {
        let field = |name: &str| format!("sessions.{at}.{name}");
        let again = session.id.is_some() && kept.iter().any(|before| before.id == session.id);
        checks.require(
            !again,
            &field("id"),
            Code::AlreadyExists,
            "This session is in the list already. List each session once.",
        );
        let (starts_at, ends_at) = (whole(session.starts_at), whole(session.ends_at));
        let ordered = from <= starts_at && starts_at < ends_at && ends_at <= until;
        checks.require(
            ordered,
            &field("endsAt"),
            Code::OutOfRange,
            "A session must start and end within the event, and end after it starts.",
        );
        places_of(checks, &field("capacity"), session.capacity);
        let counted = each || session.capacity.is_none();
        checks.require(counted, &field("capacity"), Code::Invalid, "A session can have a capacity only if people register for sessions. Set registrationMode to SESSIONS, or leave the capacity out.");
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

fn questions(checks: &mut Validator, questions: Vec<Question>) -> Vec<Question> {
    if !checks.at_most("questions", questions.len(), MAX_QUESTIONS) {
        return Vec::new();
    }
    let (mut codes, mut kept) = (BTreeSet::new(), Vec::with_capacity(questions.len()));
    for (at, question) in questions.into_iter().enumerate() {
        let field = |name: &str| format!("questions.{at}.{name}");
        let code = checks.line(&field("code"), &question.code, 1..=40);
        let plain = code
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        checks.require(
            plain,
            &field("code"),
            Code::Invalid,
            "Use only lower-case letters, digits and hyphens in a code.",
        );
        checks.require(
            codes.insert(code.clone()),
            &field("code"),
            Code::AlreadyExists,
            "Another question has this code. Give each question its own code.",
        );
        let choices = if checks.at_most(&field("choices"), question.choices.len(), MAX_CHOICES) {
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

/// Removes duplicates and keeps the order of first occurrence.
fn once<T: PartialEq>(list: Vec<T>) -> Vec<T> {
    let mut kept = Vec::with_capacity(list.len());
    for member in list {
        if !kept.contains(&member) {
            kept.push(member);
        }
    }
    kept
}
