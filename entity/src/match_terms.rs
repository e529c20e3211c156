//! One version of a match's terms. Never changed once written: an answer names the version it answers.

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
    /// In base units of `unit`; null where neither listing is counted.
    pub quantity: Option<i64>,
    pub unit: Unit,
    pub unit_label: Option<String>,
    /// The same in base units of each listing, as it was converted when the terms were written.
    pub offer_quantity: i64,
    pub request_quantity: i64,
    /// How many minutes a day counts; null where no days were turned into hours.
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
