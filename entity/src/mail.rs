//! One email to one person, from queueing until it is sent or abandoned. No row stores its text: the worker writes it
//! from the notifications that it carries, at the time of sending.

use sea_orm::entity::prelude::*;

/// Delivery state of an email.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum MailState {
    /// Waiting for its time, or for another attempt.
    Waiting,
    /// Accepted by the mail server.
    Sent,
    /// Dropped, because everything it would have reported was read or is no longer wanted.
    Needless,
    /// Abandoned after too many failed attempts.
    GivenUp,
    /// Rejected by the mail server for ever, so not tried again.
    Rejected,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub person_id: Uuid,
    /// Fixed when the email is queued: if it is sent twice, the recipient's mail program can recognise the duplicate.
    pub message_id: String,
    pub state: MailState,
    /// Instant at which the email is first due.
    pub due_at: DateTimeUtc,
    /// Number of times a worker took the email to send it.
    pub attempts: i32,
    /// Earliest instant of the next attempt. A worker that takes the email moves it forward, so that no other worker
    /// takes it meanwhile.
    pub next_attempt_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
    /// Instant at which the email left the waiting state.
    pub settled_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
