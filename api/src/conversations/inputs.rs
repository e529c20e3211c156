//! What clients send of conversations.

use async_graphql::InputObject;
use entity::{listing, message_report::MessageReportReason, organisation};

use super::{
    report_service::ReportId,
    service::{ConversationId, MessageId},
};
use crate::{kit::Id, matches::persist::MatchId};

/// What to ask about a listing.
#[derive(InputObject, Debug)]
pub struct AskAboutListingInput {
    /// The listing, which is open and another organisation's.
    pub listing_id: Id<listing::Entity>,
    /// For which organisation the viewer asks.
    pub organisation_id: Id<organisation::Entity>,
    /// What to ask: 1 to 4,000 characters of plain text.
    pub text: String,
    /// A key of your own, unique for each thing that you create: a retry with the same key gets the same answer.
    pub idempotency_key: Option<String>,
}

/// What to say, and where: in a conversation or to a match, of which exactly one is named.
#[derive(InputObject, Debug)]
pub struct PostMessageInput {
    /// The conversation.
    pub conversation_id: Option<ConversationId>,
    /// The match, whose conversation begins with the first message.
    pub match_id: Option<MatchId>,
    /// For which of the two organisations: needed only by those who belong to both.
    pub organisation_id: Option<Id<organisation::Entity>>,
    /// What to say: 1 to 4,000 characters of plain text.
    pub text: String,
    /// A key of your own, unique for each thing that you create: a retry with the same key gets the same answer.
    pub idempotency_key: Option<String>,
}

/// How far the viewer has read.
#[derive(InputObject, Debug)]
pub struct MarkConversationReadInput {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The last message that was read.
    pub up_to: MessageId,
}

/// What is wrong with a message.
#[derive(InputObject, Debug)]
pub struct ReportMessageInput {
    /// The message.
    pub message_id: MessageId,
    /// What is wrong with it.
    pub reason: MessageReportReason,
    /// What else the moderators should know: at most 1,000 characters.
    pub note: Option<String>,
}

/// Which message to hide.
#[derive(InputObject, Debug)]
pub struct HideMessageInput {
    /// The message, which somebody reported.
    pub message_id: MessageId,
}

/// Which report to dismiss.
#[derive(InputObject, Debug)]
pub struct DismissReportInput {
    /// The report.
    pub report_id: ReportId,
}
