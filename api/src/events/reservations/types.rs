//! GraphQL types of reserved places.

use crate::kit::graphql::cost::list_size;
use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use entity::{event, event_session, organisation, place_reservation, place_reservation_address};

use crate::{
    context::ContextExt,
    events::{
        Event, EventSession, registrations::retention, reservations::release, rules as events,
    },
    kit::{Error, Id},
    organisations::Organisation,
};

/// Reservation of places.
pub struct PlaceReservation(place_reservation::Model);

impl From<place_reservation::Model> for PlaceReservation {
    fn from(row: place_reservation::Model) -> Self {
        Self(row)
    }
}

impl PlaceReservation {
    /// Returns the reservations of an event in the order of their release; none if the viewer does not organise the
    /// event.
    pub async fn of_event(ctx: &Context<'_>, event: &event::Model) -> Result<Vec<Self>> {
        if !events::organises(ctx.viewer(), event.organisation_id) {
            return Ok(Vec::new());
        }
        let mut rows = ctx.parts::<place_reservation::Entity>(event.id).await?;
        rows.sort_by_key(|row| (row.release_at, row.id));
        Ok(rows.into_iter().map(Self).collect())
    }

    async fn gathering(&self, ctx: &Context<'_>) -> Result<event::Model, Error> {
        let id = Id::<event::Entity>::new(self.0.event_id);
        ctx.load(id).await?.ok_or(Error::NotFound)
    }
}

/// A reservation of places by organisers, for an organisation or for a list of email addresses, until a given time.
/// Only organisers see it.
#[Object]
impl PlaceReservation {
    /// Global id.
    pub async fn id(&self) -> Id<place_reservation::Entity> {
        Id::new(self.0.id)
    }

    /// The event at which the places are reserved.
    async fn event(&self, ctx: &Context<'_>) -> Result<Option<Event>> {
        Ok(Some(self.gathering(ctx).await?.into()))
    }

    /// The session in which the places are reserved; null for the whole event.
    async fn session(&self, ctx: &Context<'_>) -> Result<Option<EventSession>> {
        let id = Id::<event_session::Entity>::new(self.0.capacity_id);
        Ok(ctx.load(id).await?.map(EventSession::from))
    }

    /// The organisation for whose members the places are reserved; null if they are reserved for a list.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        match self.0.organisation_id.map(Id::<organisation::Entity>::new) {
            Some(id) => Ok(ctx.load(id).await?.map(Organisation::from)),
            None => Ok(None),
        }
    }

    /// The email addresses for which the places are reserved, in alphabetical order. Empty from 28 days after the
    /// event, when they are deleted.
    #[graphql(directive = list_size::apply(super::rules::MAX_ADDRESSES as u64, None))]
    async fn addresses(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        if retention::until(&self.gathering(ctx).await?) <= ctx.viewer().now {
            return Ok(Vec::new());
        }
        let mut rows = ctx
            .parts::<place_reservation_address::Entity>(self.0.id)
            .await?;
        rows.sort_unstable_by(|one, other| one.email.cmp(&other.email));
        Ok(rows.into_iter().map(|row| row.email).collect())
    }

    /// Label that the organisers gave the reservation; null if none.
    async fn label(&self) -> Option<&String> {
        self.0.label.as_ref()
    }

    /// Number of reserved places, including used ones.
    async fn places(&self) -> i32 {
        self.0.places
    }

    /// Number of these places that are used: confirmed, or offered and not answered yet.
    async fn used_places(&self) -> i32 {
        self.0.used
    }

    /// Time at which unused places become free for all.
    async fn release_at(&self) -> DateTime<Utc> {
        self.0.release_at
    }

    /// Time of the release; null while unused places are reserved.
    async fn released_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        let state = self.gathering(ctx).await?.state;
        Ok(release::released_at(&self.0, state, ctx.viewer().now))
    }

    /// Time at which the places were reserved.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Time of the last change.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// Version of the reservation, incremented by every change that an organiser makes. Send it with an update.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
