//! An offer or a request as taken at an event, by telephone or on paper, before it becomes a listing.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;

use crate::listing::ListingKind;

/// Channel by which an intake reached the marketplace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum IntakeSource {
    /// Taken at an event.
    Event,
    /// Taken by telephone.
    Phone,
    /// Received by email.
    Email,
    /// Taken from a form, on paper or online.
    Form,
    /// Imported from a list kept elsewhere.
    Import,
    /// Passed on by a partner organisation.
    Partner,
}

/// Stage of processing an intake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum IntakeState {
    /// Not yet reviewed by a broker.
    New,
    /// Reviewed and corrected by a broker.
    Triaged,
    /// Turned into a listing.
    Converted,
    /// Duplicate of another intake: see `mergedInto`.
    Merged,
    /// Closed by a broker without a listing.
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
    /// Organisation whose event or office took the intake, if any.
    pub host_id: Option<Uuid>,
    /// The event at which the intake was taken, if any.
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
    /// Instant from which the contact details are hidden. The worker deletes them then.
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
