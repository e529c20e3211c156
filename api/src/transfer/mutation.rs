//! Bringing listings in, and taking out who comes to an event.

use crate::kit::graphql::cost::cost;
use async_graphql::{Context, Object, Result};

use super::{
    attendees, files,
    service::{self, How, Report},
    types::{
        AttendeeExportPayload, ExportAttendeesInput, ImportListingsInput, ImportListingsPayload,
    },
};
use crate::{context::Ask, kit::Error};

/// Bringing listings in, and taking out who comes to an event.
#[derive(Default)]
pub struct TransferMutation;

#[Object]
impl TransferMutation {
    /// Bring in listings from a file. Each is known by its reference: what is new is made, what differs is changed,
    /// and the rest stays, so that a second time changes nothing. All rows are written or none, and each is
    /// reported on.
    #[graphql(directive = cost::apply(1_000))]
    async fn import_listings(
        &self,
        ctx: &Context<'_>,
        input: ImportListingsInput,
    ) -> Result<Option<ImportListingsPayload>> {
        ImportListingsPayload::of(import(ctx, input).await)
    }

    /// Who registered for an event as a file for spreadsheets, for its organisers: who comes, who waits, what they answered
    /// and need. An act and no question, for it takes people's data out of the marketplace: each time is on record.
    #[graphql(directive = cost::apply(1_000))]
    async fn export_attendees(
        &self,
        ctx: &Context<'_>,
        input: ExportAttendeesInput,
    ) -> Result<Option<AttendeeExportPayload>> {
        let ExportAttendeesInput {
            event_id,
            states,
            after,
        } = input;
        let made = attendees::export(ctx.app(), ctx.viewer(), event_id, states, after).await;
        AttendeeExportPayload::of(made)
    }
}

async fn import(ctx: &Context<'_>, input: ImportListingsInput) -> Result<Report, Error> {
    let ImportListingsInput {
        organisation_id,
        format,
        content,
        dry_run,
        publish,
    } = input;
    ctx.viewer().signed_in()?;
    let entries = files::read(format.into(), &content)?;
    let how = How { dry_run, publish };
    service::import(ctx.app(), ctx.viewer(), Some(organisation_id), entries, how).await
}
