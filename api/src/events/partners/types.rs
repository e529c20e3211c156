//! GraphQL type of a partnership.

use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use entity::{
    event_partner::{Model, PartnershipState},
    organisation,
};

use crate::{context::ContextExt, kit::Id, organisations::Organisation};

/// Partnership of an organisation in an event, and its answer.
pub struct EventPartnership(Model);

impl From<Model> for EventPartnership {
    fn from(row: Model) -> Self {
        Self(row)
    }
}

/// Partnership of an organisation in an event: the host named it, and it accepts or declines.
#[Object]
impl EventPartnership {
    /// The organisation that was named; null if it no longer exists.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let id = Id::<organisation::Entity>::new(self.0.organisation_id);
        Ok(ctx.load(id).await?.map(Organisation::from))
    }

    /// Answer of the organisation.
    async fn state(&self) -> PartnershipState {
        self.0.state
    }

    /// Time of the last answer; null before the first.
    async fn answered_at(&self) -> Option<DateTime<Utc>> {
        self.0.answered_at
    }
}
