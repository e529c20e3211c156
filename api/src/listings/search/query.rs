//! Reading listings: one by one, by the page, one's own, an organisation's.

use async_graphql::{Context, Object, Result, connection::Connection};
use entity::listing;
use uuid::Uuid;

use super::{
    conditions::{Among, Found},
    queries,
    types::{ListingFilter, ListingOrder},
};
use crate::{
    context::Ask,
    kit::{
        Error, Id,
        graphql::fast_object::{AtHand, AtOnce},
        page::PageArgs,
    },
    listings::{
        Listing, Offer, Request,
        projection::{Plan, Row},
    },
};

/// A page of listings.
pub type ListingPage<T> = Connection<String, AtOnce<T>, Found>;

/// Reading listings.
#[derive(Default)]
pub struct FindingQuery;

#[Object]
impl FindingQuery {
    /// One listing, by its id or by the reference that people use; null where there is none that the viewer may see.
    async fn listing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: Option<Id<listing::Entity>>,
        #[graphql(desc = "Such as `OFF-7K3M9-Q2X4T`.")] reference: Option<String>,
    ) -> Result<Option<AtOnce<Listing>>> {
        let which = match (id, reference) {
            (Some(id), None) => Some(queries::known_as(id)),
            (None, Some(reference)) => queries::referred_to(&reference),
            _ => {
                return Err(Error::BadInput(
                    "id",
                    "give the id or the reference, one of them".into(),
                )
                .into());
            }
        };
        let Some(which) = which else { return Ok(None) };
        let plan = Plan::of_listing(ctx.field());
        let found = queries::one(&ctx.app().database.read, ctx.viewer(), &plan, which).await?;
        Ok(found.map(|row| AtOnce(row.into())))
    }

    /// Offers and requests together.
    #[expect(
        clippy::too_many_arguments,
        reason = "a list's arguments are its interface"
    )]
    async fn listings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which listings.")] filter: Option<ListingFilter>,
        #[graphql(desc = "In which order.", default)] order_by: ListingOrder,
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

    /// What organisations offer.
    #[expect(
        clippy::too_many_arguments,
        reason = "a list's arguments are its interface"
    )]
    async fn offers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offers.")] filter: Option<ListingFilter>,
        #[graphql(desc = "In which order.", default)] order_by: ListingOrder,
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

    /// What organisations request.
    #[expect(
        clippy::too_many_arguments,
        reason = "a list's arguments are its interface"
    )]
    async fn requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which requests.")] filter: Option<ListingFilter>,
        #[graphql(desc = "In which order.", default)] order_by: ListingOrder,
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

/// The listings of one organisation that are listed to the viewer; of several at once in one statement.
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
    Ok(slice.connection(found, |row| AtOnce(row.into())))
}

/// A page of listings, in one statement.
pub async fn page<T: AtHand + From<Row>>(
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
    Ok(slice.connection(found, |row| AtOnce(row.into())))
}

fn found(
    ctx: &Context<'_>,
    viewer: &crate::kit::Viewer,
    among: &Among,
    filter: Option<ListingFilter>,
) -> Result<Found, Error> {
    let app = ctx.app();
    Found::new(
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
