//! A gathering: one event, or one occurrence of a series.

use async_graphql::Enum;
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::json::Texts;
use crate::listing::Audience;

/// Where an event stands. A new date does not change that: see `previousStartsAt`.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum EventState {
    /// Being written; only its organisation sees it.
    #[default]
    Draft,
    /// Announced, and going to take place.
    Scheduled,
    /// Put off; a new date is yet to come.
    Postponed,
    /// Called off.
    Cancelled,
    /// It took place.
    Completed,
}

/// What kind of gathering it is.
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
    /// Shows what was done together and what there is to share, as We Are Surrey does.
    Showcase,
    /// Brings people together.
    Networking,
    /// Where buyers tell suppliers what they are going to need.
    MarketEngagement,
    /// Where something is learnt.
    Training,
    /// Where people lend a hand.
    Volunteering,
    /// Where people are asked what they think.
    Consultation,
    /// Anything else.
    #[default]
    Other,
}

/// How people take part.
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
    /// At the venue.
    #[default]
    InPerson,
    /// Online.
    Online,
    /// At the venue or online, as they like.
    Hybrid,
}

/// Whether people register, and for what.
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
    /// People just come.
    #[default]
    None,
    /// For the event as a whole.
    Event,
    /// For each session by itself.
    Sessions,
}

/// What makes a venue easier to get into and to take part at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AccessFeature {
    /// No steps on the way in, nor to where it takes place.
    StepFreeAccess,
    /// A toilet for people who use a wheelchair.
    AccessibleToilet,
    /// A toilet with a hoist and a changing bench.
    ChangingPlacesToilet,
    /// Parking for holders of a Blue Badge.
    BlueBadgeParking,
    /// A loop for hearing aids.
    HearingLoop,
    /// Somebody interprets in British Sign Language.
    BritishSignLanguage,
    /// What is said can be read as it is said.
    Captions,
    /// Papers in large print.
    LargePrint,
    /// A room to be quiet in.
    QuietRoom,
    /// Assistance dogs are welcome.
    AssistanceDogs,
    /// A room for prayer.
    PrayerRoom,
    /// A place to feed and change babies.
    BabyChanging,
}

/// Something that the organisers ask whoever registers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Names it within the event.
    pub code: String,
    pub label: String,
    pub required: bool,
    /// Empty where any text is an answer.
    pub choices: Vec<String>,
}

/// The wide parts of an event, read only where they are asked for.
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
    /// The organisation that hosts it.
    pub organisation_id: Uuid,
    pub created_by: Uuid,
    pub series_id: Option<Uuid>,
    /// The start that the series gave it, which names the occurrence whatever becomes of its date.
    pub recurrence_id: Option<DateTimeUtc>,
    pub state: EventState,
    pub kind: EventKind,
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub description: String,
    pub attendance_mode: AttendanceMode,
    pub starts_at: DateTimeUtc,
    pub ends_at: DateTimeUtc,
    /// The start that it had before it was last rescheduled or postponed.
    pub previous_starts_at: Option<DateTimeUtc>,
    /// IANA name of the zone in which its times are told.
    pub time_zone: String,
    pub venue_name: Option<String>,
    pub town: Option<String>,
    pub postcode: Option<String>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    /// The point on the unit sphere, as listings keep theirs.
    pub x: Option<f64>,
    pub y: Option<f64>,
    pub z: Option<f64>,
    pub cell: Option<i64>,
    /// Shown to the registered and to its hosts.
    pub online_url: Option<String>,
    /// Codes; `event_area` is their index.
    #[sea_orm(column_type = "JsonBinary")]
    pub areas: Texts,
    /// `edition/code`; `event_priority_area` is their index.
    #[sea_orm(column_type = "JsonBinary")]
    pub priority_areas: Texts,
    pub audience: Audience,
    pub registration: RegistrationMode,
    /// Whether people without an account may register; null where the audience decides.
    pub guests_welcome: Option<bool>,
    pub registration_opens_at: Option<DateTimeUtc>,
    pub registration_closes_at: Option<DateTimeUtc>,
    /// How long somebody who waits has to answer when a place is offered to them.
    pub hours_to_answer: i32,
    /// The most places that one registration takes.
    pub most_places: i32,
    #[sea_orm(column_type = "JsonBinary")]
    pub details: Details,
    /// What text search finds it by beside title and description: venue and town.
    #[sea_orm(column_type = "Text")]
    pub words: String,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// First announcement; far in the future while it has never been announced.
    pub first_scheduled_at: DateTimeUtc,
    /// What was said when it was postponed or called off.
    pub notice: Option<String>,
    pub reminded_at: Option<DateTimeUtc>,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
