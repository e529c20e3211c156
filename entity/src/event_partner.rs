//! Organisation that was named as a partner of an event, in addition to its host, and its answer.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;

/// State of a partnership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Enum)]
#[graphql(name = "EventPartnershipState")]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum PartnershipState {
    /// The organisation was named and has not answered. It shows nowhere as a partner.
    Requested,
    /// The organisation accepted and shows as a partner.
    Accepted,
    /// The organisation declined, or left. It cannot be named again for this event.
    Declined,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_partner")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: Uuid,
    /// Position in the list of partners.
    pub position: i32,
    pub state: PartnershipState,
    /// Time of the last answer; null before the first.
    pub answered_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
