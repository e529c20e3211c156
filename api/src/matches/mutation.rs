//! Acts on matches.

use async_graphql::{Context, Object, Result};

use super::{
    inputs::{
        AcceptMatchInput, DeclineMatchInput, MatchActInput, MatchTermsChangeInput,
        ProposeMatchInput, RespondToListingInput, key,
    },
    negotiation, service,
    types::Match,
};
use crate::{context::Ask, payload};

payload! {
    /// What an act on a match gives back.
    MatchPayload {
        /// The match after the act; null where it was refused.
        r#match: Match
    }
}

/// Acts on matches.
#[derive(Default)]
pub struct MatchMutation;

#[Object]
impl MatchMutation {
    /// Propose to match an offer and a request, one of which is your organisation's. The other side has the turn.
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
            let key = key(idempotency_key.as_deref())?;
            let pair = (offer_id, request_id);
            service::propose(ctx.app(), ctx.viewer(), pair, terms.into(), key).await
        };
        MatchPayload::of(act.await)
    }

    /// Answer a listing directly. Its counterpart is made for your organisation, unlisted, and matched with it.
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
            let key = key(idempotency_key.as_deref())?;
            let (app, viewer) = (ctx.app(), ctx.viewer());
            service::respond(app, viewer, listing_id, organisation_id, terms.into(), key).await
        };
        MatchPayload::of(act.await)
    }

    /// Answer the terms with other terms, or change your own before they are answered. The other side has the turn.
    async fn counter_match(
        &self,
        ctx: &Context<'_>,
        input: MatchTermsChangeInput,
    ) -> Result<Option<MatchPayload>> {
        let MatchTermsChangeInput {
            match_id,
            terms_version,
            terms,
        } = input;
        let (app, viewer) = (ctx.app(), ctx.viewer());
        MatchPayload::of(
            negotiation::counter(app, viewer, match_id, terms_version, terms.into()).await,
        )
    }

    /// Agree to the terms. From then on the quantity is allocated on both sides; where there is not so much left the
    /// answer is `INSUFFICIENT_QUANTITY`. For managers and owners.
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

    /// Refuse the terms, with a reason.
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

    /// Step out before anything is agreed.
    async fn withdraw_match(
        &self,
        ctx: &Context<'_>,
        input: MatchActInput,
    ) -> Result<Option<MatchPayload>> {
        let MatchActInput { match_id, note } = input;
        MatchPayload::of(negotiation::withdraw(ctx.app(), ctx.viewer(), match_id, note).await)
    }

    /// Let the match of an organisation that is not verified go on. For brokers.
    async fn approve_match(
        &self,
        ctx: &Context<'_>,
        input: MatchActInput,
    ) -> Result<Option<MatchPayload>> {
        let MatchActInput { match_id, note } = input;
        MatchPayload::of(negotiation::approve(ctx.app(), ctx.viewer(), match_id, note).await)
    }
}
