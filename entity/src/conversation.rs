//! A conversation of two organisations about a listing: questions, and messages on the matches that follow.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "conversation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub listing_id: Uuid,
    /// Organisation that asks about the listing. Each has one conversation about a listing.
    pub asker_id: Uuid,
    /// Organisation that posted the listing.
    pub asked_id: Uuid,
    /// Number of messages, which is also the number of the last one.
    pub messages: i64,
    pub created_at: DateTimeUtc,
    pub last_message_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
