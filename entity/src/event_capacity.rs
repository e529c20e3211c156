//! Number of places of an event or a session, and their use. A narrow row of its own, because every registration writes
//! it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_capacity")]
pub struct Model {
    /// Id of the event or of the session.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    /// Null if places are unlimited.
    pub capacity: Option<i32>,
    /// Places of registrations that are confirmed, attended or no-show.
    pub confirmed: i32,
    /// Places offered to people who have not answered yet.
    pub offered: i32,
    /// Reserved places that are neither used nor released.
    pub held: i32,
    /// Number of registrations on the waiting list.
    pub waiting: i32,
    /// Last waiting-list number given out. Incremented under the row lock, so that numbers follow the order of commits.
    pub queue_end: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
