//! GraphQL subscription to new messages.

use async_graphql::{Context, Result, Subscription};
use entity::message;
use futures_util::{Stream, StreamExt};

use super::{
    acts,
    service::{ConversationId, MessageId},
    types::Message,
};
use crate::{
    activities::live::{self, Event},
    context::ContextExt,
    kit::Error,
};

/// Subscription to new messages.
#[derive(Default)]
pub struct ConversationSubscription;

#[Subscription]
impl ConversationSubscription {
    /// Emits each new message of one conversation, or of all conversations that the viewer may read at that time.
    /// Includes the viewer's own messages, which may come from another device.
    async fn message_posted(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Conversation to follow; default all of the viewer's conversations.")]
        conversation_id: Option<ConversationId>,
    ) -> Result<impl Stream<Item = Result<Event<Message>, Error>> + use<>> {
        ctx.viewer().signed_in()?;
        if let Some(id) = conversation_id {
            ctx.load(id).await?.ok_or(Error::NotFound)?;
        }
        let posted = live::changes(ctx, |act| acts::POSTED.is(act)).await?;
        Ok(posted.filter_map(move |change| async move {
            let id = MessageId::new(change.activity.subject_id);
            let here =
                |row: &message::Model| conversation_id.is_none_or(|id| id.0 == row.conversation_id);
            change.shown_if(id, here, Message::from).await
        }))
    }
}
