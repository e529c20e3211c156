//! A match: one offer and one request, with terms that the two sides negotiate and deliveries that both confirm.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;

/// State of a match.
#[derive(
    Default,
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    PartialOrd,
    Ord,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum MatchState {
    /// One side has proposed terms, which the other has to answer.
    #[default]
    Proposed,
    /// One side has answered with other terms, which the other has to answer.
    Countered,
    /// Both sides have agreed. The quantity is allocated on both listings.
    Accepted,
    /// Deliveries have been recorded, and more is to come.
    InDelivery,
    /// One side has recorded the rest of the delivery, which the other has to confirm.
    AwaitingConfirmation,
    /// Both sides have confirmed delivery of the agreed terms.
    Fulfilled,
    /// The side whose turn it was declined the terms.
    Declined,
    /// One side withdrew before terms were agreed.
    Withdrawn,
    /// The terms were not answered in time, or a listing was closed.
    Lapsed,
    /// One side cancelled after agreement. The undelivered quantity is available again.
    Cancelled,
    /// The two sides disagree on what was delivered. A broker has to decide.
    Disputed,
    /// A broker has decided what was delivered.
    Resolved,
}

/// Side of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum MatchSide {
    /// The organisation that posted the offer.
    Offerer,
    /// The organisation that posted the request.
    Requester,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "matching")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub reference: String,
    pub offer_id: Uuid,
    pub request_id: Uuid,
    /// Organisation that posted the offer.
    pub offerer_id: Uuid,
    /// Organisation that posted the request.
    pub requester_id: Uuid,
    pub state: MatchState,
    /// Side that made the first proposal.
    pub proposed_by: MatchSide,
    /// Side that has to answer the latest terms or a recorded delivery; null if none has to.
    pub turn: Option<MatchSide>,
    /// Version of the latest terms, which an answer names.
    pub terms_version: i32,
    /// Version of the terms in force; null before agreement.
    pub agreed_version: Option<i32>,
    /// Time at which the latest terms lapse if they are not answered.
    pub answer_by: DateTimeUtc,
    /// Quantity allocated of the offer and of the request, in base units of each.
    pub offer_allocated: i64,
    pub request_allocated: i64,
    /// Quantity that both sides confirmed, in base units of the terms' unit.
    pub delivered: i64,
    /// Side whose listing was created only to answer the other side's listing.
    pub listing_made_by: Option<MatchSide>,
    /// Version of the terms that a broker approved last; null if none was.
    pub approved_version: Option<i32>,
    pub approved_at: Option<DateTimeUtc>,
    pub approved_by: Option<Uuid>,
    /// Time at which the worker found that one of the listings has nothing left; null while enough is left.
    pub nothing_left_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub agreed_at: Option<DateTimeUtc>,
    pub ended_at: Option<DateTimeUtc>,
    pub returned_at: Option<DateTimeUtc>,
    /// Number of changes. A write names the version that it read.
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
