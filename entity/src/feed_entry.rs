//! One thing in an open feed, as it was at its last change.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feed_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub feed: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: Uuid,
    /// What readers call this kind of thing, such as `Offer`.
    pub kind: String,
    /// The number of its last change: none is given twice in a feed.
    pub change: i64,
    /// What everybody may read of it, as JSON; null once it is gone from sight.
    #[sea_orm(column_type = "Text", nullable)]
    pub data: Option<String>,
    /// The version of the thing itself.
    pub version: i32,
    pub changed_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
