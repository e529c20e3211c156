//! A person's report of a message to the moderators.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;

/// Reason for reporting a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum MessageReportReason {
    /// Advertising, or a message sent to many people.
    Spam,
    /// Insults, threats or discrimination.
    Abuse,
    /// Private information about a person.
    PersonalData,
    /// An attempt to deceive.
    Fraud,
    /// A person may be at risk of harm.
    Safeguarding,
    /// Another reason, given in the note.
    Other,
}

/// State of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum MessageReportState {
    /// No moderator has decided yet.
    Open,
    /// A moderator hid the message.
    Upheld,
    /// A moderator decided that the message stays.
    Dismissed,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "message_report")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub message_id: Uuid,
    pub person_id: Uuid,
    pub reason: MessageReportReason,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    pub state: MessageReportState,
    pub created_at: DateTimeUtc,
    pub decided_at: Option<DateTimeUtc>,
    pub decided_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
