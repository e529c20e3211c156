//! A message in a conversation. Its text never changes.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "message")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub conversation_id: Uuid,
    /// Position in the conversation, from 1, in the order of commits and without gaps.
    pub number: i64,
    /// Organisation for which the message was written.
    pub organisation_id: Uuid,
    pub person_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub text: String,
    pub at: DateTimeUtc,
    /// Time at which a moderator hid the message; null if it is shown.
    pub hidden_at: Option<DateTimeUtc>,
    pub hidden_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
