//! Event: a single one, or one occurrence of a series.

use async_graphql::Enum;
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::json::Texts;
use crate::listing::Audience;

/// State of an event. A rescheduled event is `SCHEDULED` and has a `previousStartsAt`.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum EventState {
    /// Draft, visible to the members of its organisation only.
    #[default]
    Draft,
    /// Announced, and not yet over.
    Scheduled,
    /// Postponed; a new date is not set yet.
    Postponed,
    /// Cancelled by an organiser.
    Cancelled,
    /// Over: its end has passed.
    Completed,
}

/// Kind of event.
#[derive(
    Default,
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EventKind {
    /// Presentation of joint work and of resources to share, such as We Are Surrey.
    Showcase,
    /// Meeting at which people and organisations make contacts.
    Networking,
    /// Briefing in which buyers tell suppliers about future needs.
    MarketEngagement,
    /// Course, workshop or other training.
    Training,
    /// Event at which people volunteer.
    Volunteering,
    /// Event at which people are asked for their views.
    Consultation,
    /// Any other kind of event.
    #[default]
    Other,
}

/// Way of taking part: at the venue, online or either.
#[derive(
    Default,
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AttendanceMode {
    /// At the venue only.
    #[default]
    InPerson,
    /// Online only.
    Online,
    /// At the venue or online; each person chooses.
    Hybrid,
}

/// Scope of registration: none, the whole event or single sessions.
#[derive(
    Default,
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RegistrationMode {
    /// No registration is needed.
    #[default]
    None,
    /// Registration for the whole event.
    Event,
    /// Registration for each session separately.
    Sessions,
}

/// Accessibility feature of a venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AccessFeature {
    /// Step-free access to the building and to the place of the event.
    StepFreeAccess,
    /// Toilet for wheelchair users.
    AccessibleToilet,
    /// Changing Places toilet, with a hoist and a changing bench.
    ChangingPlacesToilet,
    /// Parking for Blue Badge holders.
    BlueBadgeParking,
    /// Hearing loop for people with hearing aids.
    HearingLoop,
    /// British Sign Language interpretation.
    BritishSignLanguage,
    /// Live captions.
    Captions,
    /// Printed material in large print.
    LargePrint,
    /// Quiet room.
    QuietRoom,
    /// Assistance dogs are welcome.
    AssistanceDogs,
    /// Prayer room.
    PrayerRoom,
    /// Place to feed and change babies.
    BabyChanging,
}

/// Question of the organisers to people who register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Code of the question, unique within the event.
    pub code: String,
    pub label: String,
    pub required: bool,
    /// Allowed answers; empty if any text is allowed.
    pub choices: Vec<String>,
}

/// Wide values of an event in one JSON column, read only if a query selects them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(default)]
pub struct Details {
    pub address_lines: Vec<String>,
    pub access_features: Vec<AccessFeature>,
    pub access_information: Option<String>,
    pub questions: Vec<Question>,
}

#[derive(Clone, Debug, Default, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub reference: String,
    /// Organisation that hosts the event.
    pub organisation_id: Uuid,
    pub created_by: Uuid,
    pub series_id: Option<Uuid>,
    /// Start that the rule of the series gave. Identifies the occurrence, even after it is rescheduled.
    pub recurrence_id: Option<DateTimeUtc>,
    pub state: EventState,
    pub kind: EventKind,
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub description: String,
    pub attendance_mode: AttendanceMode,
    pub starts_at: DateTimeUtc,
    pub ends_at: DateTimeUtc,
    /// Start before the event was last rescheduled; null if it never was.
    pub previous_starts_at: Option<DateTimeUtc>,
    /// IANA name of the time zone in which clients show the times.
    pub time_zone: String,
    pub venue_name: Option<String>,
    pub town: Option<String>,
    pub postcode: Option<String>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    /// Point on the unit sphere (`x`, `y`, `z`), as for listings.
    pub x: Option<f64>,
    pub y: Option<f64>,
    pub z: Option<f64>,
    pub cell: Option<i64>,
    /// Shown to members of the host organisation, to organisers and to people with a place.
    pub online_url: Option<String>,
    /// Area codes, indexed by `event_area`.
    #[sea_orm(column_type = "JsonBinary")]
    pub areas: Texts,
    /// Entries of the form `edition/code`, indexed by `event_priority_area`.
    #[sea_orm(column_type = "JsonBinary")]
    pub priority_areas: Texts,
    pub audience: Audience,
    pub registration: RegistrationMode,
    /// True if people without an account may register; null if the audience decides.
    pub guests_welcome: Option<bool>,
    pub registration_opens_at: Option<DateTimeUtc>,
    pub registration_closes_at: Option<DateTimeUtc>,
    /// Hours that a person on the waiting list has to answer a place offer.
    pub place_offer_response_hours: i32,
    /// Maximum number of places per registration.
    pub max_places_per_registration: i32,
    #[sea_orm(column_type = "JsonBinary")]
    pub details: Details,
    /// Search keys of the title, of venue and town, and of the description, as a JSON array: the text that is indexed.
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// Time of the first announcement; a time in the far future before it.
    pub first_scheduled_at: DateTimeUtc,
    /// Notice of the organisers about a postponement or cancellation.
    pub notice: Option<String>,
    pub reminded_at: Option<DateTimeUtc>,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
