//! Queries on intakes.

use async_graphql::{Context, Object, Result, connection::Connection};
use entity::{event, intake::IntakeState, organisation};

use super::{search, types::Intake};
use crate::{
    context::ContextExt,
    kit::{
        Id,
        page::{PageArgs, Total},
    },
};

/// Queries on intakes.
#[derive(Default)]
pub struct IntakeQuery;

#[Object]
impl IntakeQuery {
    /// Intakes that the viewer may see, oldest first: all for brokers; for members of an organisation, except
    /// observers, those that it hosted.
    #[expect(
        clippy::too_many_arguments,
        reason = "a list's arguments are its interface"
    )]
    async fn intakes(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Restricts the intakes to these states. Default: `NEW` and `TRIAGED`.",
            default_with = "vec![IntakeState::New, IntakeState::Triaged]"
        )]
        states: Vec<IntakeState>,
        #[graphql(desc = "Restricts the intakes to those hosted by this organisation.")]
        host: Option<Id<organisation::Entity>>,
        #[graphql(desc = "Restricts the intakes to those taken at this event.")] event: Option<
            Id<event::Entity>,
        >,
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
