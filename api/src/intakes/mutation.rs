//! Acts on intakes.

use async_graphql::{Context, Object, Result};

use super::{
    inputs::{
        ClaimIntakeInput, MergeIntakeInput, RejectIntakeInput, SendIntakeClaimInput,
        TakeIntakeInput, TriageIntakeInput,
    },
    service::{self, Told},
    triage::{self, Correction},
    types::Intake,
};
use crate::{context::Ask, listings::Listing, payload};

payload! {
    /// What an act on an intake gives back.
    IntakePayload {
        /// The intake after the act; null where it was refused.
        intake: Intake
    }
}

payload! {
    /// What claiming gives back.
    ClaimIntakePayload {
        /// The draft that it became; null where it was refused.
        listing: Listing
    }
}

/// Acts on intakes.
#[derive(Default)]
pub struct IntakeMutation;

#[Object]
impl IntakeMutation {
    /// Take down what somebody offers or requests. Brokers, and members of the organisation whose event it is. Works
    /// without a connection: keep the record with its key, and send it when there is one, as often as it takes.
    async fn take_intake(
        &self,
        ctx: &Context<'_>,
        input: TakeIntakeInput,
    ) -> Result<Option<IntakePayload>> {
        let TakeIntakeInput {
            client_key,
            kind,
            source,
            host_id,
            event_id,
            taken_at,
            title,
            description,
            resource_type,
            area,
            contact,
            consent,
        } = input;
        let told = Told {
            kind,
            source,
            host: host_id,
            event: event_id,
            taken_at,
            title,
            description,
            resource_type,
            area,
            contact: contact.map(Into::into).unwrap_or_default(),
            consent,
        };
        IntakePayload::of(service::take(ctx.app(), ctx.viewer(), told, &client_key).await)
    }

    /// Say that it was looked at, with what was put right. Brokers.
    async fn triage_intake(
        &self,
        ctx: &Context<'_>,
        input: TriageIntakeInput,
    ) -> Result<Option<IntakePayload>> {
        let TriageIntakeInput {
            intake_id,
            version,
            title,
            description,
            resource_type,
            area,
            note,
        } = input;
        let correction = Correction {
            title,
            description,
            resource_type,
            area,
            note,
        };
        let (app, viewer) = (ctx.app(), ctx.viewer());
        IntakePayload::of(triage::triage(app, viewer, intake_id, version, correction).await)
    }

    /// Let it go. Brokers.
    async fn reject_intake(
        &self,
        ctx: &Context<'_>,
        input: RejectIntakeInput,
    ) -> Result<Option<IntakePayload>> {
        let RejectIntakeInput { intake_id, note } = input;
        let answer = triage::reject(ctx.app(), ctx.viewer(), intake_id, note.as_deref()).await;
        IntakePayload::of(answer)
    }

    /// Say that it tells what another one tells. The other one gets the contact where it has none. Brokers.
    async fn merge_intake(
        &self,
        ctx: &Context<'_>,
        input: MergeIntakeInput,
    ) -> Result<Option<IntakePayload>> {
        let MergeIntakeInput { intake_id, into_id } = input;
        IntakePayload::of(triage::merge(ctx.app(), ctx.viewer(), intake_id, into_id).await)
    }

    /// Mail whoever told it a link by which they make a listing of it; it is good for 14 days, and an earlier one no
    /// more. Brokers.
    async fn send_intake_claim(
        &self,
        ctx: &Context<'_>,
        input: SendIntakeClaimInput,
    ) -> Result<Option<IntakePayload>> {
        let SendIntakeClaimInput { intake_id } = input;
        IntakePayload::of(triage::send_claim(ctx.app(), ctx.viewer(), intake_id).await)
    }

    /// Make a draft of what you told, for an organisation of yours, by the link that you were sent.
    async fn claim_intake(
        &self,
        ctx: &Context<'_>,
        input: ClaimIntakeInput,
    ) -> Result<Option<ClaimIntakePayload>> {
        let ClaimIntakeInput {
            token,
            organisation_id,
        } = input;
        let answer = service::claim(ctx.app(), ctx.viewer(), &token, organisation_id).await;
        ClaimIntakePayload::of(answer)
    }
}
