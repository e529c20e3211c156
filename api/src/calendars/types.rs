//! GraphQL types of calendars.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use entity::{
    calendar_address::{self, CalendarScope},
    organisation,
};

use super::{rules, search, service::CalendarId};
use crate::{
    context::ContextExt,
    kit::{Id, Viewer},
    organisations::Organisation,
    reference::Area,
};

/// A calendar subscription of one person.
pub struct Calendar(calendar_address::Model);

impl From<calendar_address::Model> for Calendar {
    fn from(row: calendar_address::Model) -> Self {
        Self(row)
    }
}

impl Calendar {
    /// Returns the viewer's calendars, in order of creation.
    pub async fn of_viewer(ctx: &Context<'_>, viewer: &Arc<Viewer>) -> Result<Vec<Self>> {
        let rows = search::addresses(&ctx.app().database.read, viewer).await?;
        Ok(rows.into_iter().map(Self).collect())
    }
}

/// A private address by which a calendar program subscribes to the events that its owner may see. Visible only to its
/// owner.
#[Object]
impl Calendar {
    /// Global id.
    pub async fn id(&self) -> CalendarId {
        Id::new(self.0.id)
    }

    /// Selection of the events in the calendar.
    async fn scope(&self) -> CalendarScope {
        self.0.scope
    }

    /// The organisation whose events the calendar contains. Null unless the scope is `ORGANISATION`.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let Some(id) = self.0.organisation_id else {
            return Ok(None);
        };
        let id = Id::<organisation::Entity>::new(id);
        Ok(ctx.load(id).await?.map(Organisation::from))
    }

    /// The area whose events the calendar contains. Null unless the scope is `AREA`.
    async fn area(&self, ctx: &Context<'_>) -> Option<Area> {
        let reference = ctx.app().reference.now();
        Area::find(&reference, self.0.area.as_deref()?)
    }

    /// Address of the calendar as iCalendar (RFC 5545), for a calendar program to subscribe to. Anyone who knows the
    /// address can read the calendar: keep it private.
    async fn url(&self, ctx: &Context<'_>) -> Result<String> {
        let app = ctx.app();
        let token = app.tokens.seal(rules::PURPOSE, self.0.id)?;
        Ok(rules::private(&app.config, &token))
    }

    /// Instant at which the calendar was created.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}
