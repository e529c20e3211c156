//! Mutations for the import of listings and the export of attendees.

use crate::kit::graphql::cost::cost;
use async_graphql::{Context, Object, Result};

use super::{
    attendees, files,
    service::{self, How, Report},
    types::{
        AttendeeExportPayload, ExportAttendeesInput, ImportListingsInput, ImportListingsPayload,
    },
};
use crate::{context::ContextExt, kit::Error};

/// Mutations for the import of listings and the export of attendees.
#[derive(Default)]
pub struct TransferMutation;

#[Object]
impl TransferMutation {
    /// Imports listings from a file. Each row is identified by its `externalReference`: a new listing is created, a
    /// listing that differs is updated, and any other stays unchanged, so that a second import of the same file
    /// changes nothing. Writes all rows or none, and reports on each.
    #[graphql(directive = cost::apply(1_000))]
    async fn import_listings(
        &self,
        ctx: &Context<'_>,
        input: ImportListingsInput,
    ) -> Result<Option<ImportListingsPayload>> {
        ImportListingsPayload::of(import(ctx, input).await)
    }

    /// Returns a CSV file of the registrations for an event: attendees and the waiting list, with their answers and
    /// access needs. For organisers of the event. A mutation, because the file contains personal data: every export is
    /// recorded.
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
