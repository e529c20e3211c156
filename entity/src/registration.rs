//! Registration: a place at an event or on its waiting list.

use async_graphql::Enum;
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// State of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum RegistrationState {
    /// The person has the places.
    Confirmed,
    /// The registration is on the waiting list.
    Waitlisted,
    /// Places are reserved for the person until they answer or the time to answer ends.
    PlaceOffered,
    /// The person did not answer a place offer in time.
    Lapsed,
    /// Cancelled by the person or by an organiser.
    Cancelled,
    /// An organiser checked the person in.
    Attended,
    /// The person had a place and did not come.
    NoShow,
}

/// Answer to a question of the organisers.
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
    /// Id of the event or of the session to which the places belong.
    pub capacity_id: Uuid,
    /// Null for guests, who have no account.
    pub person_id: Option<Uuid>,
    /// Name of a guest; `guest_email` is their email address. Both are deleted 28 days after the event (365 days if it
    /// is postponed).
    pub guest_name: Option<String>,
    pub guest_email: Option<String>,
    /// Organisation for which the person comes, if any.
    pub organisation_id: Option<Uuid>,
    pub state: RegistrationState,
    pub places: i32,
    /// Reservation from which the places come, if any.
    pub reservation_id: Option<Uuid>,
    #[sea_orm(column_type = "JsonBinary")]
    pub answers: Answers,
    /// Access needs. Deleted 28 days after the event (365 days if it is postponed).
    pub access_needs: Option<String>,
    /// Check-in code, unique within the event.
    pub code: String,
    /// Number on the waiting list; null if the person never waited.
    pub queue_number: Option<i64>,
    /// End of the time for which a party that is larger than the free places keeps its turn on the waiting list.
    pub turn_until: Option<DateTimeUtc>,
    /// Deadline for answering a place offer.
    pub answer_by: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub checked_in_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
