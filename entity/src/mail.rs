//! One mail to one person, from when it is decided on until it is sent or given up. What it says is in no row:
//! it is written from the notifications that it carries when it is sent.

use sea_orm::entity::prelude::*;

/// What has become of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum MailState {
    /// To be sent at its time, or tried again.
    Waiting,
    /// The mail server has taken it.
    Sent,
    /// All that it would have said was read or is not wanted any more.
    Needless,
    /// The mail server refused it too often.
    GivenUp,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub person_id: Uuid,
    /// Fixed when the mail is decided on: if it is sent twice, whoever receives it can tell.
    pub message_id: String,
    pub state: MailState,
    /// When it is first to be sent.
    pub due_at: DateTimeUtc,
    /// How often it was taken to be sent.
    pub attempts: i32,
    /// When it may be taken next. Whoever takes it moves this on, so that nobody else does meanwhile.
    pub next_attempt_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
    /// When it was no longer waiting.
    pub settled_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
