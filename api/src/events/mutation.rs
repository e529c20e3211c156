//! Acts on events and series.

use async_graphql::{Context, Object, Result};

use super::{
    Event, EventSeries,
    inputs::{
        CancelEventSeriesInput, CreateEventInput, CreateEventSeriesInput, EventActInput,
        EventSeriesActInput, RescheduleEventInput, StopEventInput, UpdateEventInput,
    },
    series, service, transitions,
};
use crate::{context::Ask, kit::Error, payload};

payload! {
    /// What an act on an event gives back.
    EventPayload {
        /// The event after the act; null where it was refused.
        event: Event
    }
}

payload! {
    /// What an act on a series gives back.
    EventSeriesPayload {
        /// The series after the act; null where it was refused.
        series: EventSeries
    }
}

/// Acts on events and series.
#[derive(Default)]
pub struct EventMutation;

#[Object]
impl EventMutation {
    /// Draft an event, and announce it at once where `schedule` says so.
    async fn create_event(
        &self,
        ctx: &Context<'_>,
        input: CreateEventInput,
    ) -> Result<Option<EventPayload>> {
        EventPayload::of(create(ctx, input).await)
    }

    /// Draft all events of a series, and announce them at once where `schedule` says so.
    async fn create_event_series(
        &self,
        ctx: &Context<'_>,
        input: CreateEventSeriesInput,
    ) -> Result<Option<EventSeriesPayload>> {
        EventSeriesPayload::of(create_series(ctx, input).await)
    }

    /// Change what an event says. A version that is not the latest is refused with `VERSION_OUTDATED`.
    async fn update_event(
        &self,
        ctx: &Context<'_>,
        input: UpdateEventInput,
    ) -> Result<Option<EventPayload>> {
        let (id, version, edit) = input.edit();
        EventPayload::of(service::update(ctx.app(), ctx.viewer(), id, version, edit).await)
    }

    /// Announce a draft to its audience.
    async fn schedule_event(
        &self,
        ctx: &Context<'_>,
        input: EventActInput,
    ) -> Result<Option<EventPayload>> {
        EventPayload::of(
            transitions::schedule(ctx.app(), ctx.viewer(), input.id, input.version).await,
        )
    }

    /// Give an event another date. Whoever registered stays registered, and is told.
    async fn reschedule_event(
        &self,
        ctx: &Context<'_>,
        input: RescheduleEventInput,
    ) -> Result<Option<EventPayload>> {
        let RescheduleEventInput {
            id,
            version,
            starts_at,
            ends_at,
        } = input;
        EventPayload::of(
            transitions::reschedule(ctx.app(), ctx.viewer(), id, version, (starts_at, ends_at))
                .await,
        )
    }

    /// Put an event off until there is a new date.
    async fn postpone_event(
        &self,
        ctx: &Context<'_>,
        input: StopEventInput,
    ) -> Result<Option<EventPayload>> {
        let StopEventInput {
            id,
            version,
            notice,
        } = input;
        EventPayload::of(transitions::postpone(ctx.app(), ctx.viewer(), id, version, notice).await)
    }

    /// Call an event off.
    async fn cancel_event(
        &self,
        ctx: &Context<'_>,
        input: StopEventInput,
    ) -> Result<Option<EventPayload>> {
        let StopEventInput {
            id,
            version,
            notice,
        } = input;
        EventPayload::of(transitions::cancel(ctx.app(), ctx.viewer(), id, version, notice).await)
    }

    /// Throw away a draft. The payload shows it a last time.
    async fn delete_event(
        &self,
        ctx: &Context<'_>,
        input: EventActInput,
    ) -> Result<Option<EventPayload>> {
        EventPayload::of(service::delete(ctx.app(), ctx.viewer(), input.id, input.version).await)
    }

    /// Announce all drafts of a series.
    async fn schedule_event_series(
        &self,
        ctx: &Context<'_>,
        input: EventSeriesActInput,
    ) -> Result<Option<EventSeriesPayload>> {
        EventSeriesPayload::of(series::schedule(ctx.app(), ctx.viewer(), input.id).await)
    }

    /// Call off all events of a series that are yet to come.
    async fn cancel_event_series(
        &self,
        ctx: &Context<'_>,
        input: CancelEventSeriesInput,
    ) -> Result<Option<EventSeriesPayload>> {
        EventSeriesPayload::of(
            series::cancel(ctx.app(), ctx.viewer(), input.id, input.notice).await,
        )
    }
}

async fn create(ctx: &Context<'_>, input: CreateEventInput) -> Result<entity::event::Model, Error> {
    let (draft, key) = input.said()?;
    service::create(ctx.app(), ctx.viewer(), draft, key).await
}

async fn create_series(
    ctx: &Context<'_>,
    input: CreateEventSeriesInput,
) -> Result<entity::event_series::Model, Error> {
    let CreateEventSeriesInput { event, recurrence } = input;
    let (draft, key) = event.said().map_err(within)?;
    let made = series::create(ctx.app(), ctx.viewer(), draft, recurrence.into(), key).await;
    made.map_err(within)
}

/// What is wrong with the first event stands below `event`.
fn within(error: Error) -> Error {
    let Error::Refused(mut refusals) = error else {
        return error;
    };
    for refusal in &mut refusals {
        if let Some(path) = &mut refusal.field
            && path.first().is_none_or(|first| first != "recurrence")
        {
            path.insert(0, "event".into());
        }
    }
    Error::Refused(refusals)
}
