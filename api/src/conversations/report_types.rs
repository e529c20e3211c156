//! GraphQL type of a report of a message.

use crate::kit::graphql::cost::list_size;
use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use entity::{
    message_report::{self, MessageReportReason, MessageReportState},
    person,
};

use super::{Message, report_service::ReportId, search, service::MessageId};
use crate::{accounts::Person, context::ContextExt, kit::Id};

/// A person's report of a message to the moderators.
pub struct MessageReport(message_report::Model);

impl From<message_report::Model> for MessageReport {
    fn from(row: message_report::Model) -> Self {
        Self(row)
    }
}

/// A person's report of a message to the moderators. Visible only to moderators.
#[Object]
impl MessageReport {
    /// Global id.
    pub async fn id(&self) -> ReportId {
        Id::new(self.0.id)
    }

    /// The reported message.
    async fn message(&self, ctx: &Context<'_>) -> Result<Option<Message>> {
        let id = MessageId::new(self.0.message_id);
        Ok(ctx.load(id).await?.map(Message))
    }

    /// The reported message with up to five messages before and after it, oldest first.
    #[graphql(directive = list_size::apply(2 * super::rules::AROUND.unsigned_abs() + 1, None))]
    async fn around(&self, ctx: &Context<'_>) -> Result<Vec<Message>> {
        let id = MessageId::new(self.0.message_id);
        let Some(row) = ctx.load(id).await? else {
            return Ok(Vec::new());
        };
        let all = search::around(&ctx.app().database.read, &row).await?;
        Ok(all.into_iter().map(Message).collect())
    }

    /// Reason for the report.
    async fn reason(&self) -> MessageReportReason {
        self.0.reason
    }

    /// Further information from the person who reported, as plain text with line breaks; null if none.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// Person who reported the message; null if the viewer may not see the person.
    async fn reported_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let id = Id::<person::Entity>::new(self.0.person_id);
        let found = ctx.load(id).await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// State of the report: open, upheld or dismissed.
    async fn state(&self) -> MessageReportState {
        self.0.state
    }

    /// Time of the report.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Time at which a moderator decided; null while open.
    async fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.0.decided_at
    }
}
