//! GraphQL inputs for deliveries and for the end of a match.

use async_graphql::InputObject;
use entity::match_step::{DisputeOutcome, MatchReason};

use super::service::FulfilmentId;
use crate::{kit::date::Date, listings::inputs::QuantityInput, matches::persist::MatchId};

/// Delivery to record.
#[derive(InputObject, Debug)]
pub struct RecordDeliveryInput {
    /// The match.
    pub match_id: MatchId,
    /// Delivered quantity. Default: all that is outstanding. It may exceed the agreed quantity.
    pub quantity: Option<QuantityInput>,
    /// Day of the delivery, at most five years ago. Default today.
    pub delivered_on: Option<Date>,
    /// True if no more deliveries follow. Default true if the match has no counted quantity, otherwise false.
    pub last: Option<bool>,
    /// Note to the other side: at most 2,000 characters.
    pub note: Option<String>,
    /// HTTPS addresses of evidence, such as photographs and delivery notes: at most 10 of 2,000 characters.
    #[graphql(default)]
    pub evidence: Vec<String>,
    /// Idempotency key that you choose for this delivery, 1 to 100 characters. A retry with the same key and input
    /// returns the delivery of the first call.
    pub idempotency_key: Option<String>,
}

/// Answer to a delivery that the other side recorded.
#[derive(InputObject, Debug)]
pub struct ConfirmDeliveryInput {
    /// The delivery to answer.
    pub fulfilment_id: FulfilmentId,
    /// Delivered quantity. Default: the recorded quantity, which confirms the delivery. Any other quantity, 0 included,
    /// disputes it.
    pub quantity: Option<QuantityInput>,
    /// Note to the other side: at most 2,000 characters.
    pub note: Option<String>,
}

/// Record of a delivery to withdraw.
#[derive(InputObject, Debug)]
pub struct WithdrawDeliveryInput {
    /// The delivery, which your side recorded.
    pub fulfilment_id: FulfilmentId,
}

/// Agreed match to cancel, with a reason.
#[derive(InputObject, Debug)]
pub struct CancelMatchInput {
    /// The match to cancel.
    pub match_id: MatchId,
    /// Reason for the cancellation.
    pub reason: MatchReason,
    /// Note that both sides can read: at most 2,000 characters.
    pub note: Option<String>,
}

/// Dispute about what was delivered.
#[derive(InputObject, Debug)]
pub struct DisputeMatchInput {
    /// The match in dispute.
    pub match_id: MatchId,
    /// Subject of the dispute, for the broker and the other side: 3 to 2,000 characters.
    pub note: String,
}

/// Decision of a broker on a dispute.
#[derive(InputObject, Debug)]
pub struct ResolveDisputeInput {
    /// The disputed match.
    pub match_id: MatchId,
    /// Decision on what was delivered.
    pub outcome: DisputeOutcome,
    /// Total quantity delivered. Required for `ADJUSTED`, and not allowed otherwise.
    pub quantity: Option<QuantityInput>,
    /// Reasons for the decision, which both sides can read: 3 to 2,000 characters.
    pub note: String,
}

/// Loan that was returned.
#[derive(InputObject, Debug)]
pub struct MarkReturnedInput {
    /// The match by which the loan was made.
    pub match_id: MatchId,
}
