//! Proposal of a match, from two listings or as the response to one.

use entity::{
    listing::{self, Audience, ExpiryPolicy, ListingKind, ListingState},
    match_step::MatchStepKind,
    matching::{self, MatchSide, MatchState},
    organisation,
};
use sea_orm::{ActiveModelTrait, EntityTrait};
use uuid::Uuid;

use super::{
    acts,
    allocation::Allocation,
    jobs,
    persist::write_terms,
    rules::{self, Act},
    step_records::{Step, record},
    terms::{NewTerms, Pair},
};
use crate::{
    App,
    kit::{
        Error, Id, Transaction, UserError, UserErrorCode as Code, Viewer,
        database::resource,
        idempotency::{Key, RetryKey},
        lifecycle::Lifecycle,
        validation::Validator,
    },
    listings::{
        self,
        allocation::Required,
        content::ListingContent,
        service::{Draft, ListingId},
    },
    matches::allocation::set_allocation,
    organisations::service::lock_both_active,
};

/// Proposes a match of an offer and a request, one of which belongs to an organisation of the viewer.
pub async fn propose(
    app: &App,
    viewer: &Viewer,
    (offer, request): (ListingId, ListingId),
    new_terms: NewTerms,
    key: Option<RetryKey>,
) -> Result<matching::Model, Error> {
    viewer.signed_in()?;
    let key = Key::new(viewer, key, "match.proposed");
    jobs::lapse_on(app, [offer.0, request.0]).await?;
    Key::once::<matching::Entity>(key, &app.database, viewer, async |transaction| {
        let offer = resource::get(transaction, viewer, offer).await?;
        let request = resource::get(transaction, viewer, request).await?;
        let sides = [offer.organisation_id, request.organisation_id];
        lock_both_active(transaction, viewer, sides).await?;
        begin(transaction, viewer, (&offer, &request), new_terms, None).await
    })
    .await
}

/// Responds to a listing. Creates an unlisted counterpart for the viewer's organisation and proposes a match.
pub async fn respond(
    app: &App,
    viewer: &Viewer,
    to: ListingId,
    organisation: Id<organisation::Entity>,
    new_terms: NewTerms,
    key: Option<RetryKey>,
) -> Result<matching::Model, Error> {
    viewer.signed_in()?;
    let key = Key::new(viewer, key, "match.responded");
    jobs::lapse_on(app, [to.0]).await?;
    Key::once::<matching::Entity>(key, &app.database, viewer, async |transaction| {
        let to = resource::get(transaction, viewer, to).await?;
        let sides = [organisation.0, to.organisation_id];
        lock_both_active(transaction, viewer, sides).await?;
        let draft = counterpart(&to, organisation);
        let made = listings::service::create_in(app, transaction, viewer, draft).await?;
        let side = side_of(&made);
        let pair = match side {
            MatchSide::Offerer => (&made, &to),
            MatchSide::Requester => (&to, &made),
        };
        begin(transaction, viewer, pair, new_terms, Some(side)).await
    })
    .await
}

/// Returns the counterpart of a listing: an unlisted draft of the other kind with the listing's content. It has no
/// quantity of its own, because the terms of its only match count it.
fn counterpart(to: &listing::Model, organisation: Id<organisation::Entity>) -> Draft {
    // Every field is named, so that a new one fails to compile until somebody decides whether another organisation gets it.
    let ListingContent {
        title,
        description: _,
        resource_type,
        lending_mode,
        quantity: _,
        partial_allowed: _,
        availability: _,
        needed_by: _,
        place,
        remote,
        reach_km,
        areas,
        priority_areas,
        audience: _,
        expiry_policy: _,
        expires_at: _,
        requirements: _,
        pictures: _,
        tags: _,
        external_reference: _,
    } = ListingContent::of(to);
    let content = ListingContent {
        title,
        description: format!("Created in response to {}.", to.reference),
        resource_type,
        lending_mode,
        quantity: None,
        partial_allowed: true,
        availability: Vec::new(),
        needed_by: None,
        place,
        remote,
        reach_km,
        areas,
        priority_areas,
        audience: Audience::Unlisted,
        expiry_policy: ExpiryPolicy::Standing,
        expires_at: None,
        requirements: Vec::new(),
        pictures: Vec::new(),
        tags: Vec::new(),
        external_reference: None,
    };
    let kind = match to.kind {
        ListingKind::Offer => ListingKind::Request,
        ListingKind::Request => ListingKind::Offer,
    };
    Draft {
        kind,
        organisation,
        content,
        publish: true,
        like: Some(ListingContent::of(to)),
    }
}

const fn side_of(listing: &listing::Model) -> MatchSide {
    match listing.kind {
        ListingKind::Offer => MatchSide::Offerer,
        ListingKind::Request => MatchSide::Requester,
    }
}

/// Creates the match, if the two listings can be matched.
async fn begin(
    transaction: &Transaction,
    viewer: &Viewer,
    (offer, request): (&listing::Model, &listing::Model),
    new_terms: NewTerms,
    listing_made_by: Option<MatchSide>,
) -> Result<matching::Model, Error> {
    let mut row = fresh(viewer, offer, request);
    let side = matching::Entity::authorise(viewer, &row, &listing_made_by, Act::Counter)?;
    let side = side.ok_or(Error::NotFound)?;
    let mut checks = Validator::new();
    // A response names one listing, so that both errors belong to its field.
    let fields = match listing_made_by {
        None => ["offerId", "requestId"],
        Some(_) => ["listingId"; 2],
    };
    counterparts(&mut checks, fields, offer, request, viewer);
    let holds = new_terms.reserve_quantity;
    let pair = Pair {
        offer,
        request,
        offer_held: 0,
        request_held: 0,
    };
    let terms = new_terms.check(&mut checks, pair, None, viewer.now);
    checks.finish()?;
    let terms = terms.ok_or(Error::NotFound)?;
    let held = if holds {
        Allocation::new(terms.offer_quantity, terms.request_quantity).only(side)
    } else {
        Allocation::NOTHING
    };
    (row.proposed_by, row.turn) = (side, Some(rules::other(side)));
    (row.offer_allocated, row.request_allocated) = (held.offer, held.request);
    (row.answer_by, row.listing_made_by) = (terms.answer_by, listing_made_by);
    let new: matching::ActiveModel = row.clone().into();
    matching::Entity::insert(new.reset_all())
        .exec_without_returning(transaction)
        .await
        .map_err(|error| Error::from(error).on_conflict(matched_already))?;
    write_terms(transaction, viewer, &row, side, &terms).await?;
    set_allocation(
        transaction,
        viewer,
        &row,
        (Allocation::NOTHING, held),
        Required::Published,
    )
    .await?;
    let step = Step::new(MatchStepKind::Proposed, Some(side)).about(1);
    record(transaction, viewer, &row, acts::PROPOSED, step).await?;
    Ok(row)
}

fn fresh(viewer: &Viewer, offer: &listing::Model, request: &listing::Model) -> matching::Model {
    let id = Uuid::now_v7();
    matching::Model {
        id,
        reference: listings::persist::reference_of("MAT", id),
        offer_id: offer.id,
        request_id: request.id,
        offerer_id: offer.organisation_id,
        requester_id: request.organisation_id,
        state: MatchState::Proposed,
        proposed_by: MatchSide::Offerer,
        turn: None,
        terms_version: 1,
        agreed_version: None,
        answer_by: viewer.now,
        offer_allocated: 0,
        request_allocated: 0,
        delivered: 0,
        listing_made_by: None,
        approved_version: None,
        approved_at: None,
        approved_by: None,
        nothing_left_at: None,
        created_at: viewer.now,
        updated_at: viewer.now,
        agreed_at: None,
        ended_at: None,
        returned_at: None,
        version: 1,
    }
}

/// Adds an error for each reason why the two listings cannot be matched.
fn counterparts(
    checks: &mut Validator,
    fields: [&str; 2],
    offer: &listing::Model,
    request: &listing::Model,
    viewer: &Viewer,
) {
    for (field, row, kind) in [
        (fields[0], offer, ListingKind::Offer),
        (fields[1], request, ListingKind::Request),
    ] {
        let message = "Choose an offer for offerId and a request for requestId.";
        checks.require(row.kind == kind, field, Code::NoCounterpart, message);
        let open = listings::rules::state_at(row, viewer.now) == ListingState::Published;
        let message = "This listing is not open. Choose a published listing.";
        checks.require(open, field, Code::InvalidState, message);
    }
    if offer.organisation_id == request.organisation_id {
        let message = "Both listings belong to the same organisation. Choose a listing of another organisation.";
        checks.add(fields[1], Code::NoCounterpart, message);
    }
}

fn matched_already() -> UserError {
    let message = "These two listings already have a match. Continue with that match.";
    UserError::new(Code::AlreadyExists, message)
}
