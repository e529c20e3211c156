//! Reading events: one by one, by the page, an organisation's, a series'.

use async_graphql::{Context, Enum, InputObject, Object, Result, connection::Connection};
use entity::{
    event::{self, AttendanceMode, Column, EventKind, EventState},
    event_series, organisation,
};
use uuid::Uuid;

use super::{
    projection::Plan,
    search::{self, Found},
    service::EventId,
    types::Event,
};
use crate::{
    context::Ask,
    kit::{
        Error, Id,
        graphql::fast_object::AtOnce,
        page::{PageArgs, Total},
    },
    listings::search::types::{DateRangeInput, NearInput},
};

/// A page of events.
pub type EventPage = Connection<String, AtOnce<Event>, Total>;

/// How events are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum EventOrder {
    /// First to begin first.
    #[default]
    Soonest,
    /// Last to begin first: for events that are over.
    Latest,
    /// First announced last.
    Newest,
    /// Nearest to `near` first, which must be given; those without a place last.
    Nearest,
}

/// Which events. What is left out does not narrow; members of one list are alternatives; lists have at most 50.
#[derive(Clone, Debug, Default, InputObject)]
pub struct EventFilter {
    /// Words that must all be there, in any inflection; `"quotes"` keep words together, `begin*` begins one. At most
    /// 200 characters.
    #[graphql(directive = crate::kit::graphql::cost::cost::apply(crate::kit::graphql::cost::TEXT))]
    pub text: Option<String>,
    /// Kinds of gatherings.
    pub kinds: Option<Vec<EventKind>>,
    /// States; left out, only what is scheduled and not over.
    pub states: Option<Vec<EventState>>,
    /// How people take part.
    pub attendance_modes: Option<Vec<AttendanceMode>>,
    /// Codes of areas, with what lies in them and what came before or after them.
    pub areas: Option<Vec<String>>,
    /// Codes of priority areas, or `edition/code`, with their outcomes and with what carries them on in other editions.
    pub priority_areas: Option<Vec<String>>,
    /// Close to a point; `includeRemote` lets in what one can join online.
    pub near: Option<NearInput>,
    /// Going on at some time between two days.
    pub between: Option<DateRangeInput>,
    /// `true`: whoever comes now gets a place, because one is left or nobody need register. `false`: the others.
    pub places_left: Option<bool>,
    /// Hosted by these organisations, or with one of them as a partner.
    pub organisations: Option<Vec<Id<organisation::Entity>>>,
    /// Of this series.
    pub series: Option<Id<event_series::Entity>>,
}

/// Reading events.
#[derive(Default)]
pub struct EventQuery;

#[Object]
impl EventQuery {
    /// One event, by its id or by the reference that people use; null where there is none that the viewer may see.
    async fn event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: Option<EventId>,
        #[graphql(desc = "Such as `EVT-7K3M9-Q2X4T`.")] reference: Option<String>,
    ) -> Result<Option<AtOnce<Event>>> {
        let which = match (id, reference) {
            (Some(id), None) => Some(search::known_as(id)),
            (None, Some(reference)) => search::referred_to(&reference),
            _ => {
                return Err(Error::BadInput(
                    "id",
                    "give the id or the reference, one of them".into(),
                )
                .into());
            }
        };
        let Some(which) = which else { return Ok(None) };
        let plan = Plan::of_event(ctx.field());
        let found = search::one(&ctx.app().database.read, ctx.viewer(), &plan, which).await?;
        Ok(found.map(|row| AtOnce(row.into())))
    }

    /// Events: those that are to come, the soonest first, unless said otherwise.
    #[expect(
        clippy::too_many_arguments,
        reason = "a list's arguments are its interface"
    )]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which events.")] filter: Option<EventFilter>,
        #[graphql(desc = "In which order.", default)] order_by: EventOrder,
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
        Ok(slice.connection(found.total(), |row| AtOnce(row.into())))
    }
}

/// What an organisation hosts, as far as it is listed to the viewer; of several at once in one statement.
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

/// The events of a series, as far as they are listed to the viewer; of several at once in one statement.
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
    Ok(slice.connection(total, |row| AtOnce(row.into())))
}

fn found(ctx: &Context<'_>, filter: Option<EventFilter>) -> Result<Found, Error> {
    let app = ctx.app();
    Found::new(
        &app.database.read,
        ctx.viewer(),
        &app.reference.now(),
        filter.unwrap_or_default(),
    )
}
