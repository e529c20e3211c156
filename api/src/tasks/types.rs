//! What the schema says of tasks.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};
use entity::organisation;

use super::{
    rules::{TaskKind, Waiting},
    service,
};
use crate::{
    context::Ask,
    kit::{Error, Id, Viewer, page},
    organisations::Organisation,
    schema::{self, Node},
};

/// Something that waits for the viewer.
pub struct Task(Waiting);

impl Task {
    /// The most pressing tasks of a viewer.
    pub async fn of_viewer(ctx: &Context<'_>, viewer: &Viewer, first: i32) -> Result<Vec<Self>> {
        let Some(first) = usize::try_from(first).ok().filter(|_| first <= page::MOST) else {
            let expected = format!("must be from 0 to {}", page::MOST);
            return Err(Error::BadInput("first", expected).into());
        };
        let waiting = service::waiting(&ctx.app().database.read, viewer).await?;
        Ok(waiting.into_iter().take(first).map(Self).collect())
    }
}

/// Something that waits for the viewer. It goes when it is done, by whoever does it.
#[Object]
impl Task {
    /// The same as long as it waits.
    async fn id(&self) -> ID {
        let kind = async_graphql::resolver_utils::enum_value(self.0.kind);
        format!("{kind}:{}", self.0.subject).replace('"', "").into()
    }

    /// What waits.
    async fn kind(&self) -> TaskKind {
        self.0.kind
    }

    /// What is to be done, in a line.
    async fn title(&self) -> &str {
        self.0.kind.title()
    }

    /// What it is about.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        Ok(schema::node(ctx, &self.0.subject).await?)
    }

    /// For which of the viewer's organisations; null for what staff do.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let Some(id) = self.0.organisation else {
            return Ok(None);
        };
        let found = ctx.load(Id::<organisation::Entity>::new(id)).await?;
        Ok(found.map(Organisation::from))
    }

    /// Since when it waits.
    async fn since(&self) -> DateTime<Utc> {
        self.0.since
    }

    /// Until when it can be done; null where that does not end.
    async fn due_at(&self) -> Option<DateTime<Utc>> {
        self.0.due
    }

    /// The mutation that clears it first of all, such as `acceptMatch`; null where it takes a talk.
    async fn act(&self) -> Option<&str> {
        self.0.kind.act()
    }
}
