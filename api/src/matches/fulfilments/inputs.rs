//! What clients send of deliveries, and of how matches end.

use async_graphql::InputObject;
use entity::match_step::{DisputeOutcome, MatchReason};

use super::service::FulfilmentId;
use crate::{kit::date::Date, listings::inputs::QuantityInput, matches::persist::MatchId};

/// What was delivered.
#[derive(InputObject, Debug)]
pub struct RecordDeliveryInput {
    /// The match.
    pub match_id: MatchId,
    /// How much. Left out: all that is still to come. More than was agreed is fine.
    pub quantity: Option<QuantityInput>,
    /// On which day: today where nothing is said.
    pub delivered_on: Option<Date>,
    /// Whether nothing more is to come. Left out: true where nothing is counted, false otherwise.
    pub last: Option<bool>,
    /// A few lines: at most 2,000 characters.
    pub note: Option<String>,
    /// Https addresses of photographs, delivery notes and the like: at most 10.
    #[graphql(default)]
    pub evidence: Vec<String>,
    /// A key of your own, unique for each thing that you create: a retry with the same key gets the same answer.
    pub idempotency_key: Option<String>,
}

/// An answer to what the other side recorded.
#[derive(InputObject, Debug)]
pub struct ConfirmDeliveryInput {
    /// The delivery.
    pub fulfilment_id: FulfilmentId,
    /// How much it was. Left out: as much as was recorded, which confirms it. Anything else disputes it, 0 included.
    pub quantity: Option<QuantityInput>,
    /// A few lines: at most 2,000 characters.
    pub note: Option<String>,
}

/// Which record to take back.
#[derive(InputObject, Debug)]
pub struct WithdrawDeliveryInput {
    /// The delivery.
    pub fulfilment_id: FulfilmentId,
}

/// Why a match is called off.
#[derive(InputObject, Debug)]
pub struct CancelMatchInput {
    /// The match.
    pub match_id: MatchId,
    /// Why.
    pub reason: MatchReason,
    /// A few lines that both sides read: at most 2,000 characters.
    pub note: Option<String>,
}

/// What the two sides do not agree upon.
#[derive(InputObject, Debug)]
pub struct DisputeMatchInput {
    /// The match.
    pub match_id: MatchId,
    /// What it is about: 3 to 2,000 characters.
    pub note: String,
}

/// What a broker decides.
#[derive(InputObject, Debug)]
pub struct ResolveDisputeInput {
    /// The match.
    pub match_id: MatchId,
    /// The decision.
    pub outcome: DisputeOutcome,
    /// With `ADJUSTED`, and only with it: how much was delivered in all.
    pub quantity: Option<QuantityInput>,
    /// The reasons, which both sides read: 3 to 2,000 characters.
    pub note: String,
}

/// Which loan came back.
#[derive(InputObject, Debug)]
pub struct MarkReturnedInput {
    /// The match.
    pub match_id: MatchId,
}
