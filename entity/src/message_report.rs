//! What somebody tells the moderators of a message.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;

/// What is wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum MessageReportReason {
    /// It advertises, or was sent to many.
    Spam,
    /// It insults, threatens or discriminates.
    Abuse,
    /// It holds what is private to somebody.
    PersonalData,
    /// It tries to deceive.
    Fraud,
    /// Somebody may be at risk of harm.
    Safeguarding,
    /// Something else: see the note.
    Other,
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum MessageReportState {
    /// No moderator has decided yet.
    Open,
    /// The message was hidden.
    Upheld,
    /// The message stays.
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
