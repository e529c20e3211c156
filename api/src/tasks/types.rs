//! GraphQL types of tasks.

use async_graphql::{Context, ID, Object, Result, connection::Connection};
use chrono::{DateTime, Utc};
use entity::{
    conversation, event, fulfilment, listing, matching, membership, message_report, organisation,
    registration, thanks,
};
use uuid::Uuid;

use super::{
    rules::{About, TaskKind},
    search::{self, Waiting},
};
use crate::{
    context::ContextExt,
    kit::{
        self, Id, Resource,
        database::dialect,
        page::{PageArgs, Total},
    },
    organisations::Organisation,
    schema::{self, Node},
};

/// A task of the viewer.
pub struct Task(Waiting);

impl Task {
    /// Returns a page of the tasks of the viewer.
    pub async fn of_viewer(
        ctx: &Context<'_>,
        viewer: &kit::Viewer,
        args: PageArgs,
    ) -> Result<Connection<String, Self, Total>> {
        let conn = &ctx.app().database.read;
        let (slice, total) = search::list(conn, viewer, &args).await?;
        Ok(slice.connection(Total(total), Self))
    }

    /// Returns the number of tasks of the viewer.
    pub async fn count(ctx: &Context<'_>, viewer: &kit::Viewer) -> Result<i64> {
        let all = search::everything(viewer);
        Ok(dialect::count(&ctx.app().database.read, all).await?)
    }

    /// Returns the title of the event that the title of the task names.
    async fn event(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        if self.0.kind.about() != About::Registration {
            return Ok(None);
        }
        let id = Id::<registration::Entity>::new(self.0.subject);
        let Some(row) = ctx.load(id).await? else {
            return Ok(None);
        };
        let found = ctx.load(Id::<event::Entity>::new(row.event_id)).await?;
        Ok(found.map(|row| row.title))
    }

    /// Returns the listing and the organisation that the title of the task names.
    async fn named(&self, ctx: &Context<'_>) -> Result<(Option<Uuid>, Option<Uuid>)> {
        let (subject, own) = (self.0.subject, self.0.organisation);
        let of = match self.0.kind.about() {
            About::Match => subject,
            About::Fulfilment => {
                let found = ctx.load(Id::<fulfilment::Entity>::new(subject)).await?;
                found.map(|row| row.match_id).unwrap_or_default()
            }
            About::Thanks => {
                let found = ctx.load(Id::<thanks::Entity>::new(subject)).await?;
                found.map(|row| row.match_id).unwrap_or_default()
            }
            About::Conversation => {
                let found = ctx.load(Id::<conversation::Entity>::new(subject)).await?;
                return Ok((found.map(|row| row.listing_id), None));
            }
            About::Listing => return Ok((Some(subject), None)),
            About::Membership => return Ok((None, own)),
            About::Report | About::Registration => return Ok((None, None)),
        };
        let found = ctx.load(Id::<matching::Entity>::new(of)).await?;
        Ok(found.map_or((None, None), |row| {
            if own == Some(row.requester_id) {
                (Some(row.request_id), Some(row.offerer_id))
            } else {
                (Some(row.offer_id), Some(row.requester_id))
            }
        }))
    }
}

/// A task of the viewer: open work in a match, listing, conversation, event or organisation. It exists as long as its
/// subject is in a state that needs an act.
#[Object]
impl Task {
    /// Identifier of the task while it is open. It is not a global id: load the subject by its own id.
    async fn id(&self) -> ID {
        format!("{}:{}", self.0.kind.name(), self.0.subject).into()
    }

    /// Kind of work to do.
    async fn kind(&self) -> TaskKind {
        self.0.kind
    }

    /// Title for display: a sentence that says what to do.
    async fn title(&self, ctx: &Context<'_>) -> Result<String> {
        let (listing, organisation) = self.named(ctx).await?;
        let title = match listing {
            Some(id) => {
                let found = ctx.load(Id::<listing::Entity>::new(id)).await?;
                found.map(|row| row.title)
            }
            None => self.event(ctx).await?,
        };
        let organisation = match organisation {
            Some(id) => ctx.load(Id::<organisation::Entity>::new(id)).await?,
            None => None,
        };
        Ok(self.0.kind.title(
            title.as_deref(),
            organisation.as_ref().map(|row| row.name.as_str()),
        ))
    }

    /// Time since which the task is open.
    async fn since(&self) -> DateTime<Utc> {
        self.0.since
    }

    /// Time until which the task can be done, or should have been done; null if there is no such time.
    async fn due_at(&self) -> Option<DateTime<Utc>> {
        self.0.due
    }

    /// The object that needs the act, such as a match, delivery or listing.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        let kind = match self.0.kind.about() {
            About::Match => matching::Entity::NAME,
            About::Fulfilment => fulfilment::Entity::NAME,
            About::Thanks => thanks::Entity::NAME,
            About::Conversation => conversation::Entity::NAME,
            About::Membership => membership::Entity::NAME,
            About::Listing => listing::Entity::NAME,
            About::Report => message_report::Entity::NAME,
            About::Registration => registration::Entity::NAME,
        };
        Ok(schema::node(ctx, &format!("{kind}:{}", self.0.subject)).await?)
    }

    /// The organisation for which the viewer acts; null for tasks of staff, and for tasks of the viewer in person.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let Some(id) = self.0.organisation else {
            return Ok(None);
        };
        let found = ctx.load(Id::<organisation::Entity>::new(id)).await?;
        Ok(found.map(Organisation::from))
    }

    /// Name of the mutation that completes the task for this viewer; null if there is none.
    async fn act(&self, ctx: &Context<'_>) -> Option<&'static str> {
        self.0.kind.act(ctx.viewer(), self.0.organisation)
    }
}
