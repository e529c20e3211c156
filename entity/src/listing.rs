//! Offers and requests, in one table: they have the same columns and differ only in `kind`.

use async_graphql::Enum;
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::json::Texts;
use crate::resource_type::{LendingMode, ResourceKind, Unit};

/// Direction of a listing.
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
pub enum ListingKind {
    /// An offer: the organisation has a resource to share.
    #[default]
    Offer,
    /// A request: the organisation needs a resource.
    Request,
}

/// State of a listing. A listing of which nothing is left can still be `PUBLISHED`; see `stillNeeded`.
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
pub enum ListingState {
    /// Not published yet. Only members of its organisation see it.
    #[default]
    Draft,
    /// Visible to its audience and open to matches.
    Published,
    /// Hidden from its audience by its organisation, until it is resumed. Staff and matched organisations still see it.
    Paused,
    /// Past its expiry. `renewListing` publishes it again.
    Expired,
    /// Ended, with a reason in `closeReason`. `reopenListing` publishes it again.
    Closed,
}

/// Reason for which a listing was closed.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CloseReason {
    /// The whole quantity was delivered.
    Fulfilled,
    /// Part of the quantity was delivered, and no more will be.
    PartlyFulfilled,
    /// The organisation withdrew the listing.
    Withdrawn,
    /// The need no longer exists, or was met elsewhere.
    NoLongerNeeded,
    /// The `neededBy` date has passed. The API also closes listings with this reason.
    NeededByPassed,
    /// Another listing has the same content.
    Duplicate,
}

/// Rule by which a listing expires.
#[derive(
    Default,
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
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
pub enum ExpiryPolicy {
    /// Expires at `expiresAt`, unless it is renewed.
    #[default]
    Fixed,
    /// Never expires. After 180 days without confirmation, its organisation is asked to confirm that it is still valid.
    Standing,
}

/// Audience of a published listing or an announced event. Members of its organisation and staff always see it, and so
/// do organisations matched with the listing and people registered for the event.
#[derive(
    Default,
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
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
pub enum Audience {
    /// Everyone, with or without signing in.
    #[default]
    Public,
    /// Everyone who is signed in.
    Members,
    /// Members of the organisation that posted it.
    Organisation,
    /// Everyone who has its id or reference. Only the lists of its own organisation show it.
    Unlisted,
}

/// Kind of a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RequirementKind {
    /// A safeguarding (DBS) check for the people who take part.
    SafeguardingCheck,
    /// A minimum age, given in `minimumAge`.
    MinimumAge,
    /// A condition of access to the place or the activity.
    Access,
    /// Insurance that the other organisation must have.
    Insurance,
    /// Any other condition, described in `detail`.
    Other,
}

/// A condition that the other organisation must meet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    pub kind: RequirementKind,
    pub detail: Option<String>,
    pub minimum_age: Option<i32>,
}

/// A picture at a web address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    pub url: String,
    pub alt: String,
}

/// A day of the week.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum, Serialize, Deserialize,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

/// Period in which the resource is available: a range of days, on some weekdays, between two times of day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub weekdays: Vec<Weekday>,
    pub start_time: Option<Time>,
    pub end_time: Option<Time>,
}

/// Large parts of a listing, in one JSON column that is read only if a query selects one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(default)]
pub struct Details {
    pub availability: Vec<Window>,
    pub requirements: Vec<Requirement>,
    pub pictures: Vec<Picture>,
    pub tags: Vec<String>,
    pub address_lines: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "listing")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: ListingKind,
    pub reference: String,
    pub organisation_id: Uuid,
    pub posted_by: Uuid,
    pub state: ListingState,
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub description: String,
    /// Code of the resource type.
    pub resource_type: String,
    pub resource_kind: ResourceKind,
    pub lending_mode: Option<LendingMode>,
    /// In base units of `unit`; null if the resource is not counted.
    pub quantity: Option<i64>,
    /// Part of `quantity` that is allocated to accepted matches, in base units.
    pub allocated: i64,
    pub unit: Unit,
    pub unit_label: Option<String>,
    pub partial_allowed: bool,
    pub needed_by: Option<Date>,
    pub remote: bool,
    pub town: Option<String>,
    pub postcode: Option<String>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    /// The point on the unit sphere: SQL sorts by distance with `+ - *` alone.
    pub x: Option<f64>,
    pub y: Option<f64>,
    pub z: Option<f64>,
    /// H3 cell of the point, at resolution 7.
    pub cell: Option<i64>,
    pub reach_km: Option<i32>,
    /// Codes of areas, indexed in `listing_area`.
    #[sea_orm(column_type = "JsonBinary")]
    pub areas: Texts,
    /// Priority areas as `edition/code`, indexed in `listing_priority_area`.
    #[sea_orm(column_type = "JsonBinary")]
    pub priority_areas: Texts,
    pub audience: Audience,
    pub expiry_policy: ExpiryPolicy,
    /// Time of expiry; the year 9999 if there is none.
    pub expires_at: DateTimeUtc,
    /// Time at which a published listing stops being open: the earlier of `expires_at` and the end of the day
    /// `needed_by`.
    pub closes_at: DateTimeUtc,
    #[sea_orm(column_type = "JsonBinary")]
    pub details: Details,
    /// Search keys of the title, of tags, town and the token of the resource type, and of the description, as a JSON array: the text that is indexed.
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    pub external_reference: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// Time of the first publication; the year 9999 if there was none.
    pub first_published_at: DateTimeUtc,
    /// Time at which the organisation last published, reopened, renewed or confirmed the listing.
    pub confirmed_at: Option<DateTimeUtc>,
    pub reminded_at: Option<DateTimeUtc>,
    pub closed_at: Option<DateTimeUtc>,
    pub close_reason: Option<CloseReason>,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::OrganisationId",
        to = "super::organisation::Column::Id"
    )]
    Organisation,
}

impl ActiveModelBehavior for ActiveModel {}
