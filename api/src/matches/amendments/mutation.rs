//! Changing what was agreed.

use async_graphql::{Context, InputObject, Object, Result};

use super::service;
use crate::{
    context::Ask,
    matches::{
        MatchPayload,
        inputs::{AcceptMatchInput, MatchTermsChangeInput},
        persist::MatchId,
    },
};

/// A no to a change of what was agreed, or the change taken back.
#[derive(InputObject, Debug)]
pub struct DeclineAmendmentInput {
    /// The match.
    pub match_id: MatchId,
    /// The version of the terms that is declined: `terms.version` as it was read.
    pub terms_version: i32,
    /// A word to the other side: at most 1,000 characters.
    pub note: Option<String>,
}

/// Changing what was agreed.
#[derive(Default)]
pub struct AmendmentMutation;

#[Object]
impl AmendmentMutation {
    /// Ask to change what was agreed. The old terms hold until the other side agrees.
    async fn propose_amendment(
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
        MatchPayload::of(service::propose(app, viewer, match_id, terms_version, terms.into()).await)
    }

    /// Agree to a change of what was agreed. For managers and owners.
    async fn accept_amendment(
        &self,
        ctx: &Context<'_>,
        input: AcceptMatchInput,
    ) -> Result<Option<MatchPayload>> {
        let AcceptMatchInput {
            match_id,
            terms_version,
        } = input;
        let (app, viewer) = (ctx.app(), ctx.viewer());
        MatchPayload::of(service::accept(app, viewer, match_id, terms_version).await)
    }

    /// Refuse a change of what was agreed, or take your own back.
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
