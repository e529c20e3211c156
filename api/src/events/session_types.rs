//! GraphQL types of sessions and series.

use crate::kit::graphql::cost::{cost, list_size};
use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use entity::{event, event_capacity, event_series, event_session, organisation, place_reservation};

use super::{
    Event, EventFilter, EventOrder, EventPage, capacity, of_series, reservations::release,
};
use crate::{
    context::ContextExt,
    events::reservations::consume,
    kit::{Date, Error, Id, page::PageArgs},
    organisations::Organisation,
    statistics::{Raised, StatisticsGroup, StatisticsGrouping},
};

/// Session: a part of an event with its own times.
pub struct EventSession(event_session::Model);

impl From<event_session::Model> for EventSession {
    fn from(row: event_session::Model) -> Self {
        Self(row)
    }
}

impl EventSession {
    async fn places(&self, ctx: &Context<'_>) -> Result<event_capacity::Model, Error> {
        let all = ctx.parts::<event_capacity::Entity>(self.0.event_id).await?;
        let found = all.into_iter().find(|row| row.id == self.0.id);
        without_overdue(ctx, found.ok_or(Error::NotFound)?).await
    }
}

/// Returns the counts without the reserved places that are due for release, even if the worker has not released them
/// yet.
pub(super) async fn without_overdue(
    ctx: &Context<'_>,
    mut row: event_capacity::Model,
) -> Result<event_capacity::Model, Error> {
    if row.held > 0 {
        let event = ctx.load(Id::<event::Entity>::new(row.event_id)).await?;
        let (state, now) = (event.ok_or(Error::NotFound)?.state, ctx.viewer().now);
        let all = ctx.parts::<place_reservation::Entity>(row.event_id).await?;
        let of = all.iter().filter(|held| held.capacity_id == row.id);
        row.held -= of.map(|of| release::overdue(of, state, now)).sum::<i32>();
    }
    Ok(row)
}

/// A session: a part of an event with its own times.
#[Object]
impl EventSession {
    /// Global id.
    pub async fn id(&self) -> Id<event_session::Entity> {
        Id::new(self.0.id)
    }

    /// The event to which the session belongs.
    async fn event(&self, ctx: &Context<'_>) -> Result<Option<Event>> {
        Ok(ctx
            .load(Id::<event::Entity>::new(self.0.event_id))
            .await?
            .map(Event::from))
    }

    /// Title of the session.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Description of the session; null if it has none.
    async fn description(&self) -> Option<&String> {
        self.0.description.as_ref()
    }

    /// Room at the venue; null if not given.
    async fn room(&self) -> Option<&String> {
        self.0.room.as_ref()
    }

    /// Start of the session.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.0.starts_at
    }

    /// End of the session.
    async fn ends_at(&self) -> DateTime<Utc> {
        self.0.ends_at
    }

    /// Total number of places in the session; null if unlimited.
    async fn capacity(&self, ctx: &Context<'_>) -> Result<Option<i32>> {
        Ok(self.places(ctx).await?.capacity)
    }

    /// Number of places free to a person who registers for the session now: 0 while others wait. Null if places are
    /// unlimited.
    async fn remaining_places(&self, ctx: &Context<'_>) -> Result<Option<i32>> {
        Ok(capacity::remaining(&self.places(ctx).await?))
    }

    /// Number of places in the session that are reserved for the viewer, or for an organisation of which they are a
    /// member, and not used yet. One registration can take them without waiting, regardless of `remainingPlaces`; with
    /// several reservations, the largest counts.
    async fn viewer_reserved_places(&self, ctx: &Context<'_>) -> Result<i32> {
        reserved_for_viewer(ctx, &self.places(ctx).await?).await
    }

    /// Number of confirmed places in the session, including those of people who attended or did not come. Offered
    /// places do not count.
    async fn confirmed_places(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self.places(ctx).await?.confirmed)
    }

    /// Number of registrations on the waiting list of the session.
    async fn waiting_count(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self.places(ctx).await?.waiting)
    }
}

/// Returns the number of places that are reserved for the viewer. Most events have no reservations and need no query.
pub(super) async fn reserved_for_viewer(
    ctx: &Context<'_>,
    row: &event_capacity::Model,
) -> Result<i32> {
    let viewer = ctx.viewer();
    if row.held == 0 || viewer.person().is_none() {
        return Ok(0);
    }
    let held = consume::for_viewer(viewer, row.id)?;
    let held = ctx.page::<place_reservation::Model>(held).await?;
    let mut rows = held.rows();
    Ok(rows.next().map_or(0, |row| row.places - row.used))
}

/// Series of events that recur by a rule.
pub struct EventSeries(event_series::Model);

impl From<event_series::Model> for EventSeries {
    fn from(row: event_series::Model) -> Self {
        Self(row)
    }
}

/// A series of events that recur by a rule. Each occurrence is an event of its own, independent of the others. Viewers
/// who can see one of its events can see the series.
#[Object]
impl EventSeries {
    /// Global id.
    pub async fn id(&self) -> Id<event_series::Entity> {
        Id::new(self.0.id)
    }

    /// Reference that people use for the series, such as `SER-7K3M9-Q2X4T`.
    async fn reference(&self) -> &str {
        &self.0.reference
    }

    /// Title of the series, which its events have until an editor changes it.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The organisation that hosts the series.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let id = Id::<organisation::Entity>::new(self.0.organisation_id);
        Ok(ctx.load(id).await?.map(Organisation::from))
    }

    /// RFC 5545 rule of the series, such as `FREQ=MONTHLY;BYDAY=1TU;COUNT=6`. It follows local time in the time zone of
    /// the series.
    async fn rule(&self) -> &str {
        &self.0.rule
    }

    /// Dates without an event although the rule includes them.
    #[graphql(directive = list_size::apply(super::recurrence::MAX_EXCEPTIONS as u64, None))]
    async fn except_dates(&self) -> Vec<Date> {
        self.0
            .exceptions
            .0
            .iter()
            .filter_map(|day| day.parse().ok().map(Date))
            .collect()
    }

    /// Start of the first event, from which the rule generates the others.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.0.starts_at
    }

    /// IANA name of the time zone whose local time the rule follows.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// Figures on the outcome of the series: quantities offered and requested at its events, and agreed, claimed and
    /// confirmed for those listings until today. Each figure and each unit is separate. Without `groupBy`, one group
    /// contains all figures. Access is as in the query `statistics`: staff see all figures; other viewers see figures
    /// of public listings, without those from which the activity of fewer than three organisations could be derived.
    #[graphql(directive = list_size::apply(crate::statistics::rules::MAX_GROUPS as u64, Some("groupBy".into())), directive = cost::apply(crate::statistics::rules::COST))]
    async fn outcome(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Grouping of the figures. Default: one group with all figures.")] group_by: Option<
            StatisticsGrouping,
        >,
    ) -> Result<Vec<StatisticsGroup>> {
        StatisticsGroup::raised(ctx, Raised::AtAnyOf(self.0.id), group_by).await
    }

    /// Time at which the series was drafted.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// The events of the series that lists show to the viewer.
    #[expect(
        clippy::too_many_arguments,
        reason = "a list's arguments are its interface"
    )]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Conditions for the events. Without `states`, only scheduled events that are not over."
        )]
        filter: Option<EventFilter>,
        #[graphql(desc = "Sort order.", default)] order_by: EventOrder,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<EventPage> {
        let args = PageArgs::new(first, after, last, before)?;
        of_series(ctx, self.0.id, filter, order_by, args).await
    }
}
