//! One version of a match's terms. Rows never change, because an answer names the version that it answers.

use sea_orm::entity::prelude::*;

use crate::matching::MatchSide;
use crate::resource_type::Unit;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "match_terms")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub match_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    pub side: MatchSide,
    pub person_id: Uuid,
    /// In base units of `unit`; null if neither listing is counted.
    pub quantity: Option<i64>,
    pub unit: Unit,
    pub unit_label: Option<String>,
    /// Quantity in base units of each listing, converted when the terms were written; 0 if not counted.
    pub offer_quantity: i64,
    pub request_quantity: i64,
    /// Minutes that a day counts; null if no days were converted to hours.
    pub minutes_per_day: Option<i32>,
    pub from_date: Option<Date>,
    pub until_date: Option<Date>,
    pub place: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub conditions: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub message: Option<String>,
    pub answer_by: DateTimeUtc,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
