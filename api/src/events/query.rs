//! Queries of events: single events, and pages of all events or of those of an organisation or a series.

use async_graphql::{Context, Enum, InputObject, Object, Result, connection::Connection};
use entity::{
    event::{self, AttendanceMode, Column, EventKind, EventState},
    event_series, organisation,
};
use uuid::Uuid;

use super::{
    projection::Plan,
    search::{self, Search},
    service::EventId,
    types::Event,
};
use crate::{
    context::ContextExt,
    kit::{
        Error, Id,
        graphql::fast_object::FastObject,
        page::{PageArgs, Total},
    },
    listings::search::types::{DateRangeInput, NearInput},
};

/// Page of events.
pub type EventPage = Connection<String, FastObject<Event>, Total>;

/// Sort order of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum EventOrder {
    /// Earliest start first.
    #[default]
    Soonest,
    /// Latest start first: for past events.
    Latest,
    /// Latest first announcement first.
    Newest,
    /// Nearest to `filter.near` first, which is required. Events without a point on the map come last.
    Nearest,
}

/// Conditions for events, all of which must be met. Conditions that are left out do not apply. Values in one list are
/// alternatives; a list has at most 50.
#[derive(Clone, Debug, Default, InputObject)]
pub struct EventFilter {
    /// Words that must all occur, in any inflected form; capitals, accents and signs make no difference. `"quotes"` search for a phrase, and `begin*` for the beginning
    /// of a word. At most 200 characters.
    #[graphql(directive = crate::kit::graphql::cost::cost::apply(crate::kit::graphql::cost::TEXT))]
    pub text: Option<String>,
    /// Kinds of events.
    pub kinds: Option<Vec<EventKind>>,
    /// States of events. Default: only scheduled events that are not over.
    pub states: Option<Vec<EventState>>,
    /// Ways of taking part.
    pub attendance_modes: Option<Vec<AttendanceMode>>,
    /// Codes of areas. Includes the areas inside them, and their predecessors and successors.
    pub areas: Option<Vec<String>>,
    /// Codes of priority areas, or `edition/code`. Includes their outcomes, and their equivalents in other editions.
    pub priority_areas: Option<Vec<String>>,
    /// Distance from a point. `includeRemote` also includes events that people can join online.
    pub near: Option<NearInput>,
    /// Days on which the event takes place, at least in part.
    pub between: Option<DateRangeInput>,
    /// `true`: only events for which a person can get a place now, because places are left or no registration is
    /// needed. `false`: only the other events.
    pub places_left: Option<bool>,
    /// Organisations that host the event or are its partners.
    pub organisations: Option<Vec<Id<organisation::Entity>>>,
    /// Series of the event.
    pub series: Option<Id<event_series::Entity>>,
}

/// Queries of events.
#[derive(Default)]
pub struct EventQuery;

#[Object]
impl EventQuery {
    /// Returns one event by id or by reference; null if there is none that the viewer may see. Give exactly one of the
    /// two.
    async fn event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the event.")] id: Option<EventId>,
        #[graphql(desc = "Reference of the event, such as `EVT-7K3M9-Q2X4T`.")] reference: Option<
            String,
        >,
    ) -> Result<Option<FastObject<Event>>> {
        let which = match (id, reference) {
            (Some(id), None) => Some(search::known_as(id)),
            (None, Some(reference)) => search::referred_to(&reference),
            _ => {
                return Err(Error::BadInput(
                    "id",
                    "give either the id or the reference, not both".into(),
                )
                .into());
            }
        };
        let Some(which) = which else { return Ok(None) };
        let plan = Plan::of_event(ctx.field());
        let found = search::one(&ctx.app().database.read, ctx.viewer(), &plan, which).await?;
        Ok(found.map(|row| FastObject(row.into())))
    }

    /// Returns a page of events. Default: scheduled events that are not over, earliest start first.
    #[expect(
        clippy::too_many_arguments,
        reason = "a list's arguments are its interface"
    )]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Conditions for the events.")] filter: Option<EventFilter>,
        #[graphql(desc = "Sort order.", default)] order_by: EventOrder,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<EventPage> {
        let args = PageArgs::new(first, after, last, before)?;
        let found = found(ctx, filter)?;
        let plan = Plan::of_connection(ctx.field());
        let slice = found
            .page(&ctx.app().database.read, &plan, order_by, &args)
            .await?;
        Ok(slice.connection(found.total(), |row| FastObject(row.into())))
    }
}

/// Returns a page of the events that an organisation hosts and that lists show to the viewer. One statement reads those
/// of several organisations.
pub async fn of_organisation(
    ctx: &Context<'_>,
    organisation: Uuid,
    filter: Option<EventFilter>,
    order: EventOrder,
    args: PageArgs,
) -> Result<EventPage> {
    of(
        ctx,
        organisation,
        Column::OrganisationId,
        filter,
        order,
        args,
    )
    .await
}

/// Returns a page of the events of a series that lists show to the viewer. One statement reads those of several series.
pub async fn of_series(
    ctx: &Context<'_>,
    series: Uuid,
    filter: Option<EventFilter>,
    order: EventOrder,
    args: PageArgs,
) -> Result<EventPage> {
    of(ctx, series, Column::SeriesId, filter, order, args).await
}

async fn of(
    ctx: &Context<'_>,
    whole: Uuid,
    column: event::Column,
    filter: Option<EventFilter>,
    order: EventOrder,
    args: PageArgs,
) -> Result<EventPage> {
    let found = found(ctx, filter)?;
    let plan = Plan::of_connection(ctx.field());
    let page = found.page_of(whole, column, &plan, order, args)?;
    let total = page.total();
    let slice = ctx.rows(page).await?.read(|row| plan.read(&row))?;
    Ok(slice.connection(total, |row| FastObject(row.into())))
}

fn found(ctx: &Context<'_>, filter: Option<EventFilter>) -> Result<Search, Error> {
    let app = ctx.app();
    Search::new(
        &app.database.read,
        ctx.viewer(),
        &app.reference.now(),
        filter.unwrap_or_default(),
    )
}
