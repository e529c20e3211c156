//! Something that somebody said in a conversation. Its text never changes.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "message")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub conversation_id: Uuid,
    /// Its place in the conversation, from 1, in the order of commits and without gaps.
    pub number: i64,
    /// The side for which it was said.
    pub organisation_id: Uuid,
    pub person_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub text: String,
    pub at: DateTimeUtc,
    /// When a moderator took it out of sight.
    pub hidden_at: Option<DateTimeUtc>,
    pub hidden_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
