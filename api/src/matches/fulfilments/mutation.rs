//! GraphQL mutations for deliveries and for agreed matches.

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
    context::ContextExt,
    matches::{MatchPayload, key},
    payload,
};

payload! {
    /// Result of an act on a delivery.
    FulfilmentPayload {
        /// The delivery after the act; null if the act was refused.
        fulfilment: Fulfilment
    }
}

/// Mutations for deliveries and for agreed matches.
#[derive(Default)]
pub struct FulfilmentMutation;

#[Object]
impl FulfilmentMutation {
    /// Records a delivery, in full or in part. The other side has to confirm it.
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
        let delivery = service::NewDelivery {
            quantity: quantity.map(Into::into),
            delivered_on: delivered_on.map(Into::into),
            last,
            note,
            evidence,
        };
        let act = async {
            let key = ctx.optional_retry_key(key(idempotency_key.as_deref())?)?;
            service::record(ctx.app(), ctx.viewer(), match_id, delivery, key).await
        };
        FulfilmentPayload::of(act.await)
    }

    /// Answers a delivery that the other side recorded. The recorded quantity confirms it; another quantity disputes
    /// it, and a broker decides.
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

    /// Withdraws your own record of a delivery before it is answered.
    async fn withdraw_delivery(
        &self,
        ctx: &Context<'_>,
        input: WithdrawDeliveryInput,
    ) -> Result<Option<FulfilmentPayload>> {
        let WithdrawDeliveryInput { fulfilment_id } = input;
        FulfilmentPayload::of(service::withdraw(ctx.app(), ctx.viewer(), fulfilment_id).await)
    }

    /// Cancels an agreed match. The undelivered quantity is available again at once. For managers and owners.
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

    /// Disputes what was delivered, so that a broker decides.
    async fn dispute_match(
        &self,
        ctx: &Context<'_>,
        input: DisputeMatchInput,
    ) -> Result<Option<MatchPayload>> {
        let DisputeMatchInput { match_id, note } = input;
        MatchPayload::of(ending::dispute(ctx.app(), ctx.viewer(), match_id, &note).await)
    }

    /// Decides a dispute about what was delivered. For brokers.
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

    /// Records the return of a loan, so that it can be lent again. For the side that lent it.
    async fn mark_returned(
        &self,
        ctx: &Context<'_>,
        input: MarkReturnedInput,
    ) -> Result<Option<MatchPayload>> {
        let MarkReturnedInput { match_id } = input;
        MatchPayload::of(ending::mark_returned(ctx.app(), ctx.viewer(), match_id).await)
    }
}
