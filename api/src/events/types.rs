//! What the schema says of an event.

use async_graphql::{Context, Object, Result, SimpleObject, connection::Connection};
use chrono::{DateTime, Utc};
use entity::{
    event::{self, AccessFeature, AttendanceMode, EventKind, EventState, RegistrationMode},
    event_partner, event_series, event_session,
    listing::Audience,
    organisation, person,
    registration::RegistrationState,
};

use super::{
    EventSeries, EventSession, capacity,
    projection::Row,
    rules::{self, Act},
    session_types::reserved_for_viewer,
};
use crate::{
    accounts::Person,
    activities::Activity,
    calendars,
    context::Ask,
    events::{
        registrations::{self, Registration},
        reservations::PlaceReservation,
    },
    kit::{
        Id, clock,
        graphql::{
            cost::{cost, list_size},
            fast_object::{AtHand, AtOnce},
        },
        lifecycle,
        page::{PageArgs, Total},
    },
    locations::{Place, place::Point},
    organisations::Organisation,
    reference::{Area, PriorityArea},
    statistics::{StatisticsGroup, StatisticsGrouping},
};

/// Where an event takes place.
#[derive(SimpleObject)]
pub struct Venue {
    /// What it is called.
    pub name: Option<String>,
    /// Where it is.
    pub place: Option<Place>,
    /// What makes it easier to get in and to take part.
    #[graphql(directive = list_size::apply(12, None))]
    pub access_features: Vec<AccessFeature>,
    /// More about getting in and taking part, in words.
    pub access_information: Option<String>,
}

/// Something that the organisers ask whoever registers.
#[derive(SimpleObject)]
pub struct EventQuestion {
    /// Names it within the event: an answer names it.
    pub code: String,
    /// What is asked.
    pub label: String,
    /// Whether it must be answered.
    pub required: bool,
    /// What can be answered; empty where any text can.
    #[graphql(directive = list_size::apply(super::content::MOST_CHOICES as u64, None))]
    pub choices: Vec<String>,
}

impl From<event::Question> for EventQuestion {
    fn from(question: event::Question) -> Self {
        let event::Question {
            code,
            label,
            required,
            choices,
        } = question;
        Self {
            code,
            label,
            required,
            choices,
        }
    }
}

/// A gathering of people, such as We Are Surrey.
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

impl AtHand for Venue {}
impl AtHand for Event {
    const WAITING: &'static [&'static str] = &[
        "partners",
        "viewerRegistration",
        "registrations",
        "onlineUrl",
        "series",
        "sessions",
        "createdBy",
        "activities",
    ];
}

/// A gathering of people, such as We Are Surrey: by itself, or one of a series.
#[Object]
impl Event {
    /// Global id.
    pub async fn id(&self) -> Id<event::Entity> {
        Id::new(self.0.known().id)
    }

    /// The number by which people speak of it, such as `EVT-7K3M9-Q2X4T`.
    async fn reference(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.0.with(ctx, "reference").await?.reference.clone())
    }

    /// Where it stands at this moment. One that was rescheduled is `SCHEDULED`, with a `previousStartsAt`.
    async fn state(&self, ctx: &Context<'_>) -> EventState {
        rules::state_at(self.0.known(), ctx.viewer().now)
    }

    /// What was said when it was postponed or called off.
    async fn notice(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.0.with(ctx, "notice").await?.notice.clone())
    }

    /// What kind of gathering it is.
    async fn kind(&self, ctx: &Context<'_>) -> Result<EventKind> {
        Ok(self.0.with(ctx, "kind").await?.kind)
    }

    /// What it is called.
    async fn title(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.0.with(ctx, "title").await?.title.clone())
    }

    /// What it is about: plain text with line breaks.
    async fn description(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.0.with(ctx, "description").await?.description.clone())
    }

    /// The organisation that hosts it.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<AtOnce<Organisation>>> {
        if let Some(read) = self.0.organisation() {
            return Ok(Some(AtOnce(read.clone().into())));
        }
        let id = Id::<organisation::Entity>::new(self.0.known().organisation_id);
        Ok(ctx.load(id).await?.map(Organisation::from).map(AtOnce))
    }

    /// The organisations that make it possible beside its host.
    #[graphql(directive = list_size::apply(super::content::MOST_PARTNERS as u64, None))]
    async fn partners(&self, ctx: &Context<'_>) -> Result<Vec<Organisation>> {
        let mut rows = ctx
            .parts::<event_partner::Entity>(self.0.known().id)
            .await?;
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

    /// Who drafted it; null for those who do not see that person.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let row = self.0.with(ctx, "viewerActs").await?;
        let found = ctx.load(Id::<person::Entity>::new(row.created_by)).await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// The series of which it is one; null where it stands by itself.
    async fn series(&self, ctx: &Context<'_>) -> Result<Option<EventSeries>> {
        let Some(id) = self.0.with(ctx, "series").await?.series_id else {
            return Ok(None);
        };
        Ok(ctx
            .load(Id::<event_series::Entity>::new(id))
            .await?
            .map(EventSeries::from))
    }

    /// The start that its series gave it: it names the occurrence whatever becomes of the date.
    async fn recurrence_id(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(self.0.with(ctx, "recurrenceId").await?.recurrence_id)
    }

    /// When it begins; of one that is postponed, when it would have begun.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.0.known().starts_at
    }

    /// When it ends; of one that is postponed, when it would have ended.
    async fn ends_at(&self) -> DateTime<Utc> {
        self.0.known().ends_at
    }

    /// When it would have begun before it was rescheduled; null where it never was.
    async fn previous_starts_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(self
            .0
            .with(ctx, "previousStartsAt")
            .await?
            .previous_starts_at)
    }

    /// The time zone in which to tell its times, by its IANA name, such as `Europe/London`.
    async fn time_zone(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.0.with(ctx, "timeZone").await?.time_zone.clone())
    }

    /// How people take part.
    async fn attendance_mode(&self, ctx: &Context<'_>) -> Result<AttendanceMode> {
        Ok(self.0.with(ctx, "attendanceMode").await?.attendance_mode)
    }

    /// Where it takes place; null where it is online only.
    async fn venue(&self, ctx: &Context<'_>) -> Result<Option<AtOnce<Venue>>> {
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
        Ok(said.then_some(AtOnce(venue)))
    }

    /// The link under which to take part online; shown to its hosts and to those who have a place.
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

    /// Its parts, in order of time.
    #[graphql(directive = list_size::apply(super::content::MOST_SESSIONS as u64, None))]
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<EventSession>> {
        let mut rows = ctx
            .parts::<event_session::Entity>(self.0.known().id)
            .await?;
        rows.sort_by_key(|row| (row.starts_at, row.id));
        Ok(rows.into_iter().map(EventSession::from).collect())
    }

    /// The areas that it is for.
    #[graphql(directive = list_size::apply(crate::locations::rules::MOST_AREAS as u64, None))]
    async fn areas(&self, ctx: &Context<'_>) -> Result<Vec<AtOnce<Area>>> {
        let reference = ctx.app().reference.now();
        let row = self.0.with(ctx, "areas").await?;
        let found = row
            .areas
            .0
            .iter()
            .filter_map(|code| Area::find(&reference, code).map(AtOnce));
        Ok(found.collect())
    }

    /// The priority areas that it serves, of the edition under which it was tagged.
    #[graphql(directive = list_size::apply(crate::listings::content::MOST_PRIORITY_AREAS as u64, None))]
    async fn priority_areas(&self, ctx: &Context<'_>) -> Result<Vec<AtOnce<PriorityArea>>> {
        let reference = ctx.app().reference.now();
        let row = self.0.with(ctx, "priorityAreas").await?;
        let codes = row
            .priority_areas
            .0
            .iter()
            .filter_map(|code| code.split_once('/'));
        let found =
            codes.filter_map(|(edition, code)| PriorityArea::find(&reference, edition, code));
        Ok(found.map(AtOnce).collect())
    }

    /// Who may see it.
    async fn audience(&self, ctx: &Context<'_>) -> Result<Audience> {
        Ok(self.0.with(ctx, "audience").await?.audience)
    }

    /// Whether people register, and for what.
    async fn registration_mode(&self) -> RegistrationMode {
        self.0.known().registration
    }

    /// Whether people can register at this moment; where all places are taken, they then wait.
    async fn registration_open(&self, ctx: &Context<'_>) -> Result<bool> {
        let row = self.0.with(ctx, "registrationOpen").await?;
        Ok(rules::registration_open(&row, ctx.viewer().now))
    }

    /// Whether people without an account may register for it: `registerAsGuest`.
    async fn guests_welcome(&self, ctx: &Context<'_>) -> Result<bool> {
        let row = self.0.with(ctx, "guestsWelcome").await?;
        Ok(rules::guests_welcome(&row))
    }

    /// From when on people can register; null where that is since it was announced.
    async fn registration_opens_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(self
            .0
            .with(ctx, "registrationOpensAt")
            .await?
            .registration_opens_at)
    }

    /// Until when people can register; null where nobody registers.
    async fn registration_closes_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        let row = self.0.with(ctx, "registrationClosesAt").await?;
        let some = row.registration != RegistrationMode::None;
        Ok(some.then(|| rules::registration_window(&row).1))
    }

    /// How many places there are; null where they are not counted, or are counted by the session.
    async fn capacity(&self, ctx: &Context<'_>) -> Result<Option<i32>> {
        Ok(self.0.places(ctx).await?.capacity)
    }

    /// How many places somebody finds who registers now: none while others wait. Null where they are not counted.
    async fn remaining_places(&self, ctx: &Context<'_>) -> Result<Option<i32>> {
        Ok(capacity::remaining(&self.0.places(ctx).await?))
    }

    /// How many places are held for the viewer, or for an organisation of which they are a member, and are theirs without
    /// waiting: for one registration, whatever `remainingPlaces` says. Register with that organisation's id for those.
    async fn viewer_reserved_places(&self, ctx: &Context<'_>) -> Result<i32> {
        reserved_for_viewer(ctx, &self.0.places(ctx).await?).await
    }

    /// How many places are taken for good.
    async fn confirmed_places(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self.0.places(ctx).await?.confirmed)
    }

    /// How many registrations wait for a place.
    async fn waiting_count(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self.0.places(ctx).await?.waiting)
    }

    /// How many hours somebody who waits has to answer when a place is offered to them.
    async fn hours_to_answer(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self.0.with(ctx, "hoursToAnswer").await?.hours_to_answer)
    }

    /// The most places that one registration takes.
    async fn most_places(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self.0.with(ctx, "mostPlaces").await?.most_places)
    }

    /// What the organisers ask whoever registers.
    #[graphql(directive = list_size::apply(super::content::MOST_QUESTIONS as u64, None))]
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

    /// Places that are held for some, in the order in which they are released; empty for those who do not organise it.
    #[graphql(directive = list_size::apply(crate::events::reservations::rules::MOST, None))]
    async fn reservations(&self, ctx: &Context<'_>) -> Result<Vec<PlaceReservation>> {
        PlaceReservation::of_event(ctx, self.0.known()).await
    }

    /// The viewer's latest registration for it; null where they never registered.
    async fn viewer_registration(&self, ctx: &Context<'_>) -> Result<Option<Registration>> {
        Registration::own(ctx, self.0.known().id).await
    }

    /// Who registered, as far as the viewer sees it: organisers all, others their own. Those of the queue in its order,
    /// the others as they came.
    async fn registrations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In one of these states; without it, all.")] states: Option<
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

    /// Where a calendar program reads it (RFC 5545), as everybody may see it; null where not everybody may.
    async fn calendar_url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let row = self.0.with(ctx, "calendarUrl").await?;
        Ok(calendars::rules::of_event(&ctx.app().config, &row))
    }

    /// What came of it: how much was offered and requested at it, and what was agreed, claimed and confirmed about that
    /// until today, each figure and each unit apart. Without `groupBy` one group holds everything. What is shown to whom is
    /// as in the query `statistics`: staff see all of it, others what public listings add up to, of groups in which at least
    /// three organisations act.
    ///
    /// Of an event of a series, others see no groups, only of the series as a whole: with `groupBy` one group comes back,
    /// `suppressed`. Without it the group is `suppressed` too where its figures, taken from those of the series, would tell
    /// what fewer than three organisations did at other events.
    #[graphql(directive = list_size::apply(crate::statistics::rules::MOST_GROUPS as u64, Some("groupBy".into())), directive = cost::apply(crate::statistics::rules::COST))]
    async fn outcome(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By what; left out, one group holds everything.")] group_by: Option<
            StatisticsGrouping,
        >,
    ) -> Result<Vec<StatisticsGroup>> {
        let row = self.0.with(ctx, "outcome").await?;
        StatisticsGroup::of_event(ctx, row.id, row.series_id, group_by).await
    }

    /// When it was drafted.
    async fn created_at(&self, ctx: &Context<'_>) -> Result<DateTime<Utc>> {
        Ok(self.0.with(ctx, "createdAt").await?.created_at)
    }

    /// When it was changed last.
    async fn updated_at(&self, ctx: &Context<'_>) -> Result<DateTime<Utc>> {
        Ok(self.0.with(ctx, "updatedAt").await?.updated_at)
    }

    /// When it was announced for the first time; null while it has not been.
    async fn scheduled_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        let row = self.0.with(ctx, "scheduledAt").await?;
        Ok(clock::unless_never(row.first_scheduled_at))
    }

    /// Goes up with every change of what it says. Send it with an edit, so that nobody's change is overwritten unseen.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self.0.with(ctx, "version").await?.version)
    }

    /// What the viewer can do to it now.
    #[graphql(directive = list_size::apply(6, None))]
    async fn viewer_acts(&self, ctx: &Context<'_>) -> Result<Vec<Act>> {
        let row = self.0.with(ctx, "viewerActs").await?;
        Ok(lifecycle::available::<event::Entity>(
            ctx.viewer(),
            &row,
            &(),
        ))
    }

    /// What was done to it, newest first; seen by its organisation and by staff, empty for others.
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
