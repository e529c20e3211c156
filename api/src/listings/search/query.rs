//! GraphQL queries of listings: one listing, and pages of all, of the viewer's, and of an organisation.

use async_graphql::{Context, Object, Result, connection::Connection};
use entity::listing;
use uuid::Uuid;

use super::{
    conditions::{Among, Search},
    queries,
    types::{ListingFilter, ListingOrder},
};
use crate::{
    context::ContextExt,
    kit::{
        Error, Id,
        graphql::fast_object::{FastFields, FastObject},
        page::PageArgs,
    },
    listings::{
        Listing, Offer, Request,
        projection::{Plan, Row},
    },
};

/// Page of listings.
pub type ListingPage<T> = Connection<String, FastObject<T>, Search>;

/// Queries of listings.
#[derive(Default)]
pub struct ListingQuery;

#[Object]
impl ListingQuery {
    /// Returns a listing by its id or its reference; null if none exists that the viewer may see. Set exactly one of
    /// the two arguments.
    async fn listing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the listing.")] id: Option<Id<listing::Entity>>,
        #[graphql(desc = "Short reference, such as `OFF-7K3M9-Q2X4T`.")] reference: Option<String>,
    ) -> Result<Option<FastObject<Listing>>> {
        let which = match (id, reference) {
            (Some(id), None) => Some(queries::known_as(id)),
            (None, Some(reference)) => queries::referred_to(&reference),
            _ => {
                return Err(Error::BadInput(
                    "id",
                    "set either id or reference, and not both".into(),
                )
                .into());
            }
        };
        let Some(which) = which else { return Ok(None) };
        let plan = Plan::of_listing(ctx.field());
        let found = queries::one(&ctx.app().database.read, ctx.viewer(), &plan, which).await?;
        Ok(found.map(|row| FastObject(row.into())))
    }

    /// Returns offers and requests, in pages. Without a filter, those that are published and of which some is left.
    #[expect(
        clippy::too_many_arguments,
        reason = "a list's arguments are its interface"
    )]
    async fn listings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Conditions for the listings.")] filter: Option<ListingFilter>,
        #[graphql(desc = "Order of the listings.", default)] order_by: ListingOrder,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<ListingPage<Listing>> {
        let args = PageArgs::new(first, after, last, before)?;
        page(
            ctx,
            ctx.viewer(),
            &Among::Everybody,
            filter,
            order_by,
            &args,
        )
        .await
    }

    /// Returns offers, in pages. Without a filter, those that are published and of which some is left.
    #[expect(
        clippy::too_many_arguments,
        reason = "a list's arguments are its interface"
    )]
    async fn offers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Conditions for the offers.")] filter: Option<ListingFilter>,
        #[graphql(desc = "Order of the listings.", default)] order_by: ListingOrder,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<ListingPage<Offer>> {
        let args = PageArgs::new(first, after, last, before)?;
        let filter = only(filter, listing::ListingKind::Offer);
        page(
            ctx,
            ctx.viewer(),
            &Among::Everybody,
            Some(filter),
            order_by,
            &args,
        )
        .await
    }

    /// Returns requests, in pages. Without a filter, those that are published and of which some is left.
    #[expect(
        clippy::too_many_arguments,
        reason = "a list's arguments are its interface"
    )]
    async fn requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Conditions for the requests.")] filter: Option<ListingFilter>,
        #[graphql(desc = "Order of the listings.", default)] order_by: ListingOrder,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<ListingPage<Request>> {
        let args = PageArgs::new(first, after, last, before)?;
        let filter = only(filter, listing::ListingKind::Request);
        page(
            ctx,
            ctx.viewer(),
            &Among::Everybody,
            Some(filter),
            order_by,
            &args,
        )
        .await
    }
}

/// Returns a page of the listings of one organisation. Pages for several organisations are read in one statement.
pub async fn of_organisation(
    ctx: &Context<'_>,
    organisation: Uuid,
    filter: Option<ListingFilter>,
    order: ListingOrder,
    args: PageArgs,
) -> Result<ListingPage<Listing>> {
    let found = found(
        ctx,
        ctx.viewer(),
        &Among::Organisation(organisation),
        filter.clone(),
    )?;
    let all = self::found(ctx, ctx.viewer(), &Among::Everybody, filter)?;
    let plan = Plan::of_connection(ctx.field());
    let page = all.of_organisation(organisation, &plan, order, args)?;
    let slice = ctx.rows(page).await?.read(|row| plan.read(&row))?;
    Ok(slice.connection(found, |row| FastObject(row.into())))
}

/// Returns a page of the listings in a scope.
pub async fn page<T: FastFields + From<Row>>(
    ctx: &Context<'_>,
    viewer: &crate::kit::Viewer,
    among: &Among,
    filter: Option<ListingFilter>,
    order: ListingOrder,
    args: &PageArgs,
) -> Result<ListingPage<T>> {
    let found = found(ctx, viewer, among, filter)?;
    let plan = Plan::of_connection(ctx.field());
    let slice = found
        .page(&ctx.app().database.read, &plan, order, args)
        .await?;
    Ok(slice.connection(found, |row| FastObject(row.into())))
}

fn found(
    ctx: &Context<'_>,
    viewer: &crate::kit::Viewer,
    among: &Among,
    filter: Option<ListingFilter>,
) -> Result<Search, Error> {
    let app = ctx.app();
    Search::new(
        viewer,
        &app.reference.now(),
        app.database.backend(),
        among,
        filter.unwrap_or_default(),
    )
}

fn only(filter: Option<ListingFilter>, kind: listing::ListingKind) -> ListingFilter {
    let filter = filter.unwrap_or_default();
    let kinds = match filter.kinds {
        Some(kinds) if !kinds.contains(&kind) => Vec::new(),
        _ => vec![kind],
    };
    ListingFilter {
        kinds: Some(kinds),
        ..filter
    }
}
