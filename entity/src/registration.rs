//! Somebody's place at an event, or in the queue for one.

use async_graphql::Enum;
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Where a registration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum RegistrationState {
    /// They have their places.
    Confirmed,
    /// They wait for places.
    Waitlisted,
    /// Places are held for them until they answer, or until their time runs out.
    PlaceOffered,
    /// They did not answer in time.
    Lapsed,
    /// They do not come, or may not.
    Cancelled,
    /// They came.
    Attended,
    /// They had a place and did not come.
    NoShow,
}

/// What somebody answered to a question of the organisers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub question: String,
    pub answer: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Answers(pub Vec<Answer>);

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "registration")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    /// The event or the session of which the places are.
    pub capacity_id: Uuid,
    /// Null for guests, who have no account.
    pub person_id: Option<Uuid>,
    /// What a guest calls themselves, and where mail reaches them. Deleted some weeks after the event.
    pub guest_name: Option<String>,
    pub guest_email: Option<String>,
    /// For which organisation they come, if for one.
    pub organisation_id: Option<Uuid>,
    pub state: RegistrationState,
    pub places: i32,
    /// From which reservation its places are, if from one.
    pub reservation_id: Option<Uuid>,
    #[sea_orm(column_type = "JsonBinary")]
    pub answers: Answers,
    /// What they need to take part. Deleted some weeks after the event.
    pub access_needs: Option<String>,
    /// By which they are checked in; no two of an event have the same.
    pub code: String,
    /// Their number in the queue; null for those who never waited.
    pub queue_number: Option<i64>,
    /// Until when a party that is too large for what is free keeps its turn.
    pub turn_until: Option<DateTimeUtc>,
    /// Until when the places are held for them.
    pub answer_by: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub checked_in_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
