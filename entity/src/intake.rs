//! An offer or a request as somebody told it at an event, on the telephone or on paper, before it is a listing.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;

use crate::listing::ListingKind;

/// How it reached the marketplace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum IntakeSource {
    /// At an event.
    Event,
    /// By telephone.
    Phone,
    /// By e-mail.
    Email,
    /// On a form, on paper or elsewhere.
    Form,
    /// From a list of somebody's.
    Import,
    /// Through a partner.
    Partner,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum IntakeState {
    /// Nobody has looked at it yet.
    New,
    /// Staff have looked at it and put it right.
    Triaged,
    /// It became a listing.
    Converted,
    /// Another one says the same: see `mergedInto`.
    Merged,
    /// Nothing will come of it.
    Rejected,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "intake")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: ListingKind,
    pub source: IntakeSource,
    pub state: IntakeState,
    /// Whose event or desk it was taken at, if anybody's.
    pub host_id: Option<Uuid>,
    /// The event at which it was taken, if at one.
    pub event_id: Option<Uuid>,
    pub taken_by: Uuid,
    pub taken_at: DateTimeUtc,
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub description: String,
    /// Code of the resource type.
    pub resource_type: Option<String>,
    /// Code of the area.
    pub area: Option<String>,
    pub contact_name: Option<String>,
    pub contact_organisation: Option<String>,
    pub contact_email: Option<String>,
    pub contact_phone: Option<String>,
    /// From when on the contact is seen by nobody. The worker deletes it then.
    pub contact_until: DateTimeUtc,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    pub merged_into: Option<Uuid>,
    pub listing_id: Option<Uuid>,
    pub claimed_by: Option<Uuid>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
