//! GraphQL types of conversations and messages.

use crate::kit::graphql::cost::list_size;
use async_graphql::{Context, Object, Result, connection::Connection};
use chrono::{DateTime, Utc};
use entity::{
    conversation, conversation_mark, listing, matching, message, message_report, organisation,
    person::{self, PlatformRole},
};
use uuid::Uuid;

use super::{
    rules, search,
    service::{ConversationId, MessageId},
};
use crate::{
    accounts::Person,
    context::ContextExt,
    kit::{
        self, Child, Id,
        page::{PageArgs, Total},
    },
    listings::Listing,
    matches::Match,
    organisations::Organisation,
};

/// A conversation of two organisations about a listing.
pub struct Conversation(conversation::Model);

impl From<conversation::Model> for Conversation {
    fn from(row: conversation::Model) -> Self {
        Self(row)
    }
}

impl Child for conversation_mark::Entity {
    const PARENT: conversation_mark::Column = conversation_mark::Column::ConversationId;

    fn parent(row: &conversation_mark::Model) -> Uuid {
        row.conversation_id
    }
}

impl Child for message_report::Entity {
    const PARENT: message_report::Column = message_report::Column::MessageId;

    fn parent(row: &message_report::Model) -> Uuid {
        row.message_id
    }
}

impl Conversation {
    /// Returns a page of the viewer's conversations.
    pub async fn of_viewer(
        ctx: &Context<'_>,
        viewer: &kit::Viewer,
        unread_only: bool,
        args: PageArgs,
    ) -> Result<Connection<String, Self, Total>> {
        let conn = &ctx.app().database.read;
        let (slice, total) = search::list(conn, viewer, unread_only, &args).await?;
        Ok(slice.connection(Total(total), Self))
    }

    /// Returns the conversation of a match, if there is one that the viewer may read.
    pub async fn of_match(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        let page = search::of_match(ctx.viewer(), id)?;
        let found = ctx.page::<conversation::Model>(page).await?;
        Ok(found.rows().next().cloned().map(Self))
    }
}

/// A conversation of two organisations about a listing: questions, and messages on the matches that follow. Visible
/// only to the members of both organisations, and not to staff.
#[Object]
impl Conversation {
    /// Global id.
    pub async fn id(&self) -> ConversationId {
        Id::new(self.0.id)
    }

    /// The listing that the conversation is about; null if the viewer may no longer see it.
    async fn listing(&self, ctx: &Context<'_>) -> Result<Option<Listing>> {
        let id = Id::<listing::Entity>::new(self.0.listing_id);
        Ok(ctx.load(id).await?.map(Listing::from))
    }

    /// The latest match of the two organisations about this listing; null if none was proposed.
    async fn r#match(&self, ctx: &Context<'_>) -> Result<Option<Match>> {
        let page = search::match_of(ctx.viewer(), self.0.id)?;
        let found = ctx.page::<matching::Model>(page).await?;
        Ok(found.rows().next().cloned().map(Match::from))
    }

    /// The two organisations: first the one that asked, then the one that posted the listing.
    #[graphql(directive = list_size::apply(2, None))]
    async fn organisations(&self, ctx: &Context<'_>) -> Result<Vec<Organisation>> {
        let ids = [self.0.asker_id, self.0.asked_id];
        let both = ids.map(|id| ctx.load(Id::<organisation::Entity>::new(id)));
        let both = futures_util::future::try_join_all(both).await?;
        Ok(both.into_iter().flatten().map(Organisation::from).collect())
    }

    /// Messages, oldest first. Use `messages(last: 20)` for the latest ones.
    async fn messages(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Message, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        let page = search::messages(self.0.id, args);
        let total = page.total();
        Ok(ctx.page(page).await?.connection(total, Message))
    }

    /// Number of messages that the viewer has not read. The viewer's own messages do not count.
    async fn unread_count(&self, ctx: &Context<'_>) -> Result<i64> {
        let marks = ctx.parts::<conversation_mark::Entity>(self.0.id).await?;
        let me = ctx.viewer().person_id();
        let own = marks.iter().find(|mark| Some(mark.person_id) == me);
        Ok(rules::unread(&self.0, own))
    }

    /// Time of the last message.
    async fn last_message_at(&self) -> DateTime<Utc> {
        self.0.last_message_at
    }
}

/// A message in a conversation.
pub struct Message(pub(super) message::Model);

impl From<message::Model> for Message {
    fn from(row: message::Model) -> Self {
        Self(row)
    }
}

/// A message in a conversation. Visible to the members of both organisations, and to moderators if it was reported.
#[Object]
impl Message {
    /// Global id.
    pub async fn id(&self) -> MessageId {
        Id::new(self.0.id)
    }

    /// The conversation; null for moderators, who may see only the reported message.
    async fn conversation(&self, ctx: &Context<'_>) -> Result<Option<Conversation>> {
        let id = ConversationId::new(self.0.conversation_id);
        Ok(ctx.load(id).await?.map(Conversation))
    }

    /// Time at which the message was written.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// Person who wrote the message; null if the viewer may not see the person.
    async fn author(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let id = Id::<person::Entity>::new(self.0.person_id);
        let found = ctx.load(id).await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// The organisation for which the message was written.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let id = Id::<organisation::Entity>::new(self.0.organisation_id);
        Ok(ctx.load(id).await?.map(Organisation::from))
    }

    /// Text as plain text with line breaks; never render it as markup. Null if a moderator hid the message, except for
    /// moderators.
    async fn text(&self, ctx: &Context<'_>) -> Option<&str> {
        let shown = self.0.hidden_at.is_none() || ctx.viewer().has_role(PlatformRole::Moderator);
        shown.then_some(&self.0.text)
    }

    /// True if a moderator hid the message.
    async fn hidden(&self) -> bool {
        self.0.hidden_at.is_some()
    }

    /// True if the viewer has reported the message.
    async fn reported(&self, ctx: &Context<'_>) -> Result<bool> {
        let reports = ctx.parts::<message_report::Entity>(self.0.id).await?;
        let me = ctx.viewer().person_id();
        Ok(reports.iter().any(|report| Some(report.person_id) == me))
    }
}
