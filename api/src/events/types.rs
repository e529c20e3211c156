//! GraphQL types of events.

use async_graphql::{Context, Object, Result, connection::Connection};
use chrono::{DateTime, Utc};
use entity::{
    event::{self, AttendanceMode, EventKind, EventState, RegistrationMode},
    event_partner::{self, PartnershipState},
    event_series, event_session,
    listing::Audience,
    organisation, person,
    registration::RegistrationState,
};

use super::{
    EventSeries, EventSession, capacity,
    partners::{self, EventPartnership},
    projection::Row,
    rules::{self, Act},
    session_types::reserved_for_viewer,
    value_types::{EventQuestion, Venue},
};
use crate::{
    accounts::Person,
    activities::Activity,
    calendars,
    context::ContextExt,
    events::{
        registrations::{self, Registration},
        reservations::PlaceReservation,
    },
    kit::{
        Id, clock,
        graphql::{
            cost::{cost, list_size},
            fast_object::{FastFields, FastObject},
        },
        lifecycle,
        page::{PageArgs, Total},
    },
    locations::{Place, place::Point},
    organisations::Organisation,
    reference::{Area, PriorityArea},
    statistics::{Raised, StatisticsGroup, StatisticsGrouping},
};

/// An event, such as We Are Surrey.
pub struct Event(Row);

impl From<Row> for Event {
    fn from(row: Row) -> Self {
        Self(row)
    }
}

impl From<event::Model> for Event {
    fn from(row: event::Model) -> Self {
        Row::from(row).into()
    }
}

impl FastFields for Event {
    const WAITING: &'static [&'static str] = &[
        "partners",
        "partnerships",
        "viewerRegistration",
        "registrations",
        "onlineUrl",
        "series",
        "sessions",
        "createdBy",
        "activities",
    ];
}

/// An event, such as We Are Surrey: a single one, or one of a series.
#[Object]
impl Event {
    /// Global id.
    pub async fn id(&self) -> Id<event::Entity> {
        Id::new(self.0.known().id)
    }

    /// Reference that people use for the event, such as `EVT-7K3M9-Q2X4T`.
    async fn reference(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.0.with(ctx, "reference").await?.reference.clone())
    }

    /// State of the event now. A rescheduled event is `SCHEDULED` and has a `previousStartsAt`.
    async fn state(&self, ctx: &Context<'_>) -> EventState {
        rules::state_at(self.0.known(), ctx.viewer().now)
    }

    /// Notice of the organisers about a postponement or cancellation; null if they gave none.
    async fn notice(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.0.with(ctx, "notice").await?.notice.clone())
    }

    /// Kind of event.
    async fn kind(&self, ctx: &Context<'_>) -> Result<EventKind> {
        Ok(self.0.with(ctx, "kind").await?.kind)
    }

    /// Title of the event.
    async fn title(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.0.with(ctx, "title").await?.title.clone())
    }

    /// Description in plain text with line breaks.
    async fn description(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.0.with(ctx, "description").await?.description.clone())
    }

    /// The organisation that hosts the event.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<FastObject<Organisation>>> {
        if let Some(read) = self.0.organisation() {
            return Ok(Some(FastObject(read.clone().into())));
        }
        let id = Id::<organisation::Entity>::new(self.0.known().organisation_id);
        Ok(ctx.load(id).await?.map(Organisation::from).map(FastObject))
    }

    /// The partner organisations of the host that accepted, in the order that the organisers chose.
    #[graphql(directive = list_size::apply(super::content::MAX_PARTNERS as u64, None))]
    async fn partners(&self, ctx: &Context<'_>) -> Result<Vec<Organisation>> {
        let mut rows = ctx
            .parts::<event_partner::Entity>(self.0.known().id)
            .await?;
        rows.retain(|row| row.state == PartnershipState::Accepted);
        rows.sort_by_key(|row| row.position);
        let found = rows
            .iter()
            .map(|row| ctx.load(Id::<organisation::Entity>::new(row.organisation_id)));
        let found = futures_util::future::try_join_all(found).await?;
        Ok(found
            .into_iter()
            .flatten()
            .map(Organisation::from)
            .collect())
    }

    /// All organisations that the host named as partners, with their answers. Organisers and staff see all, and members of
    /// a named organisation see their own; empty for others.
    #[graphql(directive = list_size::apply(partners::rules::MAX_PARTNERSHIPS as u64, None))]
    async fn partnerships(&self, ctx: &Context<'_>) -> Result<Vec<EventPartnership>> {
        let (viewer, event) = (ctx.viewer(), self.0.known());
        let mut rows = ctx.parts::<event_partner::Entity>(event.id).await?;
        rows.retain(|row| partners::rules::sees(viewer, event, row.organisation_id));
        rows.sort_by_key(|row| row.position);
        Ok(rows.into_iter().map(EventPartnership::from).collect())
    }

    /// The person who drafted the event; null if the viewer may not see that person.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let row = self.0.with(ctx, "viewerActs").await?;
        let found = ctx.load(Id::<person::Entity>::new(row.created_by)).await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// The series of the event; null for a single event.
    async fn series(&self, ctx: &Context<'_>) -> Result<Option<EventSeries>> {
        let Some(id) = self.0.with(ctx, "series").await?.series_id else {
            return Ok(None);
        };
        Ok(ctx
            .load(Id::<event_series::Entity>::new(id))
            .await?
            .map(EventSeries::from))
    }

    /// Start that the rule of the series gave; null for a single event. It identifies the occurrence, even after the
    /// event is rescheduled.
    async fn recurrence_id(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(self.0.with(ctx, "recurrenceId").await?.recurrence_id)
    }

    /// Start of the event. For a postponed event, the start before the postponement.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.0.known().starts_at
    }

    /// End of the event. For a postponed event, the end before the postponement.
    async fn ends_at(&self) -> DateTime<Utc> {
        self.0.known().ends_at
    }

    /// Start before the event was last rescheduled; null if it never was.
    async fn previous_starts_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(self
            .0
            .with(ctx, "previousStartsAt")
            .await?
            .previous_starts_at)
    }

    /// IANA name of the time zone in which to show the times, such as `Europe/London`.
    async fn time_zone(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.0.with(ctx, "timeZone").await?.time_zone.clone())
    }

    /// Way of taking part: at the venue, online or either.
    async fn attendance_mode(&self, ctx: &Context<'_>) -> Result<AttendanceMode> {
        Ok(self.0.with(ctx, "attendanceMode").await?.attendance_mode)
    }

    /// The venue; null if the event has none, as online events do.
    async fn venue(&self, ctx: &Context<'_>) -> Result<Option<FastObject<Venue>>> {
        let row = self.0.with(ctx, "venue").await?;
        let point = row.latitude.zip(row.longitude);
        let place = Place {
            address_lines: row.details.address_lines.clone(),
            town: row.town.clone(),
            postcode: row.postcode.clone(),
            point: point.and_then(|(latitude, longitude)| Point::new(latitude, longitude)),
        };
        let venue = Venue {
            name: row.venue_name.clone(),
            place: place.said(),
            access_features: row.details.access_features.clone(),
            access_information: row.details.access_information.clone(),
        };
        let said = venue.name.is_some() || venue.place.is_some();
        Ok(said.then_some(FastObject(venue)))
    }

    /// Link for taking part online. Shown to members of the host organisation, to organisers and to people with a
    /// place; null for others.
    #[graphql(directive = crate::kit::graphql::cost::cost::apply(crate::kit::graphql::cost::STATEMENT))]
    async fn online_url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let (viewer, event) = (ctx.viewer(), self.0.known());
        let hosts = viewer.role_in(event.organisation_id).is_some()
            || rules::organises(viewer, event.organisation_id);
        let Some(me) = viewer.person_id() else {
            return Ok(None);
        };
        if !hosts && !registrations::search::comes(&ctx.app().database.read, me, event.id).await? {
            return Ok(None);
        }
        Ok(self.0.with(ctx, "onlineUrl").await?.online_url.clone())
    }

    /// The sessions of the event, earliest first.
    #[graphql(directive = list_size::apply(super::content::MAX_SESSIONS as u64, None))]
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<EventSession>> {
        let mut rows = ctx
            .parts::<event_session::Entity>(self.0.known().id)
            .await?;
        rows.sort_by_key(|row| (row.starts_at, row.id));
        Ok(rows.into_iter().map(EventSession::from).collect())
    }

    /// The areas that the event is for.
    #[graphql(directive = list_size::apply(crate::locations::rules::MAX_AREAS as u64, None))]
    async fn areas(&self, ctx: &Context<'_>) -> Result<Vec<FastObject<Area>>> {
        let reference = ctx.app().reference.now();
        let row = self.0.with(ctx, "areas").await?;
        let found = row
            .areas
            .0
            .iter()
            .filter_map(|code| Area::find(&reference, code).map(FastObject));
        Ok(found.collect())
    }

    /// The priority areas that the event serves, in the edition under which it was tagged.
    #[graphql(directive = list_size::apply(crate::listings::content::MAX_PRIORITY_AREAS as u64, None))]
    async fn priority_areas(&self, ctx: &Context<'_>) -> Result<Vec<FastObject<PriorityArea>>> {
        let reference = ctx.app().reference.now();
        let row = self.0.with(ctx, "priorityAreas").await?;
        let codes = row
            .priority_areas
            .0
            .iter()
            .filter_map(|code| code.split_once('/'));
        let found =
            codes.filter_map(|(edition, code)| PriorityArea::find(&reference, edition, code));
        Ok(found.map(FastObject).collect())
    }

    /// Audience that can see the event once it is announced.
    async fn audience(&self, ctx: &Context<'_>) -> Result<Audience> {
        Ok(self.0.with(ctx, "audience").await?.audience)
    }

    /// Scope of registration: none, the whole event or single sessions.
    async fn registration_mode(&self) -> RegistrationMode {
        self.0.known().registration
    }

    /// True if people can register now. If all places are taken, they join the waiting list.
    async fn registration_open(&self, ctx: &Context<'_>) -> Result<bool> {
        let row = self.0.with(ctx, "registrationOpen").await?;
        Ok(rules::registration_open(&row, ctx.viewer().now))
    }

    /// True if people without an account can register, with `registerAsGuest`.
    async fn guests_welcome(&self, ctx: &Context<'_>) -> Result<bool> {
        let row = self.0.with(ctx, "guestsWelcome").await?;
        Ok(rules::guests_welcome(&row))
    }

    /// Time from which people can register; null if they can from the announcement on.
    async fn registration_opens_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(self
            .0
            .with(ctx, "registrationOpensAt")
            .await?
            .registration_opens_at)
    }

    /// Time until which people can register; null if the event has no registration.
    async fn registration_closes_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        let row = self.0.with(ctx, "registrationClosesAt").await?;
        let some = row.registration != RegistrationMode::None;
        Ok(some.then(|| rules::registration_window(&row).1))
    }

    /// Total number of places; null if unlimited or counted per session.
    async fn capacity(&self, ctx: &Context<'_>) -> Result<Option<i32>> {
        Ok(self.0.places(ctx).await?.capacity)
    }

    /// Number of places free to a person who registers now: 0 while others wait. Null if places are unlimited or
    /// counted per session.
    async fn remaining_places(&self, ctx: &Context<'_>) -> Result<Option<i32>> {
        Ok(capacity::remaining(&self.0.places(ctx).await?))
    }

    /// Number of places reserved for the viewer, or for an organisation of which they are a member, and not used yet.
    /// One registration can take them without waiting, regardless of `remainingPlaces`; with several reservations, the
    /// largest counts. To use the places of an organisation, register with its `organisationId`.
    async fn viewer_reserved_places(&self, ctx: &Context<'_>) -> Result<i32> {
        reserved_for_viewer(ctx, &self.0.places(ctx).await?).await
    }

    /// Number of confirmed places, including those of people who attended or did not come. Offered places do not count.
    async fn confirmed_places(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self.0.places(ctx).await?.confirmed)
    }

    /// Number of registrations on the waiting list.
    async fn waiting_count(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self.0.places(ctx).await?.waiting)
    }

    /// Hours that a person on the waiting list has to answer a place offer.
    async fn place_offer_response_hours(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self
            .0
            .with(ctx, "placeOfferResponseHours")
            .await?
            .place_offer_response_hours)
    }

    /// Maximum number of places per registration.
    async fn max_places_per_registration(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self
            .0
            .with(ctx, "maxPlacesPerRegistration")
            .await?
            .max_places_per_registration)
    }

    /// Questions of the organisers to people who register.
    #[graphql(directive = list_size::apply(super::content::MAX_QUESTIONS as u64, None))]
    async fn questions(&self, ctx: &Context<'_>) -> Result<Vec<EventQuestion>> {
        let questions = self
            .0
            .with(ctx, "questions")
            .await?
            .details
            .questions
            .clone();
        Ok(questions.into_iter().map(Into::into).collect())
    }

    /// Reserved places, in the order of their release. Empty for viewers who do not organise the event.
    #[graphql(directive = list_size::apply(crate::events::reservations::rules::MAX, None))]
    async fn reservations(&self, ctx: &Context<'_>) -> Result<Vec<PlaceReservation>> {
        PlaceReservation::of_event(ctx, self.0.known()).await
    }

    /// The latest registration of the viewer for the event; null if they never registered.
    async fn viewer_registration(&self, ctx: &Context<'_>) -> Result<Option<Registration>> {
        Registration::own(ctx, self.0.known().id).await
    }

    /// Registrations for the event. Organisers see all, other viewers only their own. Registrations with a number on
    /// the waiting list follow in its order after the others, which are in the order in which they were made.
    async fn registrations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "States to include. Default: all.")] states: Option<
            Vec<RegistrationState>,
        >,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Registration, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        Registration::of_event(ctx, self.0.known().id, states, args).await
    }

    /// URL of the event as an iCalendar file (RFC 5545) with its public details. Null for drafts, and for events that
    /// only members see.
    async fn calendar_url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let row = self.0.with(ctx, "calendarUrl").await?;
        Ok(calendars::rules::of_event(&ctx.app().config, &row))
    }

    /// Figures on the outcome of the event: quantities offered and requested at it, and agreed, claimed and confirmed
    /// for those listings until today. Each figure and each unit is separate. Without `groupBy`, one group contains all
    /// figures. Access is as in the query `statistics`: staff see all figures; other viewers see figures of public
    /// listings, without those from which the activity of fewer than three organisations could be derived, also by
    /// subtracting them from the figures of the series or of all events.
    #[graphql(directive = list_size::apply(crate::statistics::rules::MAX_GROUPS as u64, Some("groupBy".into())), directive = cost::apply(crate::statistics::rules::COST))]
    async fn outcome(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Grouping of the figures. Default: one group with all figures.")] group_by: Option<
            StatisticsGrouping,
        >,
    ) -> Result<Vec<StatisticsGroup>> {
        let row = self.0.with(ctx, "outcome").await?;
        StatisticsGroup::raised(ctx, Raised::At(row.id), group_by).await
    }

    /// Time at which the event was drafted.
    async fn created_at(&self, ctx: &Context<'_>) -> Result<DateTime<Utc>> {
        Ok(self.0.with(ctx, "createdAt").await?.created_at)
    }

    /// Time of the last change.
    async fn updated_at(&self, ctx: &Context<'_>) -> Result<DateTime<Utc>> {
        Ok(self.0.with(ctx, "updatedAt").await?.updated_at)
    }

    /// Time of the first announcement; null if the event was never announced.
    async fn scheduled_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        let row = self.0.with(ctx, "scheduledAt").await?;
        Ok(clock::unless_never(row.first_scheduled_at))
    }

    /// Version of the event, incremented by every change. Send it with an update, so that you do not overwrite the
    /// change of another editor.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self.0.with(ctx, "version").await?.version)
    }

    /// Acts that the viewer can perform on the event now.
    #[graphql(directive = list_size::apply(6, None))]
    async fn viewer_acts(&self, ctx: &Context<'_>) -> Result<Vec<Act>> {
        let row = self.0.with(ctx, "viewerActs").await?;
        Ok(lifecycle::available::<event::Entity>(
            ctx.viewer(),
            &row,
            &(),
        ))
    }

    /// Records of the acts on the event, newest first. Visible to its organisation and to staff; empty for others.
    async fn activities(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Activity, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        Activity::of_subject(ctx, Id::<event::Entity>::new(self.0.known().id), args).await
    }
}
