//! What can be shared, as people name it. The top level is an enum, for code branches on it; the rest is rows.

use async_graphql::Enum;
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::json::Texts;

/// The top level of what can be shared.
#[derive(
    Default,
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
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
pub enum ResourceKind {
    /// People's time, given.
    VolunteerTime,
    /// Professional skills put to work.
    Skills,
    /// Knowledge passed on: training, mentoring, talks.
    Knowledge,
    /// Rooms, halls, land.
    Space,
    /// Things to use and mostly to give back.
    Equipment,
    /// Things to keep or to eat.
    Goods,
    /// Jobs, apprenticeships, placements.
    Employment,
    /// Money.
    Funding,
    /// Moving people and things.
    Transport,
    /// Introductions between people and organisations.
    Connections,
    /// Making something known.
    Promotion,
    /// Work for nature and climate.
    Environment,
    /// What fits nowhere else.
    #[default]
    Other,
}

/// How a resource changes hands.
#[derive(
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
pub enum LendingMode {
    /// Given for good.
    Give,
    /// Lent, to be returned.
    Lend,
    /// Used together.
    Share,
    /// Done for the other side.
    Perform,
    /// Hired out at a price.
    HireOut,
    /// Somebody is employed.
    Employ,
    /// Money is given.
    Fund,
    /// Somebody is introduced.
    Introduce,
}

/// What a quantity counts.
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
pub enum Unit {
    /// Hours of effort or use.
    Hour,
    /// Half days.
    HalfDay,
    /// Days.
    Day,
    /// Weeks.
    Week,
    /// Sessions, however long.
    Session,
    /// People.
    Person,
    /// Full-time equivalents.
    Fte,
    /// Places on something.
    Place,
    /// Things, counted. Its label says what they are.
    #[default]
    Item,
    /// Kilograms.
    Kilogram,
    /// Tonnes.
    Tonne,
    /// Square metres.
    SquareMetre,
    /// Miles.
    Mile,
    /// Pounds sterling.
    Gbp,
    /// Tonnes of carbon dioxide equivalent.
    #[sea_orm(string_value = "TONNE_CO2E")]
    #[serde(rename = "TONNE_CO2E")]
    #[graphql(name = "TONNE_CO2E")]
    TonneCo2e,
    /// Introductions.
    Introduction,
}

/// Units in one column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Units(pub Vec<Unit>);

/// Lending modes in one column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct LendingModes(pub Vec<LendingMode>);

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "resource_type")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    pub kind: ResourceKind,
    pub label: String,
    /// Code of the wider type.
    pub parent: Option<String>,
    /// Other words by which people look for it.
    #[sea_orm(column_type = "JsonBinary")]
    pub synonyms: Texts,
    pub default_unit: Unit,
    #[sea_orm(column_type = "JsonBinary")]
    pub allowed_units: Units,
    #[sea_orm(column_type = "JsonBinary")]
    pub allowed_modes: LendingModes,
    /// Whether a safeguarding check is usual.
    pub safeguarding_default: bool,
    pub valid_from: Option<Date>,
    pub valid_to: Option<Date>,
    /// Codes of the types that take over from it.
    #[sea_orm(column_type = "JsonBinary")]
    pub replaced_by: Texts,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
