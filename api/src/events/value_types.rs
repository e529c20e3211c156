//! Inputs of parts of an event: venue, sessions, questions and recurrence.

use async_graphql::{InputObject, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    event::{self, AccessFeature},
    event_session,
};

use super::{
    content::{EventContent, Session},
    recurrence::Recurrence,
};
use crate::{
    kit::{
        Date, Id,
        graphql::{cost::list_size, fast_object::FastFields},
    },
    locations::{Place, PlaceInput, rules::Address},
};

/// Venue of an event.
#[derive(InputObject, Debug)]
pub struct VenueInput {
    /// Name of the venue: at most 120 characters.
    pub name: Option<String>,
    /// Address and point on the map.
    pub place: Option<PlaceInput>,
    /// Accessibility features of the venue.
    #[graphql(default)]
    pub access_features: Vec<AccessFeature>,
    /// Further information about access: at most 1,000 characters.
    pub access_information: Option<String>,
}

/// Session of an event.
#[derive(InputObject, Debug)]
pub struct EventSessionInput {
    /// Existing session to keep; leave it out to add a new session.
    pub id: Option<Id<event_session::Entity>>,
    /// Title: 1 to 120 characters.
    pub title: String,
    /// Description: at most 1,000 characters.
    pub description: Option<String>,
    /// Room at the venue: at most 80 characters.
    pub room: Option<String>,
    /// Start, not before the start of the event.
    pub starts_at: DateTime<Utc>,
    /// End: after the start, not after the end of the event.
    pub ends_at: DateTime<Utc>,
    /// Number of places, 1 to 100,000. Only for registration mode `SESSIONS`. Default: unlimited.
    pub capacity: Option<i32>,
}

/// Question to people who register.
#[derive(InputObject, Debug)]
pub struct EventQuestionInput {
    /// Code of the question, unique within the event: at most 40 characters: lower-case letters, digits and
    /// hyphens.
    pub code: String,
    /// Text of the question: 3 to 300 characters.
    pub label: String,
    /// True if an answer is required to register.
    #[graphql(default)]
    pub required: bool,
    /// Allowed answers: at most 30 of 1 to 100 characters. Empty to allow any text.
    #[graphql(default)]
    pub choices: Vec<String>,
}

/// Recurrence of the events of a series.
#[derive(InputObject, Debug)]
pub struct RecurrenceInput {
    /// RFC 5545 rule with a `COUNT` or an `UNTIL`, such as `FREQ=MONTHLY;BYDAY=1TU;COUNT=6`: at most 300 characters,
    /// 200 events and three years. It follows local time in the time zone of the event.
    pub rule: String,
    /// Dates without an event although the rule includes them: at most 100.
    #[graphql(default)]
    pub except_dates: Vec<Date>,
}

/// Replaces the whole venue in the content of an event; `None` removes it.
pub(super) fn lay(said: &mut EventContent, venue: Option<VenueInput>) {
    let (name, place, features, information) = venue.map_or_else(Default::default, |venue| {
        let VenueInput {
            name,
            place,
            access_features,
            access_information,
        } = venue;
        (
            name,
            place.map(Address::from).unwrap_or_default(),
            access_features,
            access_information,
        )
    });
    said.venue_name = name;
    said.place = place;
    said.access_features = features;
    said.access_information = information;
}

impl From<EventSessionInput> for Session {
    fn from(input: EventSessionInput) -> Self {
        let EventSessionInput {
            id,
            title,
            description,
            room,
            starts_at,
            ends_at,
            capacity,
        } = input;
        Self {
            id: id.map(|id| id.0),
            title,
            description,
            room,
            starts_at,
            ends_at,
            capacity,
        }
    }
}

impl From<EventQuestionInput> for event::Question {
    fn from(input: EventQuestionInput) -> Self {
        let EventQuestionInput {
            code,
            label,
            required,
            choices,
        } = input;
        Self {
            code,
            label,
            required,
            choices,
        }
    }
}

impl From<RecurrenceInput> for Recurrence {
    fn from(RecurrenceInput { rule, except_dates }: RecurrenceInput) -> Self {
        Self {
            rule,
            exceptions: except_dates.into_iter().map(Into::into).collect(),
        }
    }
}

/// Venue of an event.
#[derive(SimpleObject)]
pub struct Venue {
    /// Name of the venue.
    pub name: Option<String>,
    /// Address and point on the map; null if not given.
    pub place: Option<Place>,
    /// Accessibility features of the venue.
    #[graphql(directive = list_size::apply(12, None))]
    pub access_features: Vec<AccessFeature>,
    /// Further information about access, in plain text.
    pub access_information: Option<String>,
}

/// Question of the organisers to people who register.
#[derive(SimpleObject)]
pub struct EventQuestion {
    /// Code of the question, unique within the event. Answers refer to it.
    pub code: String,
    /// Text of the question.
    pub label: String,
    /// True if an answer is required to register.
    pub required: bool,
    /// Allowed answers; empty if any text is allowed.
    #[graphql(directive = list_size::apply(super::content::MAX_CHOICES as u64, None))]
    pub choices: Vec<String>,
}

impl From<event::Question> for EventQuestion {
    fn from(question: event::Question) -> Self {
        let event::Question {
            code,
            label,
            required,
            choices,
        } = question;
        Self {
            code,
            label,
            required,
            choices,
        }
    }
}

impl FastFields for Venue {}
