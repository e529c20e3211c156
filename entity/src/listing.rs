//! An offer or a request: one table, for they share everything but their direction.

use async_graphql::Enum;
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::json::Texts;
use crate::resource_type::{LendingMode, ResourceKind, Unit};

/// Which way a listing points.
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
    /// The organisation has something to share.
    #[default]
    Offer,
    /// The organisation needs something.
    Request,
}

/// Where a listing stands. A listing with nothing left stays `PUBLISHED`: see `stillNeeded`.
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
    /// Being written; only its organisation sees it.
    #[default]
    Draft,
    /// Open to its audience.
    Published,
    /// Taken out of sight for a while by its organisation.
    Paused,
    /// Its time ran out; one act renews it.
    Expired,
    /// Ended, with a reason.
    Closed,
}

/// Why a listing was closed.
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
    /// Everything was delivered.
    Fulfilled,
    /// A part was delivered and no more will be.
    PartlyFulfilled,
    /// The organisation takes it back.
    Withdrawn,
    /// The need has gone, or was met elsewhere.
    NoLongerNeeded,
    /// The day by which it was needed has passed.
    NeededByPassed,
    /// The same thing is listed elsewhere.
    Duplicate,
}

/// Whether time ends a listing.
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
    /// Ends at `expiresAt` unless it is renewed.
    #[default]
    Fixed,
    /// Never expires; its organisation is asked from time to time whether it still holds.
    Standing,
}

/// Who may see a published listing.
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
    /// Everybody.
    #[default]
    Public,
    /// Everybody who has signed in.
    Members,
    /// The members of the organisation that posted it.
    Organisation,
    /// Whoever has its address: it is in no list but its organisation's own.
    Unlisted,
}

/// What kind of condition a requirement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RequirementKind {
    /// People taking part need a safeguarding (DBS) check.
    SafeguardingCheck,
    /// A lowest age, in `minimumAge`.
    MinimumAge,
    /// Something about access to the place or the activity.
    Access,
    /// Insurance that the other side must have.
    Insurance,
    /// Anything else, in words.
    Other,
}

/// A condition that the other side must meet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    pub kind: RequirementKind,
    pub detail: Option<String>,
    pub minimum_age: Option<i32>,
}

/// A picture, by address.
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

/// When the resource can be had: from a day until a day, on some weekdays, between two times of day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub weekdays: Vec<Weekday>,
    pub start_time: Option<Time>,
    pub end_time: Option<Time>,
}

/// The wide parts of a listing, read only where they are asked for.
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
    /// In the base unit of `unit`; null is "not counted".
    pub quantity: Option<i64>,
    /// What accepted matches hold of `quantity`.
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
    /// The point on the unit sphere: nearness sorts by it in SQL with `+ - *` alone.
    pub x: Option<f64>,
    pub y: Option<f64>,
    pub z: Option<f64>,
    /// H3 cell at resolution 7 of the point.
    pub cell: Option<i64>,
    pub reach_km: Option<i32>,
    /// Codes; `listing_area` is their index.
    #[sea_orm(column_type = "JsonBinary")]
    pub areas: Texts,
    /// `edition/code`; `listing_priority_area` is their index.
    #[sea_orm(column_type = "JsonBinary")]
    pub priority_areas: Texts,
    pub audience: Audience,
    pub expiry_policy: ExpiryPolicy,
    /// When it expires; far in the future where it never does.
    pub expires_at: DateTimeUtc,
    /// The instant at which it stops being live: the earlier of expiry and the end of the day it is needed by.
    pub closes_at: DateTimeUtc,
    #[sea_orm(column_type = "JsonBinary")]
    pub details: Details,
    /// What text search finds it by beside title and description: tags, town and its resource type's token.
    #[sea_orm(column_type = "Text")]
    pub words: String,
    pub external_reference: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// First publication; far in the future while it has never been published.
    pub first_published_at: DateTimeUtc,
    /// When its organisation last said that it still holds.
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
