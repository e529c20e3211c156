//! One step in the history of a match: the act, its side, its person and the version of the terms.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::Deserialize;

use crate::matching::MatchSide;

/// Kind of step in the history of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum MatchStepKind {
    /// A side proposed the first terms.
    Proposed,
    /// A side answered with other terms, or changed its own.
    Countered,
    /// A broker approved the match of an unverified organisation.
    Approved,
    /// A side accepted the terms.
    Accepted,
    /// A side declined the terms.
    Declined,
    /// A side withdrew before terms were agreed.
    Withdrawn,
    /// The terms were not answered in time, or a listing was closed.
    Lapsed,
    /// A side proposed other terms for an agreed match.
    AmendmentProposed,
    /// A side accepted the change to the agreed terms.
    Amended,
    /// A side declined the change to the agreed terms, or withdrew its own.
    AmendmentDeclined,
    /// The change to the agreed terms was not answered in time, or the match left the states that allow changes.
    AmendmentLapsed,
    /// A side recorded a delivery.
    DeliveryRecorded,
    /// A side withdrew its own record of a delivery.
    DeliveryWithdrawn,
    /// A side confirmed a delivery that the other side had recorded.
    DeliveryConfirmed,
    /// The agreed terms were delivered in full and confirmed.
    Fulfilled,
    /// A side disputed what was delivered.
    Disputed,
    /// A broker decided a dispute.
    Resolved,
    /// A side cancelled the agreed match.
    Cancelled,
    /// The lending side recorded that the loan was returned.
    Returned,
    /// A side thanked the other side.
    Thanked,
}

/// Reason for declining or cancelling a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum, Deserialize)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MatchReason {
    /// The listing does not suit.
    NotSuitable,
    /// The place is too far away.
    TooFar,
    /// The dates do not suit.
    WrongDates,
    /// The quantity is too large or too small.
    Quantity,
    /// Another organisation already covers the need.
    AlreadyCovered,
    /// The organisation lacks the staff or time.
    Capacity,
    /// One side does not meet a requirement.
    Eligibility,
    /// The offer is no longer available.
    NoLongerAvailable,
    /// The request is no longer needed.
    NoLongerNeeded,
    /// The other side cannot be reached.
    NoContact,
    /// Another reason, given in the note.
    Other,
    /// No reason given.
    NoReason,
}

/// Decision of a broker on a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum, Deserialize)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DisputeOutcome {
    /// The recorded quantities were delivered.
    ConfirmedAsClaimed,
    /// Another total quantity was delivered, which the broker enters.
    Adjusted,
    /// Only the quantity that both sides had already confirmed was delivered.
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
    /// Null for steps of brokers and of the worker.
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
