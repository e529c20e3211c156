//! Bringing listings in.

use async_graphql::{Context, Object, Result};

use super::{
    files,
    service::{self, How, Report},
    types::{ImportListingsInput, ImportListingsPayload},
};
use crate::{context::Ask, kit::Error};

/// Bringing listings in.
#[derive(Default)]
pub struct TransferMutation;

#[Object]
impl TransferMutation {
    /// Bring in listings from a file. Each is known by its reference: what is new is made, what differs is changed,
    /// and the rest stays, so that a second time changes nothing. All rows are written or none, and each is
    /// reported on.
    async fn import_listings(
        &self,
        ctx: &Context<'_>,
        input: ImportListingsInput,
    ) -> Result<Option<ImportListingsPayload>> {
        ImportListingsPayload::of(import(ctx, input).await)
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
