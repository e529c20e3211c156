//! Places that organisers hold for an organisation or for those on a list, until a time.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "place_reservation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    /// The event or the session of which the places are.
    pub capacity_id: Uuid,
    /// For whose members they are held; null where they are held for those on the list.
    pub organisation_id: Option<Uuid>,
    /// What the organisers call it.
    pub label: Option<String>,
    /// How many are held, those that were drawn included.
    pub places: i32,
    /// Places of those registrations that draw from it.
    pub used: i32,
    /// From when on what nobody drew is free.
    pub release_at: DateTimeUtc,
    /// Since when it is; null while what is left is counted as held.
    pub released_at: Option<DateTimeUtc>,
    pub created_by: Uuid,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
