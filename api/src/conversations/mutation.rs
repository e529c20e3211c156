//! GraphQL mutations for conversations.

use async_graphql::{Context, Object, Result};

use super::{
    Conversation, Message, MessageReport,
    inputs::{
        AskAboutListingInput, DismissReportInput, HideMessageInput, MarkConversationReadInput,
        PostMessageInput, ReportMessageInput,
    },
    read_marks, report_service,
    service::{self, To},
};
use crate::{
    context::ContextExt,
    kit::{UserError, UserErrorCode},
    matches::key,
    payload,
};

payload! {
    /// Result of an act on a message.
    MessagePayload {
        /// The message after the act; null if the act was refused.
        message: Message
    }
}

payload! {
    /// Result of an act on a conversation.
    ConversationPayload {
        /// The conversation after the act; null if the act was refused.
        conversation: Conversation
    }
}

payload! {
    /// Result of an act on a report.
    MessageReportPayload {
        /// The report after the act; null if the act was refused.
        report: MessageReport
    }
}

/// Mutations for conversations.
#[derive(Default)]
pub struct ConversationMutation;

#[Object]
impl ConversationMutation {
    /// Asks the organisation of a listing a question before a match is proposed. All questions of an organisation about
    /// a listing form one conversation.
    async fn ask_about_listing(
        &self,
        ctx: &Context<'_>,
        input: AskAboutListingInput,
    ) -> Result<Option<MessagePayload>> {
        let AskAboutListingInput {
            listing_id,
            organisation_id,
            text,
            idempotency_key,
        } = input;
        let act = async {
            let key = ctx.optional_retry_key(key(idempotency_key.as_deref())?)?;
            let (app, viewer) = (ctx.app(), ctx.viewer());
            service::ask(app, viewer, listing_id, organisation_id, &text, key).await
        };
        MessagePayload::of(act.await)
    }

    /// Posts a message in a conversation or to the other side of a match.
    async fn post_message(
        &self,
        ctx: &Context<'_>,
        input: PostMessageInput,
    ) -> Result<Option<MessagePayload>> {
        let PostMessageInput {
            conversation_id,
            match_id,
            organisation_id,
            text,
            idempotency_key,
        } = input;
        let act = async {
            ctx.viewer().signed_in()?;
            let to = match (conversation_id, match_id) {
                (Some(id), None) => To::Conversation(id),
                (None, Some(id)) => To::Match(id),
                _ => return Err(neither_or_both().into()),
            };
            let key = ctx.optional_retry_key(key(idempotency_key.as_deref())?)?;
            let side = organisation_id.map(|id| id.0);
            service::post(ctx.app(), ctx.viewer(), to, side, &text, key).await
        };
        MessagePayload::of(act.await)
    }

    /// Marks a conversation as read up to a message. The mark never moves back.
    async fn mark_conversation_read(
        &self,
        ctx: &Context<'_>,
        input: MarkConversationReadInput,
    ) -> Result<Option<ConversationPayload>> {
        let MarkConversationReadInput {
            conversation_id,
            up_to,
        } = input;
        let (app, viewer) = (ctx.app(), ctx.viewer());
        ConversationPayload::of(read_marks::read(app, viewer, conversation_id, up_to).await)
    }

    /// Reports a message to the moderators, once per person. They can read it with up to five messages before and after
    /// it.
    async fn report_message(
        &self,
        ctx: &Context<'_>,
        input: ReportMessageInput,
    ) -> Result<Option<MessagePayload>> {
        let ReportMessageInput {
            message_id,
            reason,
            note,
        } = input;
        let (app, viewer) = (ctx.app(), ctx.viewer());
        MessagePayload::of(
            report_service::report(app, viewer, message_id, reason, note.as_deref()).await,
        )
    }

    /// Hides a reported message. For moderators.
    async fn hide_message(
        &self,
        ctx: &Context<'_>,
        input: HideMessageInput,
    ) -> Result<Option<MessagePayload>> {
        let HideMessageInput { message_id } = input;
        MessagePayload::of(report_service::hide(ctx.app(), ctx.viewer(), message_id).await)
    }

    /// Dismisses a report, so that the message stays. For moderators.
    async fn dismiss_report(
        &self,
        ctx: &Context<'_>,
        input: DismissReportInput,
    ) -> Result<Option<MessageReportPayload>> {
        let DismissReportInput { report_id } = input;
        MessageReportPayload::of(report_service::dismiss(ctx.app(), ctx.viewer(), report_id).await)
    }
}

fn neither_or_both() -> UserError {
    let message = "Send either conversationId or matchId, not both.";
    UserError::at("conversationId", UserErrorCode::Invalid, message)
}
