//! GraphQL types of the registrations of guests, for holders of a link.

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
use crate::{context::ContextExt, events::Event};

/// Registration of a guest, as its link shows it.
pub struct GuestRegistration {
    row: registration::Model,
    event: event::Model,
}

impl From<(registration::Model, event::Model)> for GuestRegistration {
    fn from((row, event): (registration::Model, event::Model)) -> Self {
        Self { row, event }
    }
}

/// The registration of a guest, as the emailed link shows it. The holder of the link acts as the guest.
#[Object]
impl GuestRegistration {
    /// State of the registration now. An offer that was not answered in time is `LAPSED`.
    async fn state(&self, ctx: &Context<'_>) -> State {
        rules::state_at(&self.row, ctx.viewer().now)
    }

    /// The event of the registration.
    async fn event(&self) -> Event {
        self.event.clone().into()
    }

    /// Link for taking part online; null for guests without a place.
    async fn online_url(&self) -> Option<&String> {
        let comes = [State::Confirmed, State::Attended].contains(&self.row.state);
        self.event.online_url.as_ref().filter(|_| comes)
    }

    /// Number of places of the registration.
    async fn places(&self) -> i32 {
        self.row.places
    }

    /// Position on the waiting list, starting at 1; null if the registration is not on it.
    async fn position(&self, ctx: &Context<'_>) -> Result<Option<i64>> {
        let found = search::one(&ctx.app().database.read, self.row.id).await?;
        Ok(found.position)
    }

    /// Deadline for answering the place offer; null without an offer.
    async fn answer_by(&self) -> Option<DateTime<Utc>> {
        self.row.answer_by
    }

    /// Check-in code to show at the event, such as `R-7K3M9-Q2X4T`.
    async fn code(&self) -> &str {
        &self.row.code
    }

    /// Acts that the guest can perform now with the same token: `ACCEPT` is `acceptGuestPlace`, `CANCEL` is
    /// `cancelGuestRegistration`.
    #[graphql(directive = list_size::apply(4, None))]
    async fn acts(&self, ctx: &Context<'_>) -> Vec<Act> {
        rules::guest_acts(&self.row, &self.event, ctx.viewer().now)
    }
}
