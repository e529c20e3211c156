//! Acts on deliveries, and on matches that were agreed.

use async_graphql::{Context, Object, Result};

use super::{
    ending,
    inputs::{
        CancelMatchInput, ConfirmDeliveryInput, DisputeMatchInput, MarkReturnedInput,
        RecordDeliveryInput, ResolveDisputeInput, WithdrawDeliveryInput,
    },
    service,
    types::Fulfilment,
};
use crate::{
    context::Ask,
    matches::{MatchPayload, key},
    payload,
};

payload! {
    /// What an act on a delivery gives back.
    FulfilmentPayload {
        /// The delivery after the act; null where it was refused.
        fulfilment: Fulfilment
    }
}

/// Acts on deliveries, and on matches that were agreed.
#[derive(Default)]
pub struct FulfilmentMutation;

#[Object]
impl FulfilmentMutation {
    /// Say what was delivered, at once or in parts. The other side confirms it.
    async fn record_delivery(
        &self,
        ctx: &Context<'_>,
        input: RecordDeliveryInput,
    ) -> Result<Option<FulfilmentPayload>> {
        let RecordDeliveryInput {
            match_id,
            quantity,
            delivered_on,
            last,
            note,
            evidence,
            idempotency_key,
        } = input;
        let said = service::Said {
            quantity: quantity.map(Into::into),
            delivered_on: delivered_on.map(Into::into),
            last,
            note,
            evidence,
        };
        let act = async {
            let key = key(idempotency_key.as_deref())?;
            service::record(ctx.app(), ctx.viewer(), match_id, said, key).await
        };
        FulfilmentPayload::of(act.await)
    }

    /// Answer what the other side says was delivered. The same quantity confirms it; another disputes it, and a
    /// broker decides.
    async fn confirm_delivery(
        &self,
        ctx: &Context<'_>,
        input: ConfirmDeliveryInput,
    ) -> Result<Option<FulfilmentPayload>> {
        let ConfirmDeliveryInput {
            fulfilment_id,
            quantity,
            note,
        } = input;
        let quantity = quantity.map(Into::into);
        let (app, viewer) = (ctx.app(), ctx.viewer());
        FulfilmentPayload::of(service::confirm(app, viewer, fulfilment_id, quantity, note).await)
    }

    /// Take back your own record of a delivery, before it is answered.
    async fn withdraw_delivery(
        &self,
        ctx: &Context<'_>,
        input: WithdrawDeliveryInput,
    ) -> Result<Option<FulfilmentPayload>> {
        let WithdrawDeliveryInput { fulfilment_id } = input;
        FulfilmentPayload::of(service::withdraw(ctx.app(), ctx.viewer(), fulfilment_id).await)
    }

    /// Call off what was agreed. What was not delivered is free again at once. For managers and owners.
    async fn cancel_match(
        &self,
        ctx: &Context<'_>,
        input: CancelMatchInput,
    ) -> Result<Option<MatchPayload>> {
        let CancelMatchInput {
            match_id,
            reason,
            note,
        } = input;
        let (app, viewer) = (ctx.app(), ctx.viewer());
        MatchPayload::of(ending::cancel(app, viewer, match_id, reason, note).await)
    }

    /// Say that the two sides do not agree on what was delivered. A broker decides.
    async fn dispute_match(
        &self,
        ctx: &Context<'_>,
        input: DisputeMatchInput,
    ) -> Result<Option<MatchPayload>> {
        let DisputeMatchInput { match_id, note } = input;
        MatchPayload::of(ending::dispute(ctx.app(), ctx.viewer(), match_id, &note).await)
    }

    /// Decide what was delivered, where the two sides do not agree. For brokers.
    async fn resolve_dispute(
        &self,
        ctx: &Context<'_>,
        input: ResolveDisputeInput,
    ) -> Result<Option<MatchPayload>> {
        let ResolveDisputeInput {
            match_id,
            outcome,
            quantity,
            note,
        } = input;
        let quantity = quantity.map(Into::into);
        let (app, viewer) = (ctx.app(), ctx.viewer());
        MatchPayload::of(ending::resolve(app, viewer, match_id, outcome, quantity, &note).await)
    }

    /// Say that what was lent came back, so that it can be lent again. For the side that lent it.
    async fn mark_returned(
        &self,
        ctx: &Context<'_>,
        input: MarkReturnedInput,
    ) -> Result<Option<MatchPayload>> {
        let MarkReturnedInput { match_id } = input;
        MatchPayload::of(ending::mark_returned(ctx.app(), ctx.viewer(), match_id).await)
    }
}
