//! A delivery, in full or in part: the quantity that each side states.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;

use crate::json::Texts;
use crate::matching::MatchSide;

/// State of a delivery: agreed or not by both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum FulfilmentState {
    /// One side has recorded the delivery, and the other has not answered.
    Claimed,
    /// Both sides state the same quantity, or a broker decided in favour of the record.
    Confirmed,
    /// The other side states another quantity, and no broker has confirmed the record.
    Disputed,
    /// The recording side withdrew its record.
    Withdrawn,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "fulfilment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub match_id: Uuid,
    pub state: FulfilmentState,
    /// Side that recorded the delivery.
    pub side: MatchSide,
    pub recorded_by: Uuid,
    /// Quantity that the recording side states, in base units of the terms' unit; null if not counted.
    pub quantity: Option<i64>,
    /// Quantity that the other side states; null before it has answered, and if not counted.
    pub answered_quantity: Option<i64>,
    pub answered_by: Option<Uuid>,
    pub delivered_on: Date,
    /// True if no more deliveries follow.
    pub last: bool,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub answer_note: Option<String>,
    /// HTTPS addresses of evidence, such as photographs and delivery notes.
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
