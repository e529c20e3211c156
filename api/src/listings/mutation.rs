//! Acts on listings.

use async_graphql::{Context, Object, Result};
use entity::listing::ListingKind;

use super::{
    Listing, Offer, Request,
    inputs::{
        CloseListingInput, CopyListingInput, CreateListingInput, ListingActInput,
        RenewListingInput, UpdateListingInput,
    },
    service::{self, Draft},
    transitions,
};
use crate::{context::Ask, kit::Error, payload};

payload! {
    /// What an act on a listing gives back.
    ListingPayload {
        /// The listing after the act; null where it was refused.
        listing: Listing
    }
}

payload! {
    /// What drafting an offer gives back.
    OfferPayload {
        /// The offer; null where it was refused.
        offer: Offer
    }
}

payload! {
    /// What drafting a request gives back.
    RequestPayload {
        /// The request; null where it was refused.
        request: Request
    }
}

/// Acts on listings.
#[derive(Default)]
pub struct ListingMutation;

#[Object]
impl ListingMutation {
    /// Draft an offer, and publish it at once where `publish` says so.
    async fn create_offer(
        &self,
        ctx: &Context<'_>,
        input: CreateListingInput,
    ) -> Result<Option<OfferPayload>> {
        OfferPayload::of(create(ctx, ListingKind::Offer, input).await)
    }

    /// Draft a request, and publish it at once where `publish` says so.
    async fn create_request(
        &self,
        ctx: &Context<'_>,
        input: CreateListingInput,
    ) -> Result<Option<RequestPayload>> {
        RequestPayload::of(create(ctx, ListingKind::Request, input).await)
    }

    /// Change what a listing says. A version that is not the latest is refused with `VERSION_OUTDATED`.
    async fn update_listing(
        &self,
        ctx: &Context<'_>,
        input: UpdateListingInput,
    ) -> Result<Option<ListingPayload>> {
        ListingPayload::of(update(ctx, input).await)
    }

    /// Open a draft to its audience.
    async fn publish_listing(
        &self,
        ctx: &Context<'_>,
        input: ListingActInput,
    ) -> Result<Option<ListingPayload>> {
        ListingPayload::of(
            transitions::publish(ctx.app(), ctx.viewer(), input.id, input.version).await,
        )
    }

    /// Take a published listing out of sight for a while.
    async fn pause_listing(
        &self,
        ctx: &Context<'_>,
        input: ListingActInput,
    ) -> Result<Option<ListingPayload>> {
        ListingPayload::of(
            transitions::pause(ctx.app(), ctx.viewer(), input.id, input.version).await,
        )
    }

    /// Bring a paused listing back.
    async fn resume_listing(
        &self,
        ctx: &Context<'_>,
        input: ListingActInput,
    ) -> Result<Option<ListingPayload>> {
        ListingPayload::of(
            transitions::resume(ctx.app(), ctx.viewer(), input.id, input.version).await,
        )
    }

    /// Give a published or expired listing more time, or confirm that a standing one still holds.
    async fn renew_listing(
        &self,
        ctx: &Context<'_>,
        input: RenewListingInput,
    ) -> Result<Option<ListingPayload>> {
        let RenewListingInput {
            id,
            version,
            expires_at,
        } = input;
        ListingPayload::of(
            transitions::renew(ctx.app(), ctx.viewer(), id, version, expires_at).await,
        )
    }

    /// End a listing, with a reason.
    async fn close_listing(
        &self,
        ctx: &Context<'_>,
        input: CloseListingInput,
    ) -> Result<Option<ListingPayload>> {
        let CloseListingInput {
            id,
            version,
            reason,
        } = input;
        ListingPayload::of(transitions::close(ctx.app(), ctx.viewer(), id, version, reason).await)
    }

    /// Open a closed listing again.
    async fn reopen_listing(
        &self,
        ctx: &Context<'_>,
        input: ListingActInput,
    ) -> Result<Option<ListingPayload>> {
        ListingPayload::of(
            transitions::reopen(ctx.app(), ctx.viewer(), input.id, input.version).await,
        )
    }

    /// Draft another listing that says the same as this one.
    async fn copy_listing(
        &self,
        ctx: &Context<'_>,
        input: CopyListingInput,
    ) -> Result<Option<ListingPayload>> {
        let CopyListingInput {
            id,
            idempotency_key,
        } = input;
        ListingPayload::of(service::copy(ctx.app(), ctx.viewer(), id, idempotency_key).await)
    }

    /// Throw away a draft that nobody has seen. The payload shows it a last time.
    async fn delete_listing(
        &self,
        ctx: &Context<'_>,
        input: ListingActInput,
    ) -> Result<Option<ListingPayload>> {
        ListingPayload::of(service::delete(ctx.app(), ctx.viewer(), input.id, input.version).await)
    }
}

async fn create(
    ctx: &Context<'_>,
    kind: ListingKind,
    input: CreateListingInput,
) -> Result<entity::listing::Model, Error> {
    let (organisation, said, publish, key) = input.said()?;
    service::create(
        ctx.app(),
        ctx.viewer(),
        Draft {
            kind,
            organisation,
            said,
            publish,
            like: None,
        },
        key,
    )
    .await
}

async fn update(
    ctx: &Context<'_>,
    input: UpdateListingInput,
) -> Result<entity::listing::Model, Error> {
    let (id, version, edit) = input.edit();
    service::update(ctx.app(), ctx.viewer(), id, version, edit).await
}
