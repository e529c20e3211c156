//! What the schema says of the parts of an event, and of what it is a part: its sessions and its series.

use crate::kit::graphql::cost::{cost, list_size};
use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use entity::{event, event_capacity, event_series, event_session, organisation, place_reservation};

use super::{
    Event, EventFilter, EventOrder, EventPage, capacity, of_series, reservations::release,
};
use crate::{
    context::Ask,
    events::reservations::consume,
    kit::{Date, Error, Id, page::PageArgs},
    organisations::Organisation,
    statistics::{StatisticsGroup, StatisticsGrouping},
};

/// A part of an event with a time of its own.
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
        at_this_moment(ctx, found.ok_or(Error::NotFound)?).await
    }
}

/// The places without what was to be released by now, whether or not that was written down.
pub(super) async fn at_this_moment(
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

/// A part of an event with a time of its own.
#[Object]
impl EventSession {
    /// Global id.
    pub async fn id(&self) -> Id<event_session::Entity> {
        Id::new(self.0.id)
    }

    /// The event of which it is a part.
    async fn event(&self, ctx: &Context<'_>) -> Result<Option<Event>> {
        Ok(ctx
            .load(Id::<event::Entity>::new(self.0.event_id))
            .await?
            .map(Event::from))
    }

    /// What it is called.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// What it is about.
    async fn description(&self) -> Option<&String> {
        self.0.description.as_ref()
    }

    /// Where at the venue.
    async fn room(&self) -> Option<&String> {
        self.0.room.as_ref()
    }

    /// When it begins.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.0.starts_at
    }

    /// When it ends.
    async fn ends_at(&self) -> DateTime<Utc> {
        self.0.ends_at
    }

    /// How many places there are; null where they are not counted.
    async fn capacity(&self, ctx: &Context<'_>) -> Result<Option<i32>> {
        Ok(self.places(ctx).await?.capacity)
    }

    /// How many places somebody finds who registers now: none while others wait. Null where they are not counted.
    async fn remaining_places(&self, ctx: &Context<'_>) -> Result<Option<i32>> {
        Ok(capacity::remaining(&self.places(ctx).await?))
    }

    /// How many places are held for the viewer, or for an organisation of which they are a member, and are theirs without
    /// waiting: for one registration, whatever `remainingPlaces` says.
    async fn viewer_reserved_places(&self, ctx: &Context<'_>) -> Result<i32> {
        reserved_for_viewer(ctx, &self.places(ctx).await?).await
    }

    /// How many places are taken for good.
    async fn confirmed_places(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self.places(ctx).await?.confirmed)
    }

    /// How many registrations wait for a place.
    async fn waiting_count(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self.places(ctx).await?.waiting)
    }
}

/// How many places are held for the viewer. Most events hold none, and ask no further.
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

/// Events that recur by a rule.
pub struct EventSeries(event_series::Model);

impl From<event_series::Model> for EventSeries {
    fn from(row: event_series::Model) -> Self {
        Self(row)
    }
}

/// Events that recur by a rule. Each of them is an event of its own, whatever becomes of the others. A series is seen by
/// whoever sees one of its events.
#[Object]
impl EventSeries {
    /// Global id.
    pub async fn id(&self) -> Id<event_series::Entity> {
        Id::new(self.0.id)
    }

    /// The number by which people speak of it, such as `SER-7K3M9-Q2X4T`.
    async fn reference(&self) -> &str {
        &self.0.reference
    }

    /// What its events are called, unless they say otherwise.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The organisation that hosts it.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let id = Id::<organisation::Entity>::new(self.0.organisation_id);
        Ok(ctx.load(id).await?.map(Organisation::from))
    }

    /// How it recurs: a rule of RFC 5545, such as `FREQ=MONTHLY;BYDAY=1TU;COUNT=6`, followed by the clocks of its time
    /// zone.
    async fn rule(&self) -> &str {
        &self.0.rule
    }

    /// Days on which it does not take place.
    #[graphql(directive = list_size::apply(super::recurrence::MOST_EXCEPTIONS as u64, None))]
    async fn except_dates(&self) -> Vec<Date> {
        self.0
            .exceptions
            .0
            .iter()
            .filter_map(|day| day.parse().ok().map(Date))
            .collect()
    }

    /// The first start, from which the rule goes on.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.0.starts_at
    }

    /// The time zone whose clocks the rule follows.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// What came of it: how much was offered and requested at it, and what was agreed, claimed and confirmed about that
    /// until today, each figure and each unit apart. Without `groupBy` one group holds everything. What is shown to whom is
    /// as in the query `statistics`: staff see all of it, others what public listings add up to, of groups in which at least
    /// three organisations act.
    #[graphql(directive = list_size::apply(crate::statistics::rules::MOST_GROUPS as u64, Some("groupBy".into())), directive = cost::apply(crate::statistics::rules::COST))]
    async fn outcome(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By what; left out, one group holds everything.")] group_by: Option<
            StatisticsGrouping,
        >,
    ) -> Result<Vec<StatisticsGroup>> {
        StatisticsGroup::of_series(ctx, self.0.id, group_by).await
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Its events, as far as they are listed to the viewer.
    #[expect(
        clippy::too_many_arguments,
        reason = "a list's arguments are its interface"
    )]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which events; those that are to come unless `states` says otherwise.")]
        filter: Option<EventFilter>,
        #[graphql(desc = "In which order.", default)] order_by: EventOrder,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<EventPage> {
        let args = PageArgs::new(first, after, last, before)?;
        of_series(ctx, self.0.id, filter, order_by, args).await
    }
}
