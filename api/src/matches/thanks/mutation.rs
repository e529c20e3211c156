//! Giving thanks.

use async_graphql::{Context, Object, Result};

use super::{
    service,
    types::{GiveThanksInput, PublishThanksInput, Thanks},
};
use crate::{context::Ask, payload};

payload! {
    /// What an act on thanks gives back.
    ThanksPayload {
        /// The thanks after the act; null where it was refused.
        thanks: Thanks
    }
}

/// Giving thanks.
#[derive(Default)]
pub struct ThanksMutation;

#[Object]
impl ThanksMutation {
    /// Thank the other side of a match that is done, once for each side.
    async fn give_thanks(
        &self,
        ctx: &Context<'_>,
        input: GiveThanksInput,
    ) -> Result<Option<ThanksPayload>> {
        let GiveThanksInput {
            match_id,
            text,
            public,
        } = input;
        let (app, viewer) = (ctx.app(), ctx.viewer());
        ThanksPayload::of(service::give(app, viewer, match_id, &text, public).await)
    }

    /// Let everybody read what was said of your organisation, where those who wrote it want that too.
    async fn publish_thanks(
        &self,
        ctx: &Context<'_>,
        input: PublishThanksInput,
    ) -> Result<Option<ThanksPayload>> {
        let PublishThanksInput { thanks_id } = input;
        ThanksPayload::of(service::publish(ctx.app(), ctx.viewer(), thanks_id).await)
    }

    /// Keep thanks between the two of you from now on. Either side may at any time: those who wrote them, and those
    /// whom they praise.
    async fn unpublish_thanks(
        &self,
        ctx: &Context<'_>,
        input: PublishThanksInput,
    ) -> Result<Option<ThanksPayload>> {
        let PublishThanksInput { thanks_id } = input;
        ThanksPayload::of(service::unpublish(ctx.app(), ctx.viewer(), thanks_id).await)
    }
}
