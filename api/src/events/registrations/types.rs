//! What the schema says of a registration.

use async_graphql::{Context, Object, Result, SimpleObject, connection::Connection};
use chrono::{DateTime, Utc};
use entity::{
    event, event_session, organisation, person, place_reservation,
    registration::{self, RegistrationState},
};
use uuid::Uuid;

use super::{
    retention,
    rules::{self, Act},
    search::{self, Numbered},
};
use crate::{
    accounts::Person,
    context::Ask,
    events::{Event, EventSession, reservations::PlaceReservation, rules as events},
    kit::{
        self, Error, Id,
        graphql::cost::list_size,
        lifecycle,
        page::{PageArgs, Total},
    },
    organisations::Organisation,
};

/// An answer to a question of the organisers.
#[derive(SimpleObject)]
pub struct RegistrationAnswer {
    /// Code of the question.
    pub question: String,
    /// The answer.
    pub answer: String,
}

/// Somebody who registered without an account.
#[derive(SimpleObject)]
pub struct RegistrationGuest {
    /// What they call themselves.
    pub name: String,
    /// Where mail reaches them, as they showed.
    pub email: String,
}

/// Somebody's place at an event, or in the queue for one.
pub struct Registration {
    row: registration::Model,
    /// The position and the name, where they were read with the row.
    beside: Option<(Option<i64>, String)>,
}

impl From<registration::Model> for Registration {
    fn from(row: registration::Model) -> Self {
        Self { row, beside: None }
    }
}

impl From<Numbered> for Registration {
    fn from(
        Numbered {
            row,
            position,
            name,
        }: Numbered,
    ) -> Self {
        Self {
            row,
            beside: Some((position, name)),
        }
    }
}

impl Registration {
    /// A page of the registrations for an event, as far as the viewer sees them.
    pub async fn of_event(
        ctx: &Context<'_>,
        event: Uuid,
        states: Option<Vec<RegistrationState>>,
        args: PageArgs,
    ) -> Result<Connection<String, Self, Total>> {
        Self::page(ctx, search::of_event(ctx.viewer(), event, states, args)).await
    }

    /// A page of the viewer's own.
    pub async fn of_viewer(
        ctx: &Context<'_>,
        viewer: &kit::Viewer,
        states: Option<Vec<RegistrationState>>,
        args: PageArgs,
    ) -> Result<Connection<String, Self, Total>> {
        let me = viewer.person_id().unwrap_or_default();
        Self::page(ctx, search::of_person(viewer, me, states, args)).await
    }

    /// The viewer's latest for an event.
    pub async fn own(ctx: &Context<'_>, event: Uuid) -> Result<Option<Self>> {
        let Some(me) = ctx.viewer().person_id() else {
            return Ok(None);
        };
        let page = search::own(ctx.viewer(), me, event)?;
        let slice = ctx.page::<Numbered>(page).await?;
        Ok(slice.rows().next().cloned().map(Self::from))
    }

    async fn page(
        ctx: &Context<'_>,
        page: kit::graphql::nested_page::PageOf,
    ) -> Result<Connection<String, Self, Total>> {
        let total = page.total();
        Ok(ctx
            .page::<Numbered>(page)
            .await?
            .connection(total, Self::from))
    }

    /// The position and the name, read now where they were not read before.
    async fn beside(&self, ctx: &Context<'_>) -> Result<(Option<i64>, String), Error> {
        if let Some(beside) = &self.beside {
            return Ok(beside.clone());
        }
        let Numbered { position, name, .. } =
            search::one(&ctx.app().database.read, self.row.id).await?;
        Ok((position, name))
    }

    /// The event: who sees the registration sees that it is for this one.
    async fn gathering(&self, ctx: &Context<'_>) -> Result<event::Model, Error> {
        let found = ctx
            .load(Id::<event::Entity>::new(self.row.event_id))
            .await?;
        found.ok_or(Error::NotFound)
    }

    /// Whether what is personal is still kept.
    async fn is_kept(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(ctx.viewer().now < retention::until(&self.gathering(ctx).await?))
    }
}

/// Somebody's place at an event, or in the queue for one. Seen by whoever made it and by the organisers.
#[Object]
impl Registration {
    /// Global id.
    pub async fn id(&self) -> Id<registration::Entity> {
        Id::new(self.row.id)
    }

    /// Where it stands at this moment.
    async fn state(&self, ctx: &Context<'_>) -> RegistrationState {
        rules::state_at(&self.row, ctx.viewer().now)
    }

    /// The event.
    async fn event(&self, ctx: &Context<'_>) -> Result<Option<Event>> {
        Ok(Some(self.gathering(ctx).await?.into()))
    }

    /// The session, where people register for sessions.
    async fn session(&self, ctx: &Context<'_>) -> Result<Option<EventSession>> {
        if self.row.capacity_id == self.row.event_id {
            return Ok(None);
        }
        let id = Id::<event_session::Entity>::new(self.row.capacity_id);
        Ok(ctx.load(id).await?.map(EventSession::from))
    }

    /// What they call themselves.
    async fn name(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.beside(ctx).await?.1)
    }

    /// Who registered; null for those who do not see that person: see `name`.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let Some(id) = self.row.person_id else {
            return Ok(None);
        };
        let found = ctx.load(Id::<person::Entity>::new(id)).await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// How a guest is reached, who has no account; null for all others, for whoever does not organise the event, and from 28
    /// days after it on, when it is deleted.
    async fn guest(&self, ctx: &Context<'_>) -> Result<Option<RegistrationGuest>> {
        let (event, viewer) = (self.gathering(ctx).await?, ctx.viewer());
        let kept = viewer.now < retention::until(&event);
        let shown = kept && events::organises(viewer, event.organisation_id);
        let row = &self.row;
        let reached = row.guest_name.clone().zip(row.guest_email.clone());
        let guest = reached.map(|(name, email)| RegistrationGuest { name, email });
        Ok(guest.filter(|_| shown))
    }

    /// For which organisation they come, if for one.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let Some(id) = self.row.organisation_id else {
            return Ok(None);
        };
        Ok(ctx
            .load(Id::<organisation::Entity>::new(id))
            .await?
            .map(Organisation::from))
    }

    /// From which reservation its places are; null where they are from none, and for whoever does not organise the event.
    async fn reservation(&self, ctx: &Context<'_>) -> Result<Option<PlaceReservation>> {
        let Some(id) = self.row.reservation_id else {
            return Ok(None);
        };
        let id = Id::<place_reservation::Entity>::new(id);
        Ok(ctx.load(id).await?.map(PlaceReservation::from))
    }

    /// How many places it takes.
    async fn places(&self) -> i32 {
        self.row.places
    }

    /// Which one they are in the queue, the first being 1; null for those who do not wait.
    #[graphql(directive = crate::kit::graphql::cost::cost::apply(crate::kit::graphql::cost::STATEMENT))]
    async fn position(&self, ctx: &Context<'_>) -> Result<Option<i64>> {
        Ok(self.beside(ctx).await?.0)
    }

    /// Until when the places are held for them; null where none are offered.
    async fn answer_by(&self) -> Option<DateTime<Utc>> {
        self.row.answer_by
    }

    /// What they answered to the organisers' questions; of guests nothing from 28 days after the event on, when it is deleted.
    #[graphql(directive = list_size::apply(crate::events::content::MOST_QUESTIONS as u64, None))]
    async fn answers(&self, ctx: &Context<'_>) -> Result<Vec<RegistrationAnswer>> {
        if self.row.person_id.is_none() && !self.is_kept(ctx).await? {
            return Ok(Vec::new());
        }
        let answers = self.row.answers.0.iter().cloned();
        let told = answers.map(
            |registration::Answer { question, answer }| RegistrationAnswer { question, answer },
        );
        Ok(told.collect())
    }

    /// What they need to take part; null from 28 days after the event on, when it is deleted.
    async fn access_needs(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let kept = self.is_kept(ctx).await?;
        Ok(self.row.access_needs.clone().filter(|_| kept))
    }

    /// What they show at the door, such as `R-7K3M9-Q2X4T`.
    async fn code(&self) -> &str {
        &self.row.code
    }

    /// When they came; null while they have not.
    async fn checked_in_at(&self) -> Option<DateTime<Utc>> {
        self.row.checked_in_at
    }

    /// When they registered.
    async fn created_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }

    /// What the viewer can do to it now.
    #[graphql(directive = list_size::apply(4, None))]
    async fn viewer_acts(&self, ctx: &Context<'_>) -> Result<Vec<Act>> {
        let event = self.gathering(ctx).await?;
        Ok(lifecycle::available::<registration::Entity>(
            ctx.viewer(),
            &self.row,
            &event,
        ))
    }
}
