//! Thanks from one side of a match to the other.

use sea_orm::entity::prelude::*;

use crate::matching::MatchSide;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "thanks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub match_id: Uuid,
    /// Side that gives the thanks.
    pub side: MatchSide,
    pub person_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// True if the writing side offers the thanks for publication.
    pub offered_to_public: bool,
    /// Time at which the thanked side agreed to publication; null if it has not.
    pub consented_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
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
