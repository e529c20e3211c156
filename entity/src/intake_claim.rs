//! A link by which somebody makes a listing of what they told, and the mail that brings it to them.

use sea_orm::entity::prelude::*;

use crate::mail::MailState;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "intake_claim")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub intake_id: Uuid,
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
