//! What the schema says of a guest's registration, to whoever holds a link to it.

use crate::kit::graphql::cost::list_size;
use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use entity::{
    event,
    registration::{self, RegistrationState as State},
};

use super::{
    rules::{self, Act},
    search,
};
use crate::{context::Ask, events::Event};

/// What a guest registered for, as they see it by the link that they were mailed.
pub struct GuestRegistration {
    row: registration::Model,
    event: event::Model,
}

impl From<(registration::Model, event::Model)> for GuestRegistration {
    fn from((row, event): (registration::Model, event::Model)) -> Self {
        Self { row, event }
    }
}

/// What a guest registered for, as they see it by the link that they were mailed: whoever holds that is the guest.
#[Object]
impl GuestRegistration {
    /// Where it stands at this moment.
    async fn state(&self, ctx: &Context<'_>) -> State {
        rules::state_at(&self.row, ctx.viewer().now)
    }

    /// The event.
    async fn event(&self) -> Event {
        self.event.clone().into()
    }

    /// The link under which to take part online; for those who have a place.
    async fn online_url(&self) -> Option<&String> {
        let comes = [State::Confirmed, State::Attended].contains(&self.row.state);
        self.event.online_url.as_ref().filter(|_| comes)
    }

    /// How many places it takes.
    async fn places(&self) -> i32 {
        self.row.places
    }

    /// Which one they are in the queue, the first being 1; null for those who do not wait.
    async fn position(&self, ctx: &Context<'_>) -> Result<Option<i64>> {
        let found = search::one(&ctx.app().database.read, self.row.id).await?;
        Ok(found.position)
    }

    /// Until when the places are held for them; null where none are offered.
    async fn answer_by(&self) -> Option<DateTime<Utc>> {
        self.row.answer_by
    }

    /// What they show at the door, such as `R-7K3M9-Q2X4T`.
    async fn code(&self) -> &str {
        &self.row.code
    }

    /// What they can do now, by the same token: `ACCEPT` is `acceptGuestPlace`, `CANCEL` is `cancelGuestRegistration`.
    #[graphql(directive = list_size::apply(4, None))]
    async fn acts(&self, ctx: &Context<'_>) -> Vec<Act> {
        rules::guest_acts(&self.row, &self.event, ctx.viewer().now)
    }
}
