//! GraphQL mutations for amendments.

use async_graphql::{Context, InputObject, Object, Result};

use super::service;
use crate::{
    context::ContextExt,
    matches::{
        MatchPayload,
        inputs::{AcceptAmendmentInput, ProposeAmendmentInput},
        persist::MatchId,
    },
};

/// Change to the agreed terms to decline, or to withdraw if it is your own.
#[derive(InputObject, Debug)]
pub struct DeclineAmendmentInput {
    /// The match whose pending change to decline.
    pub match_id: MatchId,
    /// Version of the terms that you decline: `terms.version` as you read it.
    pub terms_version: i32,
    /// Note to the other side: at most 1,000 characters.
    pub note: Option<String>,
}

/// Mutations for amendments.
#[derive(Default)]
pub struct AmendmentMutation;

#[Object]
impl AmendmentMutation {
    /// Proposes a change to the agreed terms, which stay in force until the other side accepts.
    async fn propose_amendment(
        &self,
        ctx: &Context<'_>,
        input: ProposeAmendmentInput,
    ) -> Result<Option<MatchPayload>> {
        let ProposeAmendmentInput {
            match_id,
            terms_version,
            terms,
        } = input;
        let (app, viewer) = (ctx.app(), ctx.viewer());
        MatchPayload::of(service::propose(app, viewer, match_id, terms_version, terms.into()).await)
    }

    /// Accepts a change to the agreed terms. For managers and owners.
    async fn accept_amendment(
        &self,
        ctx: &Context<'_>,
        input: AcceptAmendmentInput,
    ) -> Result<Option<MatchPayload>> {
        let AcceptAmendmentInput {
            match_id,
            terms_version,
        } = input;
        let (app, viewer) = (ctx.app(), ctx.viewer());
        MatchPayload::of(service::accept(app, viewer, match_id, terms_version).await)
    }

    /// Declines a change to the agreed terms, or withdraws your own.
    async fn decline_amendment(
        &self,
        ctx: &Context<'_>,
        input: DeclineAmendmentInput,
    ) -> Result<Option<MatchPayload>> {
        let DeclineAmendmentInput {
            match_id,
            terms_version,
            note,
        } = input;
        let (app, viewer) = (ctx.app(), ctx.viewer());
        MatchPayload::of(service::decline(app, viewer, match_id, terms_version, note).await)
    }
}
