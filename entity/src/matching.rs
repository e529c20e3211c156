//! A match: one offer and one request, agreed upon step by step until both sides confirm what was delivered.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;

/// Where a match stands.
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
    /// One side has made a proposal.
    #[default]
    Proposed,
    /// The terms were answered with other terms.
    Countered,
    /// Both agreed; the quantity is allocated on both sides.
    Accepted,
    /// A part was delivered, and more is to come.
    InDelivery,
    /// One side says that everything was delivered; the other has not answered yet.
    AwaitingConfirmation,
    /// Both say that the same was delivered.
    Fulfilled,
    /// The side whose turn it was said no.
    Declined,
    /// One side took its terms back before they were agreed.
    Withdrawn,
    /// Nobody answered in time, or a listing was closed meanwhile.
    Lapsed,
    /// It was called off after it had been agreed; what was not delivered is free again.
    Cancelled,
    /// The two sides say different things of what was delivered.
    Disputed,
    /// A broker decided what was delivered.
    Resolved,
}

/// One of the two sides of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum MatchSide {
    /// The organisation whose offer it is.
    Offerer,
    /// The organisation whose request it is.
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
    /// The organisation of the offer.
    pub offerer_id: Uuid,
    /// The organisation of the request.
    pub requester_id: Uuid,
    pub state: MatchState,
    /// Who made the first proposal.
    pub proposed_by: MatchSide,
    /// Who is to answer the latest terms or a claim; null where nobody is.
    pub turn: Option<MatchSide>,
    /// The latest terms, which an answer names.
    pub terms_version: i32,
    /// The terms in force; null before anything was agreed.
    pub agreed_version: Option<i32>,
    /// When the latest terms lapse.
    pub answer_by: DateTimeUtc,
    /// What it holds of the offer and of the request, in base units of each.
    pub offer_allocated: i64,
    pub request_allocated: i64,
    /// What both sides confirmed, in base units of the terms' unit.
    pub delivered: i64,
    /// The side whose listing was made only to answer the other.
    pub listing_made_by: Option<MatchSide>,
    pub approved_at: Option<DateTimeUtc>,
    pub approved_by: Option<Uuid>,
    /// When it was noticed that one of its listings has nothing left for it.
    pub crowded_out_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub agreed_at: Option<DateTimeUtc>,
    pub ended_at: Option<DateTimeUtc>,
    pub returned_at: Option<DateTimeUtc>,
    /// Counts changes: a write names the one that it read.
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
