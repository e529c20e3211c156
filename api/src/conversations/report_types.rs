//! What the schema says of reports.

use crate::kit::graphql::cost::list_size;
use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use entity::{
    message_report::{self, MessageReportReason, MessageReportState},
    person,
};

use super::{Message, report_service::ReportId, search, service::MessageId};
use crate::{accounts::Person, context::Ask, kit::Id};

/// What somebody tells the moderators of a message.
pub struct MessageReport(message_report::Model);

impl From<message_report::Model> for MessageReport {
    fn from(row: message_report::Model) -> Self {
        Self(row)
    }
}

/// What somebody tells the moderators of a message. Only moderators see it.
#[Object]
impl MessageReport {
    /// Global id.
    pub async fn id(&self) -> ReportId {
        Id::new(self.0.id)
    }

    /// The message.
    async fn message(&self, ctx: &Context<'_>) -> Result<Option<Message>> {
        let id = MessageId::new(self.0.message_id);
        Ok(ctx.load(id).await?.map(Message))
    }

    /// The messages around it, itself included: up to five before and five after, the newest last.
    #[graphql(directive = list_size::apply(2 * super::rules::AROUND.unsigned_abs() + 1, None))]
    async fn around(&self, ctx: &Context<'_>) -> Result<Vec<Message>> {
        let id = MessageId::new(self.0.message_id);
        let Some(row) = ctx.load(id).await? else {
            return Ok(Vec::new());
        };
        let all = search::around(&ctx.app().database.read, &row).await?;
        Ok(all.into_iter().map(Message).collect())
    }

    /// What is wrong with it.
    async fn reason(&self) -> MessageReportReason {
        self.0.reason
    }

    /// What else was said of it: plain text with line breaks.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// Who reported it.
    async fn reported_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let id = Id::<person::Entity>::new(self.0.person_id);
        let found = ctx.load(id).await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// What became of it.
    async fn state(&self) -> MessageReportState {
        self.0.state
    }

    /// When it was reported.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When a moderator decided.
    async fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.0.decided_at
    }
}
