//! GraphQL inputs for conversations.

use async_graphql::InputObject;
use entity::{listing, message_report::MessageReportReason, organisation};

use super::{
    report_service::ReportId,
    service::{ConversationId, MessageId},
};
use crate::{kit::Id, matches::persist::MatchId};

/// Question about a listing.
#[derive(InputObject, Debug)]
pub struct AskAboutListingInput {
    /// The listing, which is published and belongs to another organisation.
    pub listing_id: Id<listing::Entity>,
    /// The organisation for which you ask.
    pub organisation_id: Id<organisation::Entity>,
    /// Text of the question: 1 to 4,000 characters of plain text.
    pub text: String,
    /// Idempotency key that you choose for this question, 1 to 100 characters. A retry with the same key and input
    /// returns the message of the first call.
    pub idempotency_key: Option<String>,
}

/// Message to post. Exactly one of `conversationId` and `matchId` is required.
#[derive(InputObject, Debug)]
pub struct PostMessageInput {
    /// The conversation to post in.
    pub conversation_id: Option<ConversationId>,
    /// The match to post about. The first message starts its conversation.
    pub match_id: Option<MatchId>,
    /// The organisation for which you write. Required only if you belong to both organisations.
    pub organisation_id: Option<Id<organisation::Entity>>,
    /// Text of the message: 1 to 4,000 characters of plain text.
    pub text: String,
    /// Idempotency key that you choose for this message, 1 to 100 characters. A retry with the same key and input
    /// returns the message of the first call.
    pub idempotency_key: Option<String>,
}

/// Read mark to set.
#[derive(InputObject, Debug)]
pub struct MarkConversationReadInput {
    /// The conversation that you read.
    pub conversation_id: ConversationId,
    /// The last message that you have read.
    pub up_to: MessageId,
}

/// Report of a message to the moderators.
#[derive(InputObject, Debug)]
pub struct ReportMessageInput {
    /// The message to report.
    pub message_id: MessageId,
    /// Reason for the report.
    pub reason: MessageReportReason,
    /// Further information for the moderators: at most 1,000 characters.
    pub note: Option<String>,
}

/// Reported message to hide.
#[derive(InputObject, Debug)]
pub struct HideMessageInput {
    /// The message, which must have been reported.
    pub message_id: MessageId,
}

/// Report to dismiss.
#[derive(InputObject, Debug)]
pub struct DismissReportInput {
    /// The report to dismiss.
    pub report_id: ReportId,
}
