//! What the schema says of calendars.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use entity::{
    calendar_address::{self, CalendarScope},
    organisation,
};

use super::{rules, search, service::CalendarId};
use crate::{
    context::Ask,
    kit::{Id, Viewer},
    organisations::Organisation,
    reference::Area,
};

/// An address by which somebody's calendar program follows events as they may see them. Seen by its owner alone.
pub struct Calendar(calendar_address::Model);

impl From<calendar_address::Model> for Calendar {
    fn from(row: calendar_address::Model) -> Self {
        Self(row)
    }
}

impl Calendar {
    /// The viewer's own, in the order in which they were made.
    pub async fn of_viewer(ctx: &Context<'_>, viewer: &Arc<Viewer>) -> Result<Vec<Self>> {
        let rows = search::addresses(&ctx.app().database.read, viewer).await?;
        Ok(rows.into_iter().map(Self).collect())
    }
}

/// An address by which somebody's calendar program follows events as they may see them. Seen by its owner alone.
#[Object]
impl Calendar {
    /// Global id.
    pub async fn id(&self) -> CalendarId {
        Id::new(self.0.id)
    }

    /// Which events it holds.
    async fn scope(&self) -> CalendarScope {
        self.0.scope
    }

    /// Whose events they are; null where they are not those of one organisation.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let Some(id) = self.0.organisation_id else {
            return Ok(None);
        };
        let id = Id::<organisation::Entity>::new(id);
        Ok(ctx.load(id).await?.map(Organisation::from))
    }

    /// For which area they are; null where that is not what they have in common.
    async fn area(&self, ctx: &Context<'_>) -> Option<Area> {
        let reference = ctx.app().reference.now();
        Area::find(&reference, self.0.area.as_deref()?)
    }

    /// Where it is read, as iCalendar (RFC 5545), by whoever knows the address: keep it to yourself. Give it to a
    /// calendar program as the address of a calendar to subscribe to.
    async fn url(&self, ctx: &Context<'_>) -> Result<String> {
        let app = ctx.app();
        let token = app.tokens.seal(rules::PURPOSE, self.0.id)?;
        Ok(rules::private(&app.config, &token))
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}
