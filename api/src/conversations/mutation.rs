//! Acts on conversations.

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
    context::Ask,
    kit::{UserError, UserErrorCode},
    matches::key,
    payload,
};

payload! {
    /// What an act on a message gives back.
    MessagePayload {
        /// The message after the act; null where it was refused.
        message: Message
    }
}

payload! {
    /// What an act on a conversation gives back.
    ConversationPayload {
        /// The conversation after the act; null where it was refused.
        conversation: Conversation
    }
}

payload! {
    /// What an act on a report gives back.
    MessageReportPayload {
        /// The report after the act; null where it was refused.
        report: MessageReport
    }
}

/// Acts on conversations.
#[derive(Default)]
pub struct ConversationMutation;

#[Object]
impl ConversationMutation {
    /// Ask the organisation of a listing something, before anything is proposed. All questions of an organisation
    /// about a listing are one conversation.
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
            let key = key(idempotency_key.as_deref())?;
            let (app, viewer) = (ctx.app(), ctx.viewer());
            service::ask(app, viewer, listing_id, organisation_id, &text, key).await
        };
        MessagePayload::of(act.await)
    }

    /// Say something in a conversation, or to the other side of a match.
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
            let key = key(idempotency_key.as_deref())?;
            let side = organisation_id.map(|id| id.0);
            service::post(ctx.app(), ctx.viewer(), to, side, &text, key).await
        };
        MessagePayload::of(act.await)
    }

    /// Say how far you have read. It never goes back.
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

    /// Tell the moderators of a message that is not as it should be, once. They read it with the few around it.
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

    /// Take a reported message out of sight. For moderators.
    async fn hide_message(
        &self,
        ctx: &Context<'_>,
        input: HideMessageInput,
    ) -> Result<Option<MessagePayload>> {
        let HideMessageInput { message_id } = input;
        MessagePayload::of(report_service::hide(ctx.app(), ctx.viewer(), message_id).await)
    }

    /// Decide that a reported message stays. For moderators.
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
    let message = "Name the conversation or the match, and not both.";
    UserError::at("conversationId", UserErrorCode::Invalid, message)
}
