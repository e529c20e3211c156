//! An open feed: how far its changes have been numbered.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feed")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The last number that was given.
    pub change: i64,
    /// When something was numbered last: whole seconds, later with every time.
    pub changed_at: DateTimeUtc,
    /// The form in which its items were written. Where the program writes another, all are written anew.
    pub form: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
