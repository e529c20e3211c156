//! Reading intakes.

use async_graphql::{Context, Object, Result, connection::Connection};
use entity::{event, intake::IntakeState, organisation};

use super::{search, types::Intake};
use crate::{
    context::Ask,
    kit::{
        Id,
        page::{PageArgs, Total},
    },
};

/// Reading intakes.
#[derive(Default)]
pub struct IntakeQuery;

#[Object]
impl IntakeQuery {
    /// What people told, the oldest first. Brokers see all of it, members of a host what was taken at theirs.
    #[expect(
        clippy::too_many_arguments,
        reason = "a list's arguments are its interface"
    )]
    async fn intakes(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "In one of these states.",
            default_with = "vec![IntakeState::New, IntakeState::Triaged]"
        )]
        states: Vec<IntakeState>,
        #[graphql(desc = "Taken at the events of this organisation.")] host: Option<
            Id<organisation::Entity>,
        >,
        #[graphql(desc = "Taken at this event.")] event: Option<Id<event::Entity>>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Intake, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        let (conn, viewer) = (&ctx.app().database.read, ctx.viewer());
        let at = (host.map(|host| host.0), event.map(|event| event.0));
        let (slice, total) = search::list(conn, viewer, states, at, &args).await?;
        Ok(slice.connection(Total(total), Intake::from))
    }
}
