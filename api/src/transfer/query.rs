//! Queries for the export of listings.

use crate::kit::graphql::cost::cost;
use async_graphql::{Context, Object, Result};

use super::{
    export::export,
    types::{ListingExport, TransferFormat},
};
use crate::{context::ContextExt, listings::search::ListingFilter};

/// Queries for the export of listings.
#[derive(Default)]
pub struct TransferQuery;

#[Object]
impl TransferQuery {
    /// Exports listings to a file, newest first, at most 1,000. The file can be edited and imported again with
    /// `importListings`. Only members of its organisation see the external reference of a listing.
    #[graphql(directive = cost::apply(1_000))]
    async fn export_listings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Listings to export. Default: published listings with quantity left.")]
        filter: Option<ListingFilter>,
        #[graphql(desc = "Format of the file.")] format: TransferFormat,
    ) -> Result<Option<ListingExport>> {
        let (app, viewer) = (ctx.app(), ctx.viewer());
        let file = export(app, viewer, filter.unwrap_or_default(), format.into()).await?;
        Ok(Some(file.into()))
    }
}
