//! An address by which somebody's calendar program follows events as they may see them.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;

/// Which events a calendar holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum CalendarScope {
    /// Those for which its owner registered.
    Own,
    /// Those that an organisation hosts or takes part in as a partner.
    Organisation,
    /// Those that are for an area, with what lies in it.
    Area,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_address")]
pub struct Model {
    /// Sealed into the address. Deleting the row makes the address good for nothing.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose it is: it shows what they may see.
    pub person_id: Uuid,
    pub scope: CalendarScope,
    pub organisation_id: Option<Uuid>,
    /// Code of the area.
    pub area: Option<String>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
