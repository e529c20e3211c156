//! Address by which a calendar program subscribes to events, with the visibility of the person who created it.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;

/// Selection of the events in a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum CalendarScope {
    /// Events for which the owner of the calendar is registered.
    Own,
    /// Events that an organisation hosts, or takes part in as a partner.
    Organisation,
    /// Events for an area, including the areas within it.
    Area,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_address")]
pub struct Model {
    /// Sealed into the address. Deleting the row ends the address.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Owner of the calendar. It shows the events that this person may see.
    pub person_id: Uuid,
    pub scope: CalendarScope,
    pub organisation_id: Option<Uuid>,
    /// Code of the area.
    pub area: Option<String>,
    pub created_at: DateTimeUtc,
    /// Version of the owner's password at that time. A new password ends the address.
    pub password_version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
