//! GraphQL mutations for matches.

use async_graphql::{Context, Object, Result};

use super::{
    inputs::{
        AcceptMatchInput, ApproveMatchInput, CounterMatchInput, DeclineMatchInput,
        ProposeMatchInput, RespondToListingInput, WithdrawMatchInput, key,
    },
    negotiation, service,
    types::Match,
};
use crate::{context::ContextExt, payload};

payload! {
    /// Result of an act on a match.
    MatchPayload {
        /// The match after the act; null if the act was refused.
        r#match: Match
    }
}

/// Mutations for matches.
#[derive(Default)]
pub struct MatchMutation;

#[Object]
impl MatchMutation {
    /// Proposes a match of an offer and a request, one of which belongs to an organisation that you edit. The other
    /// side has the turn.
    async fn propose_match(
        &self,
        ctx: &Context<'_>,
        input: ProposeMatchInput,
    ) -> Result<Option<MatchPayload>> {
        let ProposeMatchInput {
            offer_id,
            request_id,
            terms,
            idempotency_key,
        } = input;
        let act = async {
            let key = ctx.optional_retry_key(key(idempotency_key.as_deref())?)?;
            let pair = (offer_id, request_id);
            service::propose(ctx.app(), ctx.viewer(), pair, terms.into(), key).await
        };
        MatchPayload::of(act.await)
    }

    /// Responds to a listing without one of your own. Creates an unlisted counterpart for your organisation and
    /// proposes a match.
    async fn respond_to_listing(
        &self,
        ctx: &Context<'_>,
        input: RespondToListingInput,
    ) -> Result<Option<MatchPayload>> {
        let RespondToListingInput {
            listing_id,
            organisation_id,
            terms,
            idempotency_key,
        } = input;
        let act = async {
            let key = ctx.optional_retry_key(key(idempotency_key.as_deref())?)?;
            let (app, viewer) = (ctx.app(), ctx.viewer());
            service::respond(app, viewer, listing_id, organisation_id, terms.into(), key).await
        };
        MatchPayload::of(act.await)
    }

    /// Answers the terms with other terms, or changes your own before they are answered. The other side has the turn.
    async fn counter_match(
        &self,
        ctx: &Context<'_>,
        input: CounterMatchInput,
    ) -> Result<Option<MatchPayload>> {
        let CounterMatchInput {
            match_id,
            terms_version,
            terms,
        } = input;
        let (app, viewer) = (ctx.app(), ctx.viewer());
        MatchPayload::of(
            negotiation::counter(app, viewer, match_id, terms_version, terms.into()).await,
        )
    }

    /// Accepts the terms and allocates the quantity on both listings. Returns the error `INSUFFICIENT_QUANTITY` if not
    /// enough is left. For managers and owners.
    async fn accept_match(
        &self,
        ctx: &Context<'_>,
        input: AcceptMatchInput,
    ) -> Result<Option<MatchPayload>> {
        let AcceptMatchInput {
            match_id,
            terms_version,
        } = input;
        let (app, viewer) = (ctx.app(), ctx.viewer());
        MatchPayload::of(negotiation::accept(app, viewer, match_id, terms_version).await)
    }

    /// Declines the terms, with a reason.
    async fn decline_match(
        &self,
        ctx: &Context<'_>,
        input: DeclineMatchInput,
    ) -> Result<Option<MatchPayload>> {
        let DeclineMatchInput {
            match_id,
            terms_version,
            reason,
            note,
        } = input;
        let (app, viewer) = (ctx.app(), ctx.viewer());
        MatchPayload::of(
            negotiation::decline(app, viewer, match_id, terms_version, reason, note).await,
        )
    }

    /// Withdraws from a match before terms are agreed.
    async fn withdraw_match(
        &self,
        ctx: &Context<'_>,
        input: WithdrawMatchInput,
    ) -> Result<Option<MatchPayload>> {
        let WithdrawMatchInput { match_id, note } = input;
        MatchPayload::of(negotiation::withdraw(ctx.app(), ctx.viewer(), match_id, note).await)
    }

    /// Approves the terms of an unverified organisation's match, or a change to them, so that they can be accepted. For
    /// brokers. Terms that change afterwards need another approval.
    async fn approve_match(
        &self,
        ctx: &Context<'_>,
        input: ApproveMatchInput,
    ) -> Result<Option<MatchPayload>> {
        let ApproveMatchInput {
            match_id,
            terms_version,
            note,
        } = input;
        let (app, viewer) = (ctx.app(), ctx.viewer());
        MatchPayload::of(negotiation::approve(app, viewer, match_id, terms_version, note).await)
    }
}
