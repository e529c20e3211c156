//! Taking listings out.

use crate::kit::graphql::cost::cost;
use async_graphql::{Context, Object, Result};

use super::{
    export::export,
    types::{ListingExport, TransferFormat},
};
use crate::{context::Ask, listings::search::ListingFilter};

/// Taking listings out.
#[derive(Default)]
pub struct TransferQuery;

#[Object]
impl TransferQuery {
    /// Listings as a file, the newest first, at most 1,000: to keep, or to edit and bring in again with
    /// `importListings`. References of their own are shown to the organisations' members alone.
    #[graphql(directive = cost::apply(1_000))]
    async fn export_listings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which listings; left out, all that are open.")] filter: Option<
            ListingFilter,
        >,
        #[graphql(desc = "How the file is to be written.")] format: TransferFormat,
    ) -> Result<Option<ListingExport>> {
        let (app, viewer) = (ctx.app(), ctx.viewer());
        let file = export(app, viewer, filter.unwrap_or_default(), format.into()).await?;
        Ok(Some(file.into()))
    }
}
