//! Mutations of partnerships.

use async_graphql::{Context, InputObject, Object, Result};
use entity::organisation;

use super::service;
use crate::{
    context::ContextExt,
    events::{mutation::EventPayload, service::EventId},
    kit::Id,
};

/// Input of `acceptEventPartnership`.
#[derive(InputObject)]
pub struct AcceptEventPartnershipInput {
    /// Event that names the organisation as a partner.
    pub event_id: EventId,
    /// Organisation for which you answer.
    pub organisation_id: Id<organisation::Entity>,
    /// Version of the event that you accept: `version` as you read it. If its title, description, kind or audience
    /// changes later, the organisation is asked again.
    pub version: i32,
}

/// Input of `endEventPartnership`.
#[derive(InputObject)]
pub struct EndEventPartnershipInput {
    /// Event that names the organisation as a partner.
    pub event_id: EventId,
    /// Organisation for which you decline or leave.
    pub organisation_id: Id<organisation::Entity>,
}

/// Mutations of partnerships.
#[derive(Default)]
pub struct PartnerMutation;

#[Object]
impl PartnerMutation {
    /// Accepts a partnership in an event. From then on the organisation shows as a partner, and the event in its calendar.
    /// For editors of the organisation.
    async fn accept_event_partnership(
        &self,
        ctx: &Context<'_>,
        input: AcceptEventPartnershipInput,
    ) -> Result<Option<EventPayload>> {
        let AcceptEventPartnershipInput {
            event_id,
            organisation_id,
            version,
        } = input;
        let (app, viewer) = (ctx.app(), ctx.viewer());
        EventPayload::of(service::accept(app, viewer, event_id, organisation_id, version).await)
    }

    /// Declines a partnership in an event, or leaves it. The organisation cannot be named again for this event. For editors
    /// of the organisation.
    async fn end_event_partnership(
        &self,
        ctx: &Context<'_>,
        input: EndEventPartnershipInput,
    ) -> Result<Option<EventPayload>> {
        let EndEventPartnershipInput {
            event_id,
            organisation_id,
        } = input;
        let (app, viewer) = (ctx.app(), ctx.viewer());
        EventPayload::of(service::end(app, viewer, event_id, organisation_id).await)
    }
}
