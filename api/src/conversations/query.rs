//! Reading conversations, and what was reported of them.

use async_graphql::{Context, Object, Result, connection::Connection};
use entity::message_report::MessageReportState;

use super::{Conversation, MessageReport, search, service::ConversationId};
use crate::{
    context::Ask,
    kit::page::{PageArgs, Total},
};

/// Reading conversations.
#[derive(Default)]
pub struct ConversationQuery;

#[Object]
impl ConversationQuery {
    /// A conversation by its id; null where there is none that the viewer may see.
    async fn conversation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ConversationId,
    ) -> Result<Option<Conversation>> {
        Ok(ctx.load(id).await?.map(Conversation::from))
    }

    /// The messages that somebody reported, the oldest report first. Only moderators see any.
    async fn message_reports(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "In one of these states.",
            default_with = "vec![MessageReportState::Open]"
        )]
        states: Vec<MessageReportState>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, MessageReport, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        let conn = &ctx.app().database.read;
        let (slice, total) = search::reports(conn, ctx.viewer(), states, &args).await?;
        Ok(slice.connection(Total(total), MessageReport::from))
    }
}
