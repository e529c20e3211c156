//! What the schema says of reserved places.

use crate::kit::graphql::cost::list_size;
use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use entity::{event, event_session, organisation, place_reservation, place_reservation_address};

use crate::{
    context::Ask,
    events::{
        Event, EventSession, registrations::retention, reservations::release, rules as events,
    },
    kit::{Error, Id},
    organisations::Organisation,
};

/// Places that organisers hold for some.
pub struct PlaceReservation(place_reservation::Model);

impl From<place_reservation::Model> for PlaceReservation {
    fn from(row: place_reservation::Model) -> Self {
        Self(row)
    }
}

impl PlaceReservation {
    /// Those of an event, in the order in which they are released, for its organisers; none for others.
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

/// Places that organisers hold for an organisation, or for those on a list, until a time. Seen by organisers only.
#[Object]
impl PlaceReservation {
    /// Global id.
    pub async fn id(&self) -> Id<place_reservation::Entity> {
        Id::new(self.0.id)
    }

    /// The event.
    async fn event(&self, ctx: &Context<'_>) -> Result<Option<Event>> {
        Ok(Some(self.gathering(ctx).await?.into()))
    }

    /// The session, where people register for sessions.
    async fn session(&self, ctx: &Context<'_>) -> Result<Option<EventSession>> {
        let id = Id::<event_session::Entity>::new(self.0.capacity_id);
        Ok(ctx.load(id).await?.map(EventSession::from))
    }

    /// For whose members the places are held; null where they are held for those on a list.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        match self.0.organisation_id.map(Id::<organisation::Entity>::new) {
            Some(id) => Ok(ctx.load(id).await?.map(Organisation::from)),
            None => Ok(None),
        }
    }

    /// The e-mail addresses for which they are held, in order; none from 28 days after the event on, when they are deleted.
    #[graphql(directive = list_size::apply(super::rules::MOST_ADDRESSES as u64, None))]
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

    /// What the organisers call it.
    async fn label(&self) -> Option<&String> {
        self.0.label.as_ref()
    }

    /// How many places are held, those that are used included.
    async fn places(&self) -> i32 {
        self.0.places
    }

    /// How many of them somebody has drawn: places of those who come, or were offered them and have not answered.
    async fn used_places(&self) -> i32 {
        self.0.used
    }

    /// When what nobody drew is released.
    async fn release_at(&self) -> DateTime<Utc> {
        self.0.release_at
    }

    /// Since when what nobody drew is free for all; null while it is held.
    async fn released_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        let state = self.gathering(ctx).await?.state;
        Ok(release::released_at(&self.0, state, ctx.viewer().now))
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// Goes up with every change that organisers make to it. Send it with an edit.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
