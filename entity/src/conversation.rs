//! What two organisations say to each other about a listing, be it a question or a match that came of it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "conversation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub listing_id: Uuid,
    /// The organisation that came to the listing: each has one conversation about it.
    pub asker_id: Uuid,
    /// The organisation of the listing.
    pub asked_id: Uuid,
    /// How many messages there are; the last one has this number.
    pub messages: i64,
    pub created_at: DateTimeUtc,
    pub last_message_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
