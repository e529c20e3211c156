//! GraphQL mutations of listings.

use async_graphql::{Context, Object, Result};
use entity::listing::ListingKind;

use super::{
    Listing, Offer, Request,
    inputs::{
        CloseListingInput, CopyListingInput, CreateOfferInput, CreateRequestInput,
        DeleteListingInput, NewListing, PauseListingInput, PublishListingInput, RenewListingInput,
        ReopenListingInput, ResumeListingInput, UpdateListingInput,
    },
    service::{self, Draft},
    transitions,
};
use crate::{context::ContextExt, kit::Error, payload};

payload! {
    /// Result of a mutation of a listing.
    ListingPayload {
        /// The listing after the act; null if the act was refused.
        listing: Listing
    }
}

payload! {
    /// Result of `createOffer`.
    OfferPayload {
        /// The new offer; null if the input was refused.
        offer: Offer
    }
}

payload! {
    /// Result of `createRequest`.
    RequestPayload {
        /// The new request; null if the input was refused.
        request: Request
    }
}

/// Mutations of listings.
#[derive(Default)]
pub struct ListingMutation;

#[Object]
impl ListingMutation {
    /// Drafts an offer, and publishes it at once if `publish` is true.
    async fn create_offer(
        &self,
        ctx: &Context<'_>,
        input: CreateOfferInput,
    ) -> Result<Option<OfferPayload>> {
        OfferPayload::of(create(ctx, ListingKind::Offer, input.into_content()).await)
    }

    /// Drafts a request, and publishes it at once if `publish` is true.
    async fn create_request(
        &self,
        ctx: &Context<'_>,
        input: CreateRequestInput,
    ) -> Result<Option<RequestPayload>> {
        RequestPayload::of(create(ctx, ListingKind::Request, input.into_content()).await)
    }

    /// Changes the content of a listing that is not closed. Fails with `VERSION_OUTDATED` if the listing has changed
    /// since the version sent. Editors change any listing of their organisation; members change their own drafts.
    async fn update_listing(
        &self,
        ctx: &Context<'_>,
        input: UpdateListingInput,
    ) -> Result<Option<ListingPayload>> {
        ListingPayload::of(update(ctx, input).await)
    }

    /// Publishes a draft to its audience. Requires the role of editor, a description and a location.
    async fn publish_listing(
        &self,
        ctx: &Context<'_>,
        input: PublishListingInput,
    ) -> Result<Option<ListingPayload>> {
        ListingPayload::of(
            transitions::publish(ctx.app(), ctx.viewer(), input.id, input.version).await,
        )
    }

    /// Hides a published listing until it is resumed.
    async fn pause_listing(
        &self,
        ctx: &Context<'_>,
        input: PauseListingInput,
    ) -> Result<Option<ListingPayload>> {
        ListingPayload::of(
            transitions::pause(ctx.app(), ctx.viewer(), input.id, input.version).await,
        )
    }

    /// Publishes a paused listing again. Fails if its end has passed during the pause.
    async fn resume_listing(
        &self,
        ctx: &Context<'_>,
        input: ResumeListingInput,
    ) -> Result<Option<ListingPayload>> {
        ListingPayload::of(
            transitions::resume(ctx.app(), ctx.viewer(), input.id, input.version).await,
        )
    }

    /// Extends a published or expired listing, or confirms that a standing listing is still valid.
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

    /// Closes a published, paused or expired listing, with a reason.
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

    /// Publishes a closed listing again.
    async fn reopen_listing(
        &self,
        ctx: &Context<'_>,
        input: ReopenListingInput,
    ) -> Result<Option<ListingPayload>> {
        ListingPayload::of(
            transitions::reopen(ctx.app(), ctx.viewer(), input.id, input.version).await,
        )
    }

    /// Drafts a new listing with the content of an existing one, except its `externalReference`, `expiresAt` and a
    /// `neededBy` that has passed.
    async fn copy_listing(
        &self,
        ctx: &Context<'_>,
        input: CopyListingInput,
    ) -> Result<Option<ListingPayload>> {
        let CopyListingInput {
            id,
            idempotency_key,
        } = input;
        let key = ctx.optional_retry_key(idempotency_key)?;
        ListingPayload::of(service::copy(ctx.app(), ctx.viewer(), id, key).await)
    }

    /// Deletes a draft that was never published. The payload returns it for the last time.
    async fn delete_listing(
        &self,
        ctx: &Context<'_>,
        input: DeleteListingInput,
    ) -> Result<Option<ListingPayload>> {
        ListingPayload::of(service::delete(ctx.app(), ctx.viewer(), input.id, input.version).await)
    }
}

async fn create(
    ctx: &Context<'_>,
    kind: ListingKind,
    input: Result<NewListing, Error>,
) -> Result<entity::listing::Model, Error> {
    let (organisation, content, publish, key) = input?;
    let key = ctx.optional_retry_key(key)?;
    service::create(
        ctx.app(),
        ctx.viewer(),
        Draft {
            kind,
            organisation,
            content,
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
