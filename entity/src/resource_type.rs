//! Types of resources that can be shared. The top level is an enum, because code branches on it; narrower types are
//! rows.

use async_graphql::Enum;
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::json::Texts;

/// Top level of the resource types.
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
    /// Volunteers' time.
    VolunteerTime,
    /// Work of people with professional skills.
    Skills,
    /// Training, mentoring and talks.
    Knowledge,
    /// Rooms, halls and land.
    Space,
    /// Items to use, usually returned afterwards.
    Equipment,
    /// Items to keep or consume, such as food.
    Goods,
    /// Jobs, apprenticeships and placements.
    Employment,
    /// Money.
    Funding,
    /// Transport of people and goods.
    Transport,
    /// Introductions between people and organisations.
    Connections,
    /// Publicity for an organisation, an event or a cause.
    Promotion,
    /// Work for nature and climate.
    Environment,
    /// Resources of no other kind.
    #[default]
    Other,
}

/// Way in which a resource is shared.
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
    /// Given to keep.
    Give,
    /// Lent, to be returned.
    Lend,
    /// Used by both organisations.
    Share,
    /// A service done for the other organisation.
    Perform,
    /// Hired out for a fee.
    HireOut,
    /// A person is employed.
    Employ,
    /// Money is given.
    Fund,
    /// People or organisations are introduced to each other.
    Introduce,
}

/// Unit of a quantity.
#[derive(
    Default,
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
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
    /// Sessions of any length.
    Session,
    /// People.
    Person,
    /// Full-time equivalents.
    Fte,
    /// Places, for example on a course.
    Place,
    /// Items. `unitLabel` names them.
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

/// List of units in a JSON column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Units(pub Vec<Unit>);

/// List of lending modes in a JSON column.
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
    /// Code of the next wider type.
    pub parent: Option<String>,
    /// Other words that a search for the type may use.
    #[sea_orm(column_type = "JsonBinary")]
    pub synonyms: Texts,
    pub default_unit: Unit,
    #[sea_orm(column_type = "JsonBinary")]
    pub allowed_units: Units,
    #[sea_orm(column_type = "JsonBinary")]
    pub allowed_modes: LendingModes,
    /// True if a safeguarding check is usual.
    pub safeguarding_default: bool,
    pub valid_from: Option<Date>,
    pub valid_to: Option<Date>,
    /// Codes of the types that replace this one.
    #[sea_orm(column_type = "JsonBinary")]
    pub replaced_by: Texts,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
