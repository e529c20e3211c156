//! Making calendars, and revoking them.

use async_graphql::{Context, InputObject, Object, Result};
use entity::{calendar_address::CalendarScope, organisation};

use super::{
    Calendar,
    service::{self, Asked, CalendarId},
};
use crate::{context::Ask, kit::Id, payload};

/// Of what to make a calendar.
#[derive(InputObject, Debug)]
pub struct MakeCalendarInput {
    /// Which events it holds.
    pub scope: CalendarScope,
    /// Of which organisation, where it is of one.
    pub organisation_id: Option<Id<organisation::Entity>>,
    /// Of which area, by its code, where it is of one.
    pub area: Option<String>,
    /// A key of your own, unique for each thing that you create: a retry with the same key gets the same answer.
    pub idempotency_key: Option<String>,
}

/// Which calendar to revoke.
#[derive(InputObject, Debug)]
pub struct RevokeCalendarInput {
    /// The calendar.
    pub id: CalendarId,
}

payload! {
    /// What an act on a calendar gives back.
    CalendarPayload {
        /// The calendar after the act, or as it was before it was revoked; null where the act was refused.
        calendar: Calendar
    }
}

/// Making calendars, and revoking them.
#[derive(Default)]
pub struct CalendarMutation;

#[Object]
impl CalendarMutation {
    /// Make an address by which a calendar program follows events as you may see them: at most 20 of them. What
    /// everybody may see has an address of its own: see `Organisation.calendarUrl`, `Area.calendarUrl` and `Event.calendarUrl`.
    async fn make_calendar(
        &self,
        ctx: &Context<'_>,
        input: MakeCalendarInput,
    ) -> Result<Option<CalendarPayload>> {
        let MakeCalendarInput {
            scope,
            organisation_id: organisation,
            area,
            idempotency_key: key,
        } = input;
        let asked = Asked {
            scope,
            organisation,
            area,
        };
        CalendarPayload::of(service::make(ctx.app(), ctx.viewer(), asked, key).await)
    }

    /// Revoke an address: from now on nobody reads by it. Make a new one where it got into wrong hands.
    async fn revoke_calendar(
        &self,
        ctx: &Context<'_>,
        input: RevokeCalendarInput,
    ) -> Result<Option<CalendarPayload>> {
        CalendarPayload::of(service::revoke(ctx.app(), ctx.viewer(), input.id).await)
    }
}
