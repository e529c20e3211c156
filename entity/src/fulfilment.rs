//! A delivery, or a part of one: what each side says was delivered.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;

use crate::json::Texts;
use crate::matching::MatchSide;

/// Whether both sides agree on a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum FulfilmentState {
    /// One side says so; the other has not answered.
    Claimed,
    /// Both say the same, or a broker decided.
    Confirmed,
    /// The other side says something else, and no broker has said otherwise.
    Disputed,
    /// Taken back by the side that had recorded it.
    Withdrawn,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "fulfilment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub match_id: Uuid,
    pub state: FulfilmentState,
    /// Who recorded it.
    pub side: MatchSide,
    pub recorded_by: Uuid,
    /// What the recording side says, in base units of the terms' unit; null where nothing is counted.
    pub quantity: Option<i64>,
    /// What the other side says.
    pub answered_quantity: Option<i64>,
    pub answered_by: Option<Uuid>,
    pub delivered_on: Date,
    /// Nothing more is to come.
    pub last: bool,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub answer_note: Option<String>,
    /// Addresses of photographs, delivery notes and the like.
    #[sea_orm(column_type = "JsonBinary")]
    pub evidence: Texts,
    pub created_at: DateTimeUtc,
    pub answered_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::matching::Entity",
        from = "Column::MatchId",
        to = "super::matching::Column::Id"
    )]
    Match,
}

impl Related<super::matching::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Match.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
