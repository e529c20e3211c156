//! One item of an open-data feed, as of its latest change.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feed_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub feed: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: Uuid,
    /// Published name of the item's type, such as `Offer`.
    pub kind: String,
    /// Number of the item's latest change. Unique within a feed.
    pub change: i64,
    /// Public content of the item, as JSON; null after the item is no longer public.
    #[sea_orm(column_type = "Text", nullable)]
    pub data: Option<String>,
    /// Version of the row that the item describes.
    pub version: i32,
    pub changed_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
