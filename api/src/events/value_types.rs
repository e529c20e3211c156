//! The parts of an event, as clients send them: its venue, its sessions, its questions, and how it recurs.

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use entity::{
    event::{self, AccessFeature},
    event_session,
};

use super::{
    content::{Particulars, Session},
    recurrence::Recurrence,
};
use crate::{
    kit::{Date, Id},
    locations::{PlaceInput, rules::Address},
};

/// Where an event takes place.
#[derive(InputObject, Debug)]
pub struct VenueInput {
    /// What it is called: at most 120 characters.
    pub name: Option<String>,
    /// Where it is.
    pub place: Option<PlaceInput>,
    /// What makes it easier to get in and to take part.
    #[graphql(default)]
    pub access_features: Vec<AccessFeature>,
    /// More about getting in and taking part: at most 1,000 characters.
    pub access_information: Option<String>,
}

/// A part of an event with a time of its own.
#[derive(InputObject, Debug)]
pub struct EventSessionInput {
    /// The session that stays; left out for a new one.
    pub id: Option<Id<event_session::Entity>>,
    /// What it is called: 1 to 120 characters.
    pub title: String,
    /// What it is about: at most 1,000 characters.
    pub description: Option<String>,
    /// Where at the venue: at most 80 characters.
    pub room: Option<String>,
    /// When it begins, while the event goes on.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// How many places there are, 1 to 100,000; only where people register for sessions.
    pub capacity: Option<i32>,
}

/// Something to ask whoever registers.
#[derive(InputObject, Debug)]
pub struct EventQuestionInput {
    /// Names it within the event: small letters, digits and hyphens, at most 40.
    pub code: String,
    /// What is asked: 3 to 300 characters.
    pub label: String,
    /// Whether it must be answered.
    #[graphql(default)]
    pub required: bool,
    /// What can be answered, at most 30; empty where any text can.
    #[graphql(default)]
    pub choices: Vec<String>,
}

/// How a series recurs.
#[derive(InputObject, Debug)]
pub struct RecurrenceInput {
    /// A rule of RFC 5545 with a `COUNT` or an `UNTIL`, such as `FREQ=MONTHLY;BYDAY=1TU;COUNT=6`: at most 200 events
    /// within three years. It is followed by the clocks of the event's time zone.
    pub rule: String,
    /// Days on which it does not take place.
    #[graphql(default)]
    pub except_dates: Vec<Date>,
}

/// Lays a venue over what an event says: all of it anew.
pub(super) fn lay(said: &mut Particulars, venue: Option<VenueInput>) {
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
