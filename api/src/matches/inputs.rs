//! What clients send of a match.

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use entity::{listing, match_step::MatchReason, organisation};
use rust_decimal::Decimal;

use super::{persist::MatchId, terms::Said};
use crate::{
    kit::{Error, Id, date::Date, validation::Checks},
    listings::inputs::QuantityInput,
};

/// What a side says of a match: how much, when, where, on which conditions.
#[derive(InputObject, Debug, Default)]
pub struct MatchTermsInput {
    /// How much. Left out in the first proposal: as much as both listings have left. Left out later: as before.
    pub quantity: Option<QuantityInput>,
    /// How many hours a day counts, 1 to 24, as text: needed only where one listing counts hours and the other days.
    /// 7.5 where nothing is said.
    pub hours_per_day: Option<Decimal>,
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub until: Option<Date>,
    /// Where: at most 300 characters.
    pub place: Option<String>,
    /// What else is agreed: at most 2,000 characters.
    pub conditions: Option<String>,
    /// A word to the other side: at most 2,000 characters.
    pub message: Option<String>,
    /// Until when the other side may answer: within 90 days; 14 days where nothing is said.
    pub answer_by: Option<DateTime<Utc>>,
    /// Whether one's own listing holds the quantity until the answer, so that nobody else gets it meanwhile.
    #[graphql(default)]
    pub hold: bool,
}

impl From<MatchTermsInput> for Said {
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
            hold,
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
            hold,
        }
    }
}

/// Which two listings to match, and on which terms.
#[derive(InputObject, Debug)]
pub struct ProposeMatchInput {
    /// The offer. It or the request is posted by an organisation of which the viewer is an editor.
    pub offer_id: Id<listing::Entity>,
    /// The request.
    pub request_id: Id<listing::Entity>,
    /// The terms.
    pub terms: MatchTermsInput,
    /// A key of your own, unique for each thing that you create: a retry with the same key gets the same answer.
    pub idempotency_key: Option<String>,
}

/// How to answer a listing without one of one's own.
#[derive(InputObject, Debug)]
pub struct RespondToListingInput {
    /// The listing.
    pub listing_id: Id<listing::Entity>,
    /// For which organisation. The viewer is an editor of it.
    pub organisation_id: Id<organisation::Entity>,
    /// The terms.
    pub terms: MatchTermsInput,
    /// A key of your own, unique for each thing that you create: a retry with the same key gets the same answer.
    pub idempotency_key: Option<String>,
}

/// Other terms for a match.
#[derive(InputObject, Debug)]
pub struct MatchTermsChangeInput {
    /// The match.
    pub match_id: MatchId,
    /// The version of the terms that is answered: `terms.version` as it was read.
    pub terms_version: i32,
    /// The new terms.
    pub terms: MatchTermsInput,
}

/// A yes to terms.
#[derive(InputObject, Debug)]
pub struct AcceptMatchInput {
    /// The match.
    pub match_id: MatchId,
    /// The version of the terms that is accepted: `terms.version` as it was read.
    pub terms_version: i32,
}

/// A no to terms.
#[derive(InputObject, Debug)]
pub struct DeclineMatchInput {
    /// The match.
    pub match_id: MatchId,
    /// The version of the terms that is declined: `terms.version` as it was read.
    pub terms_version: i32,
    /// Why.
    #[graphql(default_with = "MatchReason::NoReason")]
    pub reason: MatchReason,
    /// A word to the other side: at most 1,000 characters.
    pub note: Option<String>,
}

/// An act on a match that needs no more than a word.
#[derive(InputObject, Debug)]
pub struct MatchActInput {
    /// The match.
    pub match_id: MatchId,
    /// A word that both sides read: at most 1,000 characters.
    pub note: Option<String>,
}

/// A key of the caller's own, if one was sent.
pub fn key(key: Option<&str>) -> Result<Option<String>, Error> {
    let mut checks = Checks::new();
    let key = checks.optional("idempotencyKey", key, 100);
    checks.finish()?;
    Ok(key)
}
