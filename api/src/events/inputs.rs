//! What clients send of an event, and how it is laid over what the event says.

use async_graphql::{InputObject, MaybeUndefined};
use chrono::{DateTime, Utc};
use entity::{
    event::{AttendanceMode, EventKind, RegistrationMode},
    listing::Audience,
    organisation,
};

use super::{
    content::Particulars,
    series::SeriesId,
    service::{Draft, EventId},
    value_types::{EventQuestionInput, EventSessionInput, RecurrenceInput, VenueInput, lay},
};
use crate::{
    kit::{Error, Id, validation::Checks},
    locations::rules::Address,
};

/// What kind of event to draft.
#[derive(InputObject, Debug)]
pub struct CreateEventInput {
    /// The organisation that hosts it. The viewer is a member of it, and no mere observer.
    pub organisation_id: Id<organisation::Entity>,
    /// What kind of gathering it is.
    #[graphql(default)]
    pub kind: EventKind,
    /// What it is called: 3 to 120 characters.
    pub title: String,
    /// What it is about: at most 10,000 characters. Needed before it is announced.
    #[graphql(default)]
    pub description: String,
    /// How people take part.
    #[graphql(default)]
    pub attendance_mode: AttendanceMode,
    /// When it begins: later than now, within five years.
    pub starts_at: DateTime<Utc>,
    /// When it ends: within 31 days.
    pub ends_at: DateTime<Utc>,
    /// The time zone in which to tell its times, by its IANA name.
    #[graphql(default_with = "\"Europe/London\".to_owned()")]
    pub time_zone: String,
    /// Where it takes place.
    pub venue: Option<VenueInput>,
    /// An https address under which to take part online; only its hosts and the registered see it.
    pub online_url: Option<String>,
    /// Codes of the areas that it is for: at most 20.
    #[graphql(default)]
    pub areas: Vec<String>,
    /// Codes of priority areas in the edition in force: at most 20.
    #[graphql(default)]
    pub priority_areas: Vec<String>,
    /// Who may see it once it is announced.
    #[graphql(default)]
    pub audience: Audience,
    /// The organisations that make it possible beside the host: at most 20.
    #[graphql(default)]
    pub partners: Vec<Id<organisation::Entity>>,
    /// Its parts: at most 50.
    #[graphql(default)]
    pub sessions: Vec<EventSessionInput>,
    /// Whether people register, and for what.
    #[graphql(default)]
    pub registration_mode: RegistrationMode,
    /// How many places there are, 1 to 100,000; only where people register for the event. Left out, they are not
    /// counted.
    pub capacity: Option<i32>,
    /// Whether people without an account may register, by an address that they show to be theirs. Left out, they may where
    /// everybody sees the event; never where only some do.
    pub guests_welcome: Option<bool>,
    /// From when on people can register; left out, since it is announced.
    pub registration_opens_at: Option<DateTime<Utc>>,
    /// Until when people can register; left out, until it begins.
    pub registration_closes_at: Option<DateTime<Utc>>,
    /// How many hours somebody who waits has to answer when a place is offered: 1 to 168.
    #[graphql(default = 24)]
    pub hours_to_answer: i32,
    /// The most places that one registration takes: 1 to 50.
    #[graphql(default = 5)]
    pub most_places: i32,
    /// What to ask whoever registers: at most 20.
    #[graphql(default)]
    pub questions: Vec<EventQuestionInput>,
    /// Announce it at once. Editors may.
    #[graphql(default)]
    pub schedule: bool,
    /// A key of your own, unique for each thing that you create: a retry with the same key gets the same answer.
    pub idempotency_key: Option<String>,
}

/// Events to draft, each like the first but for its date.
#[derive(InputObject, Debug)]
pub struct CreateEventSeriesInput {
    /// The first of them. Its key is that of the series.
    pub event: CreateEventInput,
    /// How they recur.
    pub recurrence: RecurrenceInput,
}

/// What to change. What is left out stays; null removes it where it can be removed.
#[derive(InputObject, Debug)]
pub struct UpdateEventInput {
    /// The event.
    pub id: EventId,
    /// The version that you saw.
    pub version: i32,
    /// What kind of gathering it is.
    pub kind: Option<EventKind>,
    /// What it is called: 3 to 120 characters.
    pub title: Option<String>,
    /// What it is about: at most 10,000 characters.
    pub description: Option<String>,
    /// How people take part.
    pub attendance_mode: Option<AttendanceMode>,
    /// When it begins. Once it has been announced, `rescheduleEvent` changes that.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it ends. Once it has been announced, `rescheduleEvent` changes that.
    pub ends_at: Option<DateTime<Utc>>,
    /// The time zone in which to tell its times, by its IANA name.
    pub time_zone: Option<String>,
    /// Where it takes place: all of it anew.
    pub venue: MaybeUndefined<VenueInput>,
    /// An https address under which to take part online.
    pub online_url: MaybeUndefined<String>,
    /// Codes of the areas that it is for: all anew.
    pub areas: Option<Vec<String>>,
    /// Codes of priority areas in the edition in force, or `edition/code`: all anew.
    pub priority_areas: Option<Vec<String>>,
    /// Who may see it.
    pub audience: Option<Audience>,
    /// The organisations that make it possible beside the host: all anew.
    pub partners: Option<Vec<Id<organisation::Entity>>>,
    /// Its parts: all anew, those that stay with their ids.
    pub sessions: Option<Vec<EventSessionInput>>,
    /// Whether people register, and for what. It stays once somebody has registered.
    pub registration_mode: Option<RegistrationMode>,
    /// How many places there are; null where they are not counted. Not below what is taken or offered.
    pub capacity: MaybeUndefined<i32>,
    /// Whether people without an account may register; null where the audience is to decide.
    pub guests_welcome: MaybeUndefined<bool>,
    /// From when on people can register.
    pub registration_opens_at: MaybeUndefined<DateTime<Utc>>,
    /// Until when people can register.
    pub registration_closes_at: MaybeUndefined<DateTime<Utc>>,
    /// How many hours somebody who waits has to answer when a place is offered: 1 to 168.
    pub hours_to_answer: Option<i32>,
    /// The most places that one registration takes: 1 to 50.
    pub most_places: Option<i32>,
    /// What to ask whoever registers: all anew.
    pub questions: Option<Vec<EventQuestionInput>>,
}

/// Which event to act on.
#[derive(InputObject)]
pub struct EventActInput {
    /// The event.
    pub id: EventId,
    /// The version that you saw, if it matters that it is still this one.
    pub version: Option<i32>,
}

/// Which event to put off or to call off, and what to say of it.
#[derive(InputObject)]
pub struct StopEventInput {
    /// The event.
    pub id: EventId,
    /// The version that you saw, if it matters that it is still this one.
    pub version: Option<i32>,
    /// What to say of it to everybody: at most 500 characters.
    pub notice: Option<String>,
}

/// Which event to give another date.
#[derive(InputObject)]
pub struct RescheduleEventInput {
    /// The event.
    pub id: EventId,
    /// The version that you saw, if it matters that it is still this one.
    pub version: Option<i32>,
    /// When it begins now.
    pub starts_at: DateTime<Utc>,
    /// When it ends now.
    pub ends_at: DateTime<Utc>,
}

/// Which series to act on.
#[derive(InputObject)]
pub struct EventSeriesActInput {
    /// The series.
    pub id: SeriesId,
}

/// Which series to call off, and what to say of it.
#[derive(InputObject)]
pub struct CancelEventSeriesInput {
    /// The series.
    pub id: SeriesId,
    /// What to say of it to everybody: at most 500 characters.
    pub notice: Option<String>,
}

impl CreateEventInput {
    /// What is to be drafted, and under which key.
    pub fn said(self) -> Result<(Draft, Option<String>), Error> {
        let Self {
            organisation_id,
            kind,
            title,
            description,
            attendance_mode,
            starts_at,
            ends_at,
            time_zone,
            venue,
            online_url,
            areas,
            priority_areas,
            audience,
            partners,
            sessions,
            registration_mode,
            capacity,
            guests_welcome,
            registration_opens_at,
            registration_closes_at,
            hours_to_answer,
            most_places,
            questions,
            schedule,
            idempotency_key,
        } = self;
        let mut checks = Checks::new();
        let mut said = Particulars {
            kind,
            title,
            description,
            attendance_mode,
            starts_at,
            ends_at,
            time_zone,
            venue_name: None,
            place: Address::default(),
            access_features: Vec::new(),
            access_information: None,
            online_url,
            areas,
            priority_areas,
            audience,
            partners: partners.into_iter().map(|id| id.0).collect(),
            sessions: all(sessions),
            registration: registration_mode,
            capacity,
            guests_welcome,
            registration_opens_at,
            registration_closes_at,
            hours_to_answer,
            most_places,
            questions: all(questions),
        };
        lay(&mut said, venue);
        let key = checks.optional("idempotencyKey", idempotency_key.as_deref(), 100);
        checks.finish()?;
        Ok((
            Draft {
                organisation: organisation_id,
                said,
                schedule,
            },
            key,
        ))
    }
}

impl UpdateEventInput {
    /// Which event, which version, and what to lay over what it says.
    pub fn edit(self) -> (EventId, i32, impl FnOnce(&mut Particulars) + Send) {
        let Self {
            id,
            version,
            kind,
            title,
            description,
            attendance_mode,
            starts_at,
            ends_at,
            time_zone,
            venue,
            online_url,
            areas,
            priority_areas,
            audience,
            partners,
            sessions,
            registration_mode,
            capacity,
            guests_welcome,
            registration_opens_at,
            registration_closes_at,
            hours_to_answer,
            most_places,
            questions,
        } = self;
        let edit = move |said: &mut Particulars| {
            set(&mut said.kind, kind);
            set(&mut said.title, title);
            set(&mut said.description, description);
            set(&mut said.attendance_mode, attendance_mode);
            set(&mut said.starts_at, starts_at);
            set(&mut said.ends_at, ends_at);
            set(&mut said.time_zone, time_zone);
            match venue {
                MaybeUndefined::Undefined => {}
                MaybeUndefined::Null => lay(said, None),
                MaybeUndefined::Value(venue) => lay(said, Some(venue)),
            }
            online_url.update_to(&mut said.online_url);
            set(&mut said.areas, areas);
            set(&mut said.priority_areas, priority_areas);
            set(&mut said.audience, audience);
            set(
                &mut said.partners,
                partners.map(|ids| ids.into_iter().map(|id| id.0).collect()),
            );
            set(&mut said.sessions, sessions.map(all));
            set(&mut said.registration, registration_mode);
            capacity.update_to(&mut said.capacity);
            guests_welcome.update_to(&mut said.guests_welcome);
            registration_opens_at.update_to(&mut said.registration_opens_at);
            registration_closes_at.update_to(&mut said.registration_closes_at);
            set(&mut said.hours_to_answer, hours_to_answer);
            set(&mut said.most_places, most_places);
            set(&mut said.questions, questions.map(all));
        };
        (id, version, edit)
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn all<T, U: From<T>>(list: Vec<T>) -> Vec<U> {
    list.into_iter().map(U::from).collect()
}
