//! GraphQL queries for conversations and reports.

use async_graphql::{Context, Object, Result, connection::Connection};
use entity::message_report::MessageReportState;

use super::{Conversation, MessageReport, search, service::ConversationId};
use crate::{
    context::ContextExt,
    kit::page::{PageArgs, Total},
};

/// Queries for conversations and reports.
#[derive(Default)]
pub struct ConversationQuery;

#[Object]
impl ConversationQuery {
    /// Returns the conversation with this id; null if the viewer may not see such a conversation.
    async fn conversation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ConversationId,
    ) -> Result<Option<Conversation>> {
        Ok(ctx.load(id).await?.map(Conversation::from))
    }

    /// Returns the reports of messages, oldest first. Empty for viewers who are not moderators.
    async fn message_reports(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "States of the reports. Default `[OPEN]`, maximum 3.",
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
