//! A link by which somebody shows that mail reaches them, and the mail that brings it.

use sea_orm::entity::prelude::*;

use crate::mail::MailState;

/// What a link is for. What is sealed for one purpose is good for no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum LinkPurpose {
    /// To make a listing of what they told.
    Claim,
    /// To show that the address of their account is theirs.
    Address,
    /// To register as a guest.
    GuestRequest,
    /// To see, accept and cancel what a guest registered for.
    Guest,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub purpose: LinkPurpose,
    /// What it is about: an intake, a person, a registration.
    pub subject_id: Uuid,
    /// Of which act its mail tells, if of one.
    pub activity_id: Option<Uuid>,
    /// Fixed when the mail is decided on: if it is sent twice, whoever receives it can tell.
    pub message_id: String,
    pub state: MailState,
    pub attempts: i32,
    /// When the mail may be taken next. Whoever takes it moves this on, so that nobody else does meanwhile.
    pub next_attempt_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
