//! The priority areas as reviewed at one time. One edition is adopted at a date.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Where an edition of the priority areas stands.
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
    /// Being written; seen by staff.
    Draft,
    /// Open for comment; seen by everybody.
    Consultation,
    /// In force from `validFrom`.
    Adopted,
    /// Replaced by a later edition.
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
    /// Code of the edition that it follows.
    pub follows: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
