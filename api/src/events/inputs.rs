//! Inputs of mutations on events, and their conversion to the content of an event.

use async_graphql::{InputObject, MaybeUndefined};
use chrono::{DateTime, Utc};
use entity::{
    event::{AttendanceMode, EventKind, RegistrationMode},
    listing::Audience,
    organisation,
};

use super::{
    content::EventContent,
    series::SeriesId,
    service::{Draft, EventId},
    value_types::{EventQuestionInput, EventSessionInput, RecurrenceInput, VenueInput, lay},
};
use crate::{
    inputs,
    kit::{Error, Id, validation::Validator},
    locations::rules::Address,
};

/// Event to draft.
#[derive(InputObject, Debug)]
pub struct CreateEventInput {
    /// Organisation that hosts the event. The caller must be a member of it, with a role above observer.
    pub organisation_id: Id<organisation::Entity>,
    /// Kind of event.
    #[graphql(default)]
    pub kind: EventKind,
    /// Title: 3 to 120 characters.
    pub title: String,
    /// Description in plain text: at most 10,000 characters, and at least 10 before the event is announced.
    #[graphql(default)]
    pub description: String,
    /// Way of taking part: at the venue, online or either.
    #[graphql(default)]
    pub attendance_mode: AttendanceMode,
    /// Start: in the future, within five years.
    pub starts_at: DateTime<Utc>,
    /// End: after the start, at most 31 days later.
    pub ends_at: DateTime<Utc>,
    /// IANA name of the time zone in which to show the times.
    #[graphql(default_with = "\"Europe/London\".to_owned()")]
    pub time_zone: String,
    /// Venue. Not allowed for an `ONLINE` event.
    pub venue: Option<VenueInput>,
    /// Link for taking part online, beginning with `https://`. Only members of the host organisation, organisers and
    /// people with a place see it. Not allowed for an `IN_PERSON` event. At most 2,000 characters.
    pub online_url: Option<String>,
    /// Codes of the areas that the event is for: at most 20.
    #[graphql(default)]
    pub areas: Vec<String>,
    /// Codes of priority areas in the edition in force: at most 20.
    #[graphql(default)]
    pub priority_areas: Vec<String>,
    /// Audience that can see the event once it is announced.
    #[graphql(default)]
    pub audience: Audience,
    /// Partner organisations of the host, in display order: at most 20.
    #[graphql(default)]
    pub partners: Vec<Id<organisation::Entity>>,
    /// Sessions of the event: at most 50.
    #[graphql(default)]
    pub sessions: Vec<EventSessionInput>,
    /// Scope of registration: none, the whole event or single sessions.
    #[graphql(default)]
    pub registration_mode: RegistrationMode,
    /// Total number of places, 1 to 100,000. Only for registration mode `EVENT`. Default: unlimited.
    pub capacity: Option<i32>,
    /// True if people without an account can register, after they confirm their email address. Default: true for the
    /// audience `PUBLIC`, false for `UNLISTED`. Has no effect for other audiences, whose events have no guests.
    pub guests_welcome: Option<bool>,
    /// Time from which people can register. Default: the announcement.
    pub registration_opens_at: Option<DateTime<Utc>>,
    /// Time until which people can register, at the latest the end of the event. Default: the start of the event.
    pub registration_closes_at: Option<DateTime<Utc>>,
    /// Hours that a person on the waiting list has to answer a place offer: 1 to 168.
    #[graphql(default = 24)]
    pub place_offer_response_hours: i32,
    /// Maximum number of places per registration: 1 to 50.
    #[graphql(default = 5)]
    pub max_places_per_registration: i32,
    /// Questions to people who register: at most 20.
    #[graphql(default)]
    pub questions: Vec<EventQuestionInput>,
    /// True to announce the event at once. Requires the role of an editor.
    #[graphql(default)]
    pub schedule: bool,
    /// Key chosen by the client, unique for each object that it creates: a retry with the same key returns the first
    /// result. At most 100 characters.
    pub idempotency_key: Option<String>,
}

/// Series to draft. Its events differ only in their dates.
#[derive(InputObject, Debug)]
pub struct CreateEventSeriesInput {
    /// First event of the series. Its idempotency key applies to the whole series.
    pub event: CreateEventInput,
    /// Rule by which the events recur.
    pub recurrence: RecurrenceInput,
}

/// Changes to an event. Fields that are left out stay as they are; null clears a field that can be empty.
#[derive(InputObject, Debug)]
pub struct UpdateEventInput {
    /// Event to change.
    pub id: EventId,
    /// Version that the caller loaded. An outdated version is refused with `VERSION_OUTDATED`.
    pub version: i32,
    /// Kind of event.
    pub kind: Option<EventKind>,
    /// Title: 3 to 120 characters.
    pub title: Option<String>,
    /// Description in plain text: at most 10,000 characters, and at least 10 once the event is announced.
    pub description: Option<String>,
    /// Way of taking part: at the venue, online or either.
    pub attendance_mode: Option<AttendanceMode>,
    /// Start. Only for drafts: for an announced event, use `rescheduleEvent`.
    pub starts_at: Option<DateTime<Utc>>,
    /// End. Only for drafts: for an announced event, use `rescheduleEvent`.
    pub ends_at: Option<DateTime<Utc>>,
    /// IANA name of the time zone in which to show the times. Only for drafts.
    pub time_zone: Option<String>,
    /// Venue; replaces the whole venue. Not allowed for an `ONLINE` event.
    pub venue: MaybeUndefined<VenueInput>,
    /// Link for taking part online, beginning with `https://`: at most 2,000 characters. Not allowed for an `IN_PERSON`
    /// event.
    pub online_url: MaybeUndefined<String>,
    /// Codes of the areas that the event is for: at most 20. Replaces the list.
    pub areas: Option<Vec<String>>,
    /// Codes of priority areas in the edition in force, or `edition/code`: at most 20. Replaces the list.
    pub priority_areas: Option<Vec<String>>,
    /// Audience that can see the event once it is announced.
    pub audience: Option<Audience>,
    /// Partner organisations of the host: at most 20. Replaces the list.
    pub partners: Option<Vec<Id<organisation::Entity>>>,
    /// Sessions of the event: at most 50. Replaces the list: sessions given with their id stay, and sessions with
    /// registrations or reservations cannot be left out.
    pub sessions: Option<Vec<EventSessionInput>>,
    /// Scope of registration. Cannot change while places are confirmed, offered or reserved, or people wait.
    pub registration_mode: Option<RegistrationMode>,
    /// Total number of places, 1 to 100,000; null for unlimited. Not less than the confirmed, offered and reserved
    /// places together.
    pub capacity: MaybeUndefined<i32>,
    /// True if people without an account can register; null to let the audience decide.
    pub guests_welcome: MaybeUndefined<bool>,
    /// Time from which people can register; null for the announcement.
    pub registration_opens_at: MaybeUndefined<DateTime<Utc>>,
    /// Time until which people can register; null for the start of the event.
    pub registration_closes_at: MaybeUndefined<DateTime<Utc>>,
    /// Hours that a person on the waiting list has to answer a place offer: 1 to 168.
    pub place_offer_response_hours: Option<i32>,
    /// Maximum number of places per registration: 1 to 50.
    pub max_places_per_registration: Option<i32>,
    /// Questions to people who register: at most 20. Replaces the list.
    pub questions: Option<Vec<EventQuestionInput>>,
}

inputs! {
    {
        /// Global id of the event.
        id: EventId,
        /// Version that the caller loaded. An outdated version is refused with `VERSION_OUTDATED`; leave it out to skip
        /// this check.
        version: Option<i32>,
    }
    /// Draft to announce.
    ScheduleEventInput;
    /// Draft to delete.
    DeleteEventInput;
}

inputs! {
    {
        /// Global id of the event.
        id: EventId,
        /// Version that the caller loaded. An outdated version is refused with `VERSION_OUTDATED`; leave it out to skip
        /// this check.
        version: Option<i32>,
        /// Notice to everyone who sees the event, such as the reason: at most 500 characters.
        notice: Option<String>,
    }
    /// Event to postpone, and the notice about it.
    PostponeEventInput;
    /// Event to cancel, and the notice about it.
    CancelEventInput;
}

/// New date of an event.
#[derive(InputObject)]
pub struct RescheduleEventInput {
    /// Event to reschedule.
    pub id: EventId,
    /// Version that the caller loaded. An outdated version is refused with `VERSION_OUTDATED`; leave it out to skip
    /// this check.
    pub version: Option<i32>,
    /// New start: in the future, within five years.
    pub starts_at: DateTime<Utc>,
    /// New end: after the start, at most 31 days later.
    pub ends_at: DateTime<Utc>,
}

/// Series whose drafts to announce.
#[derive(InputObject)]
pub struct ScheduleEventSeriesInput {
    /// Global id of the series.
    pub id: SeriesId,
}

/// Series to cancel, and the notice about it.
#[derive(InputObject)]
pub struct CancelEventSeriesInput {
    /// Global id of the series.
    pub id: SeriesId,
    /// Notice to everyone who sees the events, such as the reason: at most 500 characters.
    pub notice: Option<String>,
}

impl CreateEventInput {
    /// Returns the draft and its idempotency key.
    pub fn content(self) -> Result<(Draft, Option<String>), Error> {
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
            place_offer_response_hours,
            max_places_per_registration,
            questions,
            schedule,
            idempotency_key,
        } = self;
        let mut checks = Validator::new();
        let mut content = EventContent {
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
            place_offer_response_hours,
            max_places_per_registration,
            questions: all(questions),
        };
        lay(&mut content, venue);
        let key = checks.optional("idempotencyKey", idempotency_key.as_deref(), 100);
        checks.finish()?;
        Ok((
            Draft {
                organisation: organisation_id,
                content,
                schedule,
            },
            key,
        ))
    }
}

impl UpdateEventInput {
    /// Returns the event, the version that the caller loaded, and a function that applies the changes to its content.
    pub fn edit(self) -> (EventId, i32, impl FnOnce(&mut EventContent) + Send) {
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
            place_offer_response_hours,
            max_places_per_registration,
            questions,
        } = self;
        let edit = move |content: &mut EventContent| {
            set(&mut content.kind, kind);
            set(&mut content.title, title);
            set(&mut content.description, description);
            set(&mut content.attendance_mode, attendance_mode);
            set(&mut content.starts_at, starts_at);
            set(&mut content.ends_at, ends_at);
            set(&mut content.time_zone, time_zone);
            match venue {
                MaybeUndefined::Undefined => {}
                MaybeUndefined::Null => lay(content, None),
                MaybeUndefined::Value(venue) => lay(content, Some(venue)),
            }
            online_url.update_to(&mut content.online_url);
            set(&mut content.areas, areas);
            set(&mut content.priority_areas, priority_areas);
            set(&mut content.audience, audience);
            set(
                &mut content.partners,
                partners.map(|ids| ids.into_iter().map(|id| id.0).collect()),
            );
            set(&mut content.sessions, sessions.map(all));
            set(&mut content.registration, registration_mode);
            capacity.update_to(&mut content.capacity);
            guests_welcome.update_to(&mut content.guests_welcome);
            registration_opens_at.update_to(&mut content.registration_opens_at);
            registration_closes_at.update_to(&mut content.registration_closes_at);
            set(
                &mut content.place_offer_response_hours,
                place_offer_response_hours,
            );
            set(
                &mut content.max_places_per_registration,
                max_places_per_registration,
            );
            set(&mut content.questions, questions.map(all));
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
