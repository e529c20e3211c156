//! An open-data feed and the number of its latest change.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feed")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Number of the latest change.
    pub change: i64,
    /// Instant of the latest change, in whole seconds. Increases with every change.
    pub changed_at: DateTimeUtc,
    /// Version of the item format. If the program's version differs, all items are written again.
    pub form: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
