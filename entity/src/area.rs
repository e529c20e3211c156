//! Area: a named place that exists for a period. Councils are abolished and replaced by successors.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Kind of an area.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AreaKind {
    /// A county with a county council.
    County,
    /// A district or borough below a county.
    District,
    /// A unitary authority: a council with the powers of both county and district. Includes London boroughs.
    Unitary,
    /// An electoral ward.
    Ward,
    /// A civil parish.
    Parish,
    /// A town or village.
    Town,
    /// An area that the programme defined itself.
    Custom,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "area")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    pub name: String,
    pub kind: AreaKind,
    pub gss: Option<String>,
    /// Code of the area that directly contains this one.
    pub parent: Option<String>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub valid_from: Option<Date>,
    /// The last day on which the area exists.
    pub valid_to: Option<Date>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
