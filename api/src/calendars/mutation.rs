//! Mutations on calendars.

use async_graphql::{Context, InputObject, Object, Result};
use entity::{calendar_address::CalendarScope, organisation};

use super::{
    Calendar,
    service::{self, CalendarId, CalendarRequest},
};
use crate::{context::ContextExt, kit::Id, payload};

/// Input of `createCalendar`.
#[derive(InputObject, Debug)]
pub struct CreateCalendarInput {
    /// Selection of the events in the calendar.
    pub scope: CalendarScope,
    /// The organisation whose events the calendar contains. Required for the scope `ORGANISATION`, otherwise left out.
    pub organisation_id: Option<Id<organisation::Entity>>,
    /// Code of the area whose events the calendar contains. Required for the scope `AREA`, otherwise left out.
    pub area: Option<String>,
    /// Key chosen by the client, unique for each object that it creates: at most 100 characters. A retry with the same key
    /// returns the first result.
    pub idempotency_key: Option<String>,
}

/// Input of `revokeCalendar`.
#[derive(InputObject, Debug)]
pub struct RevokeCalendarInput {
    /// The calendar to revoke.
    pub id: CalendarId,
}

payload! {
    /// Result of a mutation on a calendar.
    CalendarPayload {
        /// The calendar after the mutation, or as it was before it was revoked; null if the mutation was refused.
        calendar: Calendar
    }
}

/// Mutations on calendars.
#[derive(Default)]
pub struct CalendarMutation;

#[Object]
impl CalendarMutation {
    /// Creates a private address by which a calendar program subscribes to events that the viewer may see. Limit: 20
    /// calendars per person. Public events have public addresses: see `Organisation.calendarUrl`, `Area.calendarUrl`
    /// and `Event.calendarUrl`.
    async fn create_calendar(
        &self,
        ctx: &Context<'_>,
        input: CreateCalendarInput,
    ) -> Result<Option<CalendarPayload>> {
        let CreateCalendarInput {
            scope,
            organisation_id: organisation,
            area,
            idempotency_key: key,
        } = input;
        let asked = CalendarRequest {
            scope,
            organisation,
            area,
        };
        let key = ctx.optional_retry_key(key)?;
        CalendarPayload::of(service::make(ctx.app(), ctx.viewer(), asked, key).await)
    }

    /// Revokes a calendar. Its address stops working at once. Use it if the address became known to others, then create
    /// a new calendar.
    async fn revoke_calendar(
        &self,
        ctx: &Context<'_>,
        input: RevokeCalendarInput,
    ) -> Result<Option<CalendarPayload>> {
        CalendarPayload::of(service::revoke(ctx.app(), ctx.viewer(), input.id).await)
    }
}
