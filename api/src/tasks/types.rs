//! What the schema says of tasks.

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
    context::Ask,
    kit::{
        self, Id, Resource,
        database::dialect,
        page::{PageArgs, Total},
    },
    organisations::Organisation,
    schema::{self, Node},
};

/// Something that waits for whoever asks.
pub struct Task(Waiting);

impl Task {
    /// A page of what waits for the viewer.
    pub async fn of_viewer(
        ctx: &Context<'_>,
        viewer: &kit::Viewer,
        args: PageArgs,
    ) -> Result<Connection<String, Self, Total>> {
        let conn = &ctx.app().database.read;
        let (slice, total) = search::list(conn, viewer, &args).await?;
        Ok(slice.connection(Total(total), Self))
    }

    /// How much waits for the viewer.
    pub async fn count(ctx: &Context<'_>, viewer: &kit::Viewer) -> Result<i64> {
        let all = search::everything(viewer);
        Ok(dialect::count(&ctx.app().database.read, all).await?)
    }

    /// The title of the event that its own title names.
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

    /// The listing and the organisation that its title names.
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

/// Something that waits for whoever asks. It is there as long as the thing that it is about is in such a state.
#[Object]
impl Task {
    /// Names the task as long as it waits. It is no global id: load the subject by its own.
    async fn id(&self) -> ID {
        format!("{}:{}", self.0.kind.name(), self.0.subject).into()
    }

    /// What is to be done.
    async fn kind(&self) -> TaskKind {
        self.0.kind
    }

    /// A sentence to show.
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

    /// Since when it waits.
    async fn since(&self) -> DateTime<Utc> {
        self.0.since
    }

    /// Until when it can be done, or should have been; null where there is no such time.
    async fn due_at(&self) -> Option<DateTime<Utc>> {
        self.0.due
    }

    /// What it is about.
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

    /// For which of the viewer's organisations it is; null for staff.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let Some(id) = self.0.organisation else {
            return Ok(None);
        };
        let found = ctx.load(Id::<organisation::Entity>::new(id)).await?;
        Ok(found.map(Organisation::from))
    }

    /// The name of the mutation that clears it, for this viewer; null where there is none.
    async fn act(&self, ctx: &Context<'_>) -> Option<&'static str> {
        self.0.kind.act(ctx.viewer(), self.0.organisation)
    }
}
