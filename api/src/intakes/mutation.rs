//! Mutations on intakes.

use async_graphql::{Context, Object, Result};

use super::{
    inputs::{
        ClaimIntakeInput, MergeIntakeInput, RejectIntakeInput, SendIntakeClaimInput,
        TakeIntakeInput, TriageIntakeInput,
    },
    service::{self, NewIntake},
    triage::{self, Correction},
    types::Intake,
};
use crate::{
    context::ContextExt,
    kit::{Error, idempotency::RetryKey, validation::Validator},
    listings::Listing,
    payload,
};

payload! {
    /// Result of a mutation on an intake.
    IntakePayload {
        /// The intake after the mutation; null if it was refused.
        intake: Intake
    }
}

payload! {
    /// Result of `claimIntake`.
    ClaimIntakePayload {
        /// The draft made from the intake; null if the mutation was refused.
        listing: Listing
    }
}

/// Mutations on intakes.
#[derive(Default)]
pub struct IntakeMutation;

#[Object]
impl IntakeMutation {
    /// Records an offer or a request taken at an event, by telephone or on paper. For brokers and for members of the
    /// host organisation, except observers. Suits clients that work offline: keep the record with its key, and send it
    /// as often as needed.
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
        let told = NewIntake {
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
        let key = client_key_of(ctx, &client_key);
        IntakePayload::of(match key {
            Ok(key) => service::take(ctx.app(), ctx.viewer(), told, key).await,
            Err(error) => Err(error),
        })
    }

    /// Marks an intake as reviewed and applies corrections. Brokers only.
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

    /// Closes an intake without a listing. Brokers only.
    async fn reject_intake(
        &self,
        ctx: &Context<'_>,
        input: RejectIntakeInput,
    ) -> Result<Option<IntakePayload>> {
        let RejectIntakeInput { intake_id, note } = input;
        let answer = triage::reject(ctx.app(), ctx.viewer(), intake_id, note.as_deref()).await;
        IntakePayload::of(answer)
    }

    /// Marks an intake as a duplicate of another one. The other intake receives contact details that it lacks. Brokers
    /// only.
    async fn merge_intake(
        &self,
        ctx: &Context<'_>,
        input: MergeIntakeInput,
    ) -> Result<Option<IntakePayload>> {
        let MergeIntakeInput { intake_id, into_id } = input;
        IntakePayload::of(triage::merge(ctx.app(), ctx.viewer(), intake_id, into_id).await)
    }

    /// Emails the contact of an intake a link by which they turn it into a listing. The link is valid for 14 days, at
    /// most until the contact details are deleted, and replaces an earlier one. Limit: 5 links per intake. The intake
    /// must be triaged, with a resource type and an email address. Brokers only.
    async fn send_intake_claim(
        &self,
        ctx: &Context<'_>,
        input: SendIntakeClaimInput,
    ) -> Result<Option<IntakePayload>> {
        let SendIntakeClaimInput { intake_id } = input;
        IntakePayload::of(triage::send_claim(ctx.app(), ctx.viewer(), intake_id).await)
    }

    /// Turns an intake into a draft listing of one of the viewer's organisations. Requires the token from the claim email.
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

/// Checks the client key, which is the retry key of an intake.
fn client_key_of(ctx: &Context<'_>, client_key: &str) -> Result<RetryKey, Error> {
    let mut checks = Validator::new();
    let key = checks.line("clientKey", client_key, 1..=100);
    checks.finish()?;
    ctx.retry_key(key)
}
