//! GraphQL mutations for thanks.

use async_graphql::{Context, Object, Result};

use super::{
    service,
    types::{GiveThanksInput, PublishThanksInput, Thanks, UnpublishThanksInput},
};
use crate::{context::ContextExt, payload};

payload! {
    /// Result of an act on thanks.
    ThanksPayload {
        /// The thanks after the act; null if the act was refused.
        thanks: Thanks
    }
}

/// Mutations for thanks.
#[derive(Default)]
pub struct ThanksMutation;

#[Object]
impl ThanksMutation {
    /// Thanks the other side of a fulfilled or resolved match, once for each side.
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

    /// Publishes thanks that your organisation received, if the side that wrote them offers them for publication.
    async fn publish_thanks(
        &self,
        ctx: &Context<'_>,
        input: PublishThanksInput,
    ) -> Result<Option<ThanksPayload>> {
        let PublishThanksInput { thanks_id } = input;
        ThanksPayload::of(service::publish(ctx.app(), ctx.viewer(), thanks_id).await)
    }

    /// Makes thanks private to the two organisations. Either side can do this at any time.
    async fn unpublish_thanks(
        &self,
        ctx: &Context<'_>,
        input: UnpublishThanksInput,
    ) -> Result<Option<ThanksPayload>> {
        let UnpublishThanksInput { thanks_id } = input;
        ThanksPayload::of(service::unpublish(ctx.app(), ctx.viewer(), thanks_id).await)
    }
}
