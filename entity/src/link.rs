//! A link that proves that its recipient receives mail at an address, and the state of the email that carries it.

use sea_orm::entity::prelude::*;

use crate::mail::MailState;

/// Purpose of a link. A token sealed for one purpose is not valid for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum LinkPurpose {
    /// Turns an intake into a listing.
    Claim,
    /// Verifies the email address of an account.
    Address,
    /// Confirms a guest's registration for an event.
    GuestRequest,
    /// Lets a guest view, accept and cancel a registration.
    Guest,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub purpose: LinkPurpose,
    /// Row that the link is about: an intake, a person or a registration.
    pub subject_id: Uuid,
    /// The activity that the email reports, if any.
    pub activity_id: Option<Uuid>,
    /// Fixed when the email is queued: if it is sent twice, the recipient's mail program can recognise the duplicate.
    pub message_id: String,
    pub state: MailState,
    pub attempts: i32,
    /// Earliest instant of the next attempt. A worker that takes the email moves it forward, so that no other worker
    /// takes it meanwhile.
    pub next_attempt_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
