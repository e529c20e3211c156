//! Mutations of events and series.

use async_graphql::{Context, Object, Result};

use super::{
    Event, EventSeries,
    inputs::{
        CancelEventInput, CancelEventSeriesInput, CreateEventInput, CreateEventSeriesInput,
        DeleteEventInput, PostponeEventInput, RescheduleEventInput, ScheduleEventInput,
        ScheduleEventSeriesInput, UpdateEventInput,
    },
    series, service, transitions,
};
use crate::{context::ContextExt, kit::Error, payload};

payload! {
    /// Result of a mutation of an event.
    EventPayload {
        /// The event after the change; null if the change was refused.
        event: Event
    }
}

payload! {
    /// Result of a mutation of a series.
    EventSeriesPayload {
        /// The series after the change; null if the change was refused.
        series: EventSeries
    }
}

/// Mutations of events and series.
#[derive(Default)]
pub struct EventMutation;

#[Object]
impl EventMutation {
    /// Drafts an event. With `schedule`, also announces it.
    async fn create_event(
        &self,
        ctx: &Context<'_>,
        input: CreateEventInput,
    ) -> Result<Option<EventPayload>> {
        EventPayload::of(create(ctx, input).await)
    }

    /// Drafts all events of a series. With `schedule`, also announces them.
    async fn create_event_series(
        &self,
        ctx: &Context<'_>,
        input: CreateEventSeriesInput,
    ) -> Result<Option<EventSeriesPayload>> {
        EventSeriesPayload::of(create_series(ctx, input).await)
    }

    /// Changes the content of an event. An outdated version is refused with `VERSION_OUTDATED`.
    async fn update_event(
        &self,
        ctx: &Context<'_>,
        input: UpdateEventInput,
    ) -> Result<Option<EventPayload>> {
        let (id, version, edit) = input.edit();
        EventPayload::of(service::update(ctx.app(), ctx.viewer(), id, version, edit).await)
    }

    /// Announces a draft to its audience. Requires an organiser: an editor of the host organisation or a programme
    /// administrator.
    async fn schedule_event(
        &self,
        ctx: &Context<'_>,
        input: ScheduleEventInput,
    ) -> Result<Option<EventPayload>> {
        EventPayload::of(
            transitions::schedule(ctx.app(), ctx.viewer(), input.id, input.version).await,
        )
    }

    /// Moves an event to a new date, with its sessions. Registrations stay valid, and people who registered are
    /// notified.
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

    /// Postpones an event without a new date. People who registered are notified.
    async fn postpone_event(
        &self,
        ctx: &Context<'_>,
        input: PostponeEventInput,
    ) -> Result<Option<EventPayload>> {
        let PostponeEventInput {
            id,
            version,
            notice,
        } = input;
        EventPayload::of(transitions::postpone(ctx.app(), ctx.viewer(), id, version, notice).await)
    }

    /// Cancels an event. People who registered are notified.
    async fn cancel_event(
        &self,
        ctx: &Context<'_>,
        input: CancelEventInput,
    ) -> Result<Option<EventPayload>> {
        let CancelEventInput {
            id,
            version,
            notice,
        } = input;
        EventPayload::of(transitions::cancel(ctx.app(), ctx.viewer(), id, version, notice).await)
    }

    /// Deletes a draft. The payload contains it as it was.
    async fn delete_event(
        &self,
        ctx: &Context<'_>,
        input: DeleteEventInput,
    ) -> Result<Option<EventPayload>> {
        EventPayload::of(service::delete(ctx.app(), ctx.viewer(), input.id, input.version).await)
    }

    /// Announces all drafts of a series. Each event is a separate step: after a failure, repeat the mutation to
    /// announce the rest.
    async fn schedule_event_series(
        &self,
        ctx: &Context<'_>,
        input: ScheduleEventSeriesInput,
    ) -> Result<Option<EventSeriesPayload>> {
        EventSeriesPayload::of(series::schedule(ctx.app(), ctx.viewer(), input.id).await)
    }

    /// Cancels all scheduled and postponed events of a series that are not over. Each event is a separate step: after a
    /// failure, repeat the mutation to cancel the rest.
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
    let (draft, key) = input.content()?;
    let key = ctx.optional_retry_key(key)?;
    service::create(ctx.app(), ctx.viewer(), draft, key).await
}

async fn create_series(
    ctx: &Context<'_>,
    input: CreateEventSeriesInput,
) -> Result<entity::event_series::Model, Error> {
    let CreateEventSeriesInput { event, recurrence } = input;
    let (draft, key) = event.content().map_err(within)?;
    let key = ctx.optional_retry_key(key)?;
    let made = series::create(ctx.app(), ctx.viewer(), draft, recurrence.into(), key).await;
    made.map_err(within)
}

/// Prefixes field paths of the first event with `event`.
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
