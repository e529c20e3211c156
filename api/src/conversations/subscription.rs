//! Hearing of messages as they are written.

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
    context::Ask,
    kit::Error,
};

/// Hearing of messages as they are written.
#[derive(Default)]
pub struct ConversationSubscription;

#[Subscription]
impl ConversationSubscription {
    /// A message as it is written: in one conversation, or in all that the viewer reads at that moment. Their own are
    /// among them, for they may have written on another device.
    async fn message_posted(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In this conversation only.")] conversation_id: Option<ConversationId>,
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
