//! What the schema says of conversations and messages.

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
    context::Ask,
    kit::{
        self, Id, Part,
        page::{PageArgs, Total},
    },
    listings::Listing,
    matches::Match,
    organisations::Organisation,
};

/// What two organisations say to each other about a listing.
pub struct Conversation(conversation::Model);

impl From<conversation::Model> for Conversation {
    fn from(row: conversation::Model) -> Self {
        Self(row)
    }
}

impl Part for conversation_mark::Entity {
    const WHOLE: conversation_mark::Column = conversation_mark::Column::ConversationId;

    fn whole(row: &conversation_mark::Model) -> Uuid {
        row.conversation_id
    }
}

impl Part for message_report::Entity {
    const WHOLE: message_report::Column = message_report::Column::MessageId;

    fn whole(row: &message_report::Model) -> Uuid {
        row.message_id
    }
}

impl Conversation {
    /// A page of the viewer's own.
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

    /// The one that belongs to a match, if anything was said that the viewer may read.
    pub async fn of_match(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        let page = search::of_match(ctx.viewer(), id)?;
        let found = ctx.page::<conversation::Model>(page).await?;
        Ok(found.rows().next().cloned().map(Self))
    }
}

/// What two organisations say to each other about a listing, be it a question or a match that came of it. Seen by the
/// members of both and by nobody else, staff included.
#[Object]
impl Conversation {
    /// Global id.
    pub async fn id(&self) -> ConversationId {
        Id::new(self.0.id)
    }

    /// The listing that it is about; null where the viewer may not see it any more.
    async fn listing(&self, ctx: &Context<'_>) -> Result<Option<Listing>> {
        let id = Id::<listing::Entity>::new(self.0.listing_id);
        Ok(ctx.load(id).await?.map(Listing::from))
    }

    /// The last match of the two about this listing; null where none was proposed.
    async fn r#match(&self, ctx: &Context<'_>) -> Result<Option<Match>> {
        let page = search::match_of(ctx.viewer(), self.0.id)?;
        let found = ctx.page::<matching::Model>(page).await?;
        Ok(found.rows().next().cloned().map(Match::from))
    }

    /// The two organisations: the one that came to the listing, then the one whose listing it is.
    #[graphql(directive = list_size::apply(2, None))]
    async fn organisations(&self, ctx: &Context<'_>) -> Result<Vec<Organisation>> {
        let ids = [self.0.asker_id, self.0.asked_id];
        let both = ids.map(|id| ctx.load(Id::<organisation::Entity>::new(id)));
        let both = futures_util::future::try_join_all(both).await?;
        Ok(both.into_iter().flatten().map(Organisation::from).collect())
    }

    /// What was said, the newest last. A page to show first is `messages(last: 20)`.
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

    /// How many messages the viewer has not read. Their own are not among them.
    async fn unread_count(&self, ctx: &Context<'_>) -> Result<i64> {
        let marks = ctx.parts::<conversation_mark::Entity>(self.0.id).await?;
        let me = ctx.viewer().person_id();
        let own = marks.iter().find(|mark| Some(mark.person_id) == me);
        Ok(rules::unread(&self.0, own))
    }

    /// When the last message was written.
    async fn last_message_at(&self) -> DateTime<Utc> {
        self.0.last_message_at
    }
}

/// Something that somebody said in a conversation.
pub struct Message(pub(super) message::Model);

impl From<message::Model> for Message {
    fn from(row: message::Model) -> Self {
        Self(row)
    }
}

/// Something that somebody said in a conversation. Seen by whoever sees the conversation, and by moderators where
/// somebody reported it.
#[Object]
impl Message {
    /// Global id.
    pub async fn id(&self) -> MessageId {
        Id::new(self.0.id)
    }

    /// The conversation; null for moderators, who see the message alone.
    async fn conversation(&self, ctx: &Context<'_>) -> Result<Option<Conversation>> {
        let id = ConversationId::new(self.0.conversation_id);
        Ok(ctx.load(id).await?.map(Conversation))
    }

    /// When it was written.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// Who wrote it.
    async fn author(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let id = Id::<person::Entity>::new(self.0.person_id);
        let found = ctx.load(id).await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// For which organisation.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let id = Id::<organisation::Entity>::new(self.0.organisation_id);
        Ok(ctx.load(id).await?.map(Organisation::from))
    }

    /// What was said: plain text with line breaks, to be shown as it is and never as markup. Null where a moderator
    /// hid it, but for moderators.
    async fn text(&self, ctx: &Context<'_>) -> Option<&str> {
        let shown = self.0.hidden_at.is_none() || ctx.viewer().holds(PlatformRole::Moderator);
        shown.then_some(&self.0.text)
    }

    /// Whether a moderator hid it.
    async fn hidden(&self) -> bool {
        self.0.hidden_at.is_some()
    }

    /// Whether the viewer has reported it.
    async fn reported(&self, ctx: &Context<'_>) -> Result<bool> {
        let reports = ctx.parts::<message_report::Entity>(self.0.id).await?;
        let me = ctx.viewer().person_id();
        Ok(reports.iter().any(|report| Some(report.person_id) == me))
    }
}
