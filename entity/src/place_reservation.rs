//! Places that organisers reserve until a given time, for an organisation or for a list of email addresses.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "place_reservation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    /// Id of the event or of the session to which the places belong.
    pub capacity_id: Uuid,
    /// Organisation for whose members the places are reserved; null if they are reserved for a list.
    pub organisation_id: Option<Uuid>,
    /// Label that the organisers gave.
    pub label: Option<String>,
    /// Number of reserved places, including used ones.
    pub places: i32,
    /// Places of the registrations that use the reservation.
    pub used: i32,
    /// Time from which unused places are free for all.
    pub release_at: DateTimeUtc,
    /// Time of the release; null while unused places are counted as reserved.
    pub released_at: Option<DateTimeUtc>,
    pub created_by: Uuid,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
