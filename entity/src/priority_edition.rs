//! Edition of the priorities. It is adopted from a day, and then in force until the next one.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// State of an edition of the priorities.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PriorityEditionState {
    /// Draft: can be edited; visible only to staff.
    Draft,
    /// Open for consultation: can be edited; visible to everyone.
    Consultation,
    /// Adopted: in force from `validFrom`; can no longer be edited.
    Adopted,
    /// Superseded by a later edition; in force until `validTo`.
    Superseded,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "priority_edition")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    pub title: String,
    pub state: PriorityEditionState,
    pub valid_from: Option<Date>,
    /// The last day on which it is in force.
    pub valid_to: Option<Date>,
    /// Code of the previous edition.
    pub follows: Option<String>,
    /// Number of changes to the edition and its areas. The adoption names the version that it adopts.
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
