//! How many places an event or a session has, and what has become of them: a narrow row of its own, which every
//! registration writes.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_capacity")]
pub struct Model {
    /// That of the event, or of the session.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    /// Null is "not counted".
    pub capacity: Option<i32>,
    /// Places of those who come.
    pub confirmed: i32,
    /// Places held for those who were asked and have not answered yet.
    pub offered: i32,
    /// Places held for an organisation or for those on a list, and neither drawn nor released.
    pub held: i32,
    /// Registrations that wait.
    pub waiting: i32,
    /// The number that the last one who came to wait was given. Counted under the row's lock: the order of numbers is
    /// the order of commits.
    pub queue_end: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
