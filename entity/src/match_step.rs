//! One step in the history of a match: what was done, by whom, to which terms.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::Deserialize;

use crate::matching::MatchSide;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum MatchStepKind {
    /// The first terms were sent.
    Proposed,
    /// Other terms were sent.
    Countered,
    /// A broker let the match of an unverified organisation go on.
    Approved,
    /// The terms were agreed.
    Accepted,
    /// The terms were refused.
    Declined,
    /// The terms were taken back.
    Withdrawn,
    /// Nobody answered in time, or a listing was closed.
    Lapsed,
    /// Other terms were sent for what was agreed already.
    AmendmentProposed,
    /// The other terms were agreed.
    Amended,
    /// The other terms were refused or taken back.
    AmendmentDeclined,
    /// Nobody answered the other terms in time, or a delivery overtook them.
    AmendmentLapsed,
    /// One side recorded a delivery.
    DeliveryRecorded,
    /// The record of a delivery was taken back by the side that had made it.
    DeliveryWithdrawn,
    /// The other side confirmed a delivery.
    DeliveryConfirmed,
    /// Everything was delivered and confirmed.
    Fulfilled,
    /// The sides disagree on what was delivered.
    Disputed,
    /// A broker decided.
    Resolved,
    /// It was called off.
    Cancelled,
    /// What was lent came back.
    Returned,
    /// One side thanked the other.
    Thanked,
}

/// Why a match was declined or called off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum, Deserialize)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MatchReason {
    /// It does not suit.
    NotSuitable,
    /// It is too far away.
    TooFar,
    /// The dates do not suit.
    WrongDates,
    /// It is too much or too little.
    Quantity,
    /// Somebody else covers it already.
    AlreadyCovered,
    /// There is nobody to do it.
    Capacity,
    /// One side does not meet a requirement.
    Eligibility,
    /// It is no longer to be had.
    NoLongerAvailable,
    /// It is no longer needed.
    NoLongerNeeded,
    /// The other side cannot be reached.
    NoContact,
    /// Something else: see the note.
    Other,
    /// No reason is given.
    NoReason,
}

/// What a broker decided on a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum, Deserialize)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DisputeOutcome {
    /// What was recorded was delivered.
    ConfirmedAsClaimed,
    /// Another quantity was delivered.
    Adjusted,
    /// Nothing more was delivered than both had confirmed before.
    NotDelivered,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "match_step")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub match_id: Uuid,
    pub at: DateTimeUtc,
    pub kind: MatchStepKind,
    /// Null for brokers and for the marketplace itself.
    pub side: Option<MatchSide>,
    pub person_id: Option<Uuid>,
    pub terms_version: Option<i32>,
    pub reason: Option<MatchReason>,
    pub outcome: Option<DisputeOutcome>,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
