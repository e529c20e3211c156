//! GraphQL inputs for matches.

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use entity::{listing, match_step::MatchReason, organisation};
use rust_decimal::Decimal;

use super::{persist::MatchId, terms::NewTerms};
use crate::{
    inputs,
    kit::{Error, Id, date::Date, validation::Validator},
    listings::inputs::QuantityInput,
};

/// Terms of a match: quantity, dates, place and conditions.
#[derive(InputObject, Debug, Default)]
pub struct MatchTermsInput {
    /// Quantity. Default in the first proposal: as much as both listings have left. Default later: the previous
    /// quantity.
    pub quantity: Option<QuantityInput>,
    /// Hours that a day counts, 1 to 24, as text. Needed only if one listing counts hours and the other days. Default:
    /// the previous terms' value, or 7.5.
    pub hours_per_day: Option<Decimal>,
    /// First day of the period.
    pub from: Option<Date>,
    /// Last day of the period, not before the first.
    pub until: Option<Date>,
    /// Place of the delivery or meeting: at most 300 characters.
    pub place: Option<String>,
    /// Further conditions: at most 2,000 characters.
    pub conditions: Option<String>,
    /// Message to the other side: at most 2,000 characters.
    pub message: Option<String>,
    /// Deadline for an answer: later than now, within 90 days. Default 14 days from now.
    pub answer_by: Option<DateTime<Utc>>,
    /// True to reserve the quantity on the viewer's own listing until the answer, so that no other match gets it.
    #[graphql(default)]
    pub reserve_quantity: bool,
}

impl From<MatchTermsInput> for NewTerms {
    fn from(input: MatchTermsInput) -> Self {
        let MatchTermsInput {
            quantity,
            hours_per_day,
            from,
            until,
            place,
            conditions,
            message,
            answer_by,
            reserve_quantity,
        } = input;
        Self {
            quantity: quantity.map(Into::into),
            hours_per_day,
            from: from.map(Into::into),
            until: until.map(Into::into),
            place,
            conditions,
            message,
            answer_by,
            reserve_quantity,
        }
    }
}

/// The two listings to match, and the terms.
#[derive(InputObject, Debug)]
pub struct ProposeMatchInput {
    /// The offer. The viewer is an editor of the organisation of the offer or of the request.
    pub offer_id: Id<listing::Entity>,
    /// The request.
    pub request_id: Id<listing::Entity>,
    /// The first terms.
    pub terms: MatchTermsInput,
    /// Idempotency key that you choose for this proposal, 1 to 100 characters. A retry with the same key and input
    /// returns the match of the first call.
    pub idempotency_key: Option<String>,
}

/// Response to a listing, without a listing of the viewer's own.
#[derive(InputObject, Debug)]
pub struct RespondToListingInput {
    /// The listing to respond to.
    pub listing_id: Id<listing::Entity>,
    /// The organisation that responds. The viewer is an editor of it.
    pub organisation_id: Id<organisation::Entity>,
    /// The first terms.
    pub terms: MatchTermsInput,
    /// Idempotency key that you choose for this response, 1 to 100 characters. A retry with the same key and input
    /// returns the match of the first call.
    pub idempotency_key: Option<String>,
}

inputs! {
    {
        /// The match whose terms to change.
        match_id: MatchId,
        /// Version of the terms that you answer or want to change: `terms.version` as you read it.
        terms_version: i32,
        /// The new terms.
        terms: MatchTermsInput,
    }
    /// Other terms for a proposed match.
    CounterMatchInput;
    /// Other terms for an agreed match.
    ProposeAmendmentInput;
}

inputs! {
    {
        /// The match whose terms to accept.
        match_id: MatchId,
        /// Version of the terms that you accept: `terms.version` as you read it.
        terms_version: i32,
    }
    /// Terms to accept.
    AcceptMatchInput;
    /// Change to the agreed terms to accept.
    AcceptAmendmentInput;
}

/// Terms to decline, with a reason.
#[derive(InputObject, Debug)]
pub struct DeclineMatchInput {
    /// The match whose terms to decline.
    pub match_id: MatchId,
    /// Version of the terms that you decline: `terms.version` as you read it.
    pub terms_version: i32,
    /// Reason for declining. Default `NO_REASON`.
    #[graphql(default_with = "MatchReason::NoReason")]
    pub reason: MatchReason,
    /// Note to the other side: at most 1,000 characters.
    pub note: Option<String>,
}

inputs! {
    {
        /// The match.
        match_id: MatchId,
        /// Note that both sides can read: at most 1,000 characters.
        note: Option<String>,
    }
    /// Match to withdraw from.
    WithdrawMatchInput;
}

/// Input of `approveMatch`.
#[derive(InputObject)]
pub struct ApproveMatchInput {
    /// Match to approve.
    pub match_id: MatchId,
    /// Version of the terms that you approve: `terms.version` as you read it. Later terms need another approval.
    pub terms_version: i32,
    /// Note that both sides can read: at most 1,000 characters.
    pub note: Option<String>,
}

/// Checks the idempotency key of an input, if one was sent: at most 100 characters.
pub fn key(key: Option<&str>) -> Result<Option<String>, Error> {
    let mut checks = Validator::new();
    let key = checks.optional("idempotencyKey", key, 100);
    checks.finish()?;
    Ok(key)
}
