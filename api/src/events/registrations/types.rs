//! GraphQL types of registrations.

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
    context::ContextExt,
    events::{Event, EventSession, reservations::PlaceReservation, rules as events},
    kit::{
        self, Error, Id,
        graphql::cost::list_size,
        lifecycle,
        page::{PageArgs, Total},
    },
    organisations::Organisation,
};

/// Answer to a question of the organisers.
#[derive(SimpleObject)]
pub struct RegistrationAnswer {
    /// Code of the question.
    pub question: String,
    /// Text of the answer.
    pub answer: String,
}

/// Name and email address of a guest, who registered without an account.
#[derive(SimpleObject)]
pub struct RegistrationGuest {
    /// Name that the guest gave.
    pub name: String,
    /// Email address that the guest confirmed.
    pub email: String,
}

/// Registration of a person or a guest.
pub struct Registration {
    row: registration::Model,
    /// Position and name, if they were read with the row.
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
    /// Returns a page of the registrations for an event that the viewer can see.
    pub async fn of_event(
        ctx: &Context<'_>,
        event: Uuid,
        states: Option<Vec<RegistrationState>>,
        args: PageArgs,
    ) -> Result<Connection<String, Self, Total>> {
        Self::page(ctx, search::of_event(ctx.viewer(), event, states, args)).await
    }

    /// Returns a page of the viewer's own registrations.
    pub async fn of_viewer(
        ctx: &Context<'_>,
        viewer: &kit::Viewer,
        states: Option<Vec<RegistrationState>>,
        args: PageArgs,
    ) -> Result<Connection<String, Self, Total>> {
        let me = viewer.person_id().unwrap_or_default();
        Self::page(ctx, search::of_person(viewer, me, states, args)).await
    }

    /// Returns the viewer's latest registration for an event.
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
        page: kit::graphql::nested_page::NestedPage,
    ) -> Result<Connection<String, Self, Total>> {
        let total = page.total();
        Ok(ctx
            .page::<Numbered>(page)
            .await?
            .connection(total, Self::from))
    }

    /// Returns position and name. Reads them if they were not read with the row.
    async fn beside(&self, ctx: &Context<'_>) -> Result<(Option<i64>, String), Error> {
        if let Some(beside) = &self.beside {
            return Ok(beside.clone());
        }
        let Numbered { position, name, .. } =
            search::one(&ctx.app().database.read, self.row.id).await?;
        Ok((position, name))
    }

    /// Returns the event. Viewers of a registration may always see its event.
    async fn gathering(&self, ctx: &Context<'_>) -> Result<event::Model, Error> {
        let found = ctx
            .load(Id::<event::Entity>::new(self.row.event_id))
            .await?;
        found.ok_or(Error::NotFound)
    }

    /// Returns true until the personal data is deleted.
    async fn is_kept(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(ctx.viewer().now < retention::until(&self.gathering(ctx).await?))
    }
}

/// A registration of a person or a guest: places at an event, or a position on its waiting list. Visible to the person
/// who made it and to organisers of the event.
#[Object]
impl Registration {
    /// Global id.
    pub async fn id(&self) -> Id<registration::Entity> {
        Id::new(self.row.id)
    }

    /// State of the registration now. An offer that was not answered in time is `LAPSED`.
    async fn state(&self, ctx: &Context<'_>) -> RegistrationState {
        rules::state_at(&self.row, ctx.viewer().now)
    }

    /// The event of the registration.
    async fn event(&self, ctx: &Context<'_>) -> Result<Option<Event>> {
        Ok(Some(self.gathering(ctx).await?.into()))
    }

    /// The session of the registration; null if it is for the whole event.
    async fn session(&self, ctx: &Context<'_>) -> Result<Option<EventSession>> {
        if self.row.capacity_id == self.row.event_id {
            return Ok(None);
        }
        let id = Id::<event_session::Entity>::new(self.row.capacity_id);
        Ok(ctx.load(id).await?.map(EventSession::from))
    }

    /// Name of the person who registered; `Guest` for a guest whose name is deleted.
    async fn name(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.beside(ctx).await?.1)
    }

    /// The account of the person who registered. Null for guests, and if the viewer may not see that person: use
    /// `name`.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let Some(id) = self.row.person_id else {
            return Ok(None);
        };
        let found = ctx.load(Id::<person::Entity>::new(id)).await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// Name and email address of a guest. Null for people with an account, for viewers who do not organise the event,
    /// and from 28 days after the event, when they are deleted.
    async fn guest(&self, ctx: &Context<'_>) -> Result<Option<RegistrationGuest>> {
        let (event, viewer) = (self.gathering(ctx).await?, ctx.viewer());
        let kept = viewer.now < retention::until(&event);
        let shown = kept && events::organises(viewer, event.organisation_id);
        let row = &self.row;
        let reached = row.guest_name.clone().zip(row.guest_email.clone());
        let guest = reached.map(|(name, email)| RegistrationGuest { name, email });
        Ok(guest.filter(|_| shown))
    }

    /// The organisation for which the person comes; null if none.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let Some(id) = self.row.organisation_id else {
            return Ok(None);
        };
        Ok(ctx
            .load(Id::<organisation::Entity>::new(id))
            .await?
            .map(Organisation::from))
    }

    /// The reservation from which the places come; null if none, and for viewers who do not organise the event.
    async fn reservation(&self, ctx: &Context<'_>) -> Result<Option<PlaceReservation>> {
        let Some(id) = self.row.reservation_id else {
            return Ok(None);
        };
        let id = Id::<place_reservation::Entity>::new(id);
        Ok(ctx.load(id).await?.map(PlaceReservation::from))
    }

    /// Number of places of the registration.
    async fn places(&self) -> i32 {
        self.row.places
    }

    /// Position on the waiting list, starting at 1; null if the registration is not on it.
    #[graphql(directive = crate::kit::graphql::cost::cost::apply(crate::kit::graphql::cost::STATEMENT))]
    async fn position(&self, ctx: &Context<'_>) -> Result<Option<i64>> {
        Ok(self.beside(ctx).await?.0)
    }

    /// Deadline for answering the place offer; null without an offer.
    async fn answer_by(&self) -> Option<DateTime<Utc>> {
        self.row.answer_by
    }

    /// Answers to the questions of the organisers. Empty for guests from 28 days after the event, when they are
    /// deleted.
    #[graphql(directive = list_size::apply(crate::events::content::MAX_QUESTIONS as u64, None))]
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

    /// Access needs of the person; null if none, and from 28 days after the event, when they are deleted.
    async fn access_needs(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let kept = self.is_kept(ctx).await?;
        Ok(self.row.access_needs.clone().filter(|_| kept))
    }

    /// Check-in code to show at the event, such as `R-7K3M9-Q2X4T`.
    async fn code(&self) -> &str {
        &self.row.code
    }

    /// Time of the check-in; null before it.
    async fn checked_in_at(&self) -> Option<DateTime<Utc>> {
        self.row.checked_in_at
    }

    /// Time at which the person registered.
    async fn created_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }

    /// Acts that the viewer can perform on the registration now.
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
