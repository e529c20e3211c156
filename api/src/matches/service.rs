//! Proposing a match, and what all acts on matches share: read it, ask the rules, write it if it is still as it was
//! read, hold what it holds, record the step.

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
    allocation::Held,
    jobs,
    persist::write_terms,
    rules::{self, Act},
    step_records::{Step, record},
    terms::{Pair, Said},
};
use crate::{
    App,
    kit::{
        Error, Id, Transaction, UserError, UserErrorCode as Code, Viewer, database::resource,
        idempotency::Key, lifecycle::Lifecycle, validation::Checks,
    },
    listings::{
        self,
        allocation::Required,
        content::Particulars,
        service::{Draft, ListingId},
    },
    matches::allocation::set_allocation,
    organisations::service::lock_active,
};

/// Proposes to match an offer and a request, one of which is the viewer's organisation's.
pub async fn propose(
    app: &App,
    viewer: &Viewer,
    (offer, request): (ListingId, ListingId),
    said: Said,
    key: Option<String>,
) -> Result<matching::Model, Error> {
    viewer.signed_in()?;
    let key = Key::new(viewer, key, "match.proposed", &(offer, request, &said));
    jobs::lapse_on(app, [offer.0, request.0]).await?;
    Key::once::<matching::Entity>(key, &app.database, viewer, async |transaction| {
        let offer = resource::get(transaction, viewer, offer).await?;
        let request = resource::get(transaction, viewer, request).await?;
        begin(transaction, viewer, (&offer, &request), said, None).await
    })
    .await
}

/// Answers a listing directly: its counterpart is made for the viewer's organisation, unlisted, and matched with it.
pub async fn respond(
    app: &App,
    viewer: &Viewer,
    to: ListingId,
    organisation: Id<organisation::Entity>,
    said: Said,
    key: Option<String>,
) -> Result<matching::Model, Error> {
    viewer.signed_in()?;
    let key = Key::new(viewer, key, "match.responded", &(to, organisation, &said));
    jobs::lapse_on(app, [to.0]).await?;
    Key::once::<matching::Entity>(key, &app.database, viewer, async |transaction| {
        let to = resource::get(transaction, viewer, to).await?;
        let draft = counterpart(&to, organisation);
        let made = listings::service::create_in(app, transaction, viewer, draft).await?;
        let side = side_of(&made);
        let pair = match side {
            MatchSide::Offerer => (&made, &to),
            MatchSide::Requester => (&to, &made),
        };
        begin(transaction, viewer, pair, said, Some(side)).await
    })
    .await
}

/// What answers a listing: the same thing from the other side, for nobody's eyes but theirs. It counts nothing, for the
/// terms of its one match do.
fn counterpart(to: &listing::Model, organisation: Id<organisation::Entity>) -> Draft {
    let said = Particulars {
        description: format!("Made to answer {}.", to.reference),
        quantity: None,
        partial_allowed: true,
        availability: Vec::new(),
        needed_by: None,
        audience: Audience::Unlisted,
        expiry_policy: ExpiryPolicy::Standing,
        expires_at: None,
        requirements: Vec::new(),
        pictures: Vec::new(),
        tags: Vec::new(),
        external_reference: None,
        ..Particulars::of(to)
    };
    let kind = match to.kind {
        ListingKind::Offer => ListingKind::Request,
        ListingKind::Request => ListingKind::Offer,
    };
    Draft {
        kind,
        organisation,
        said,
        publish: true,
        like: Some(Particulars::of(to)),
    }
}

const fn side_of(listing: &listing::Model) -> MatchSide {
    match listing.kind {
        ListingKind::Offer => MatchSide::Offerer,
        ListingKind::Request => MatchSide::Requester,
    }
}

/// Makes the match, where the two listings can be one.
async fn begin(
    transaction: &Transaction,
    viewer: &Viewer,
    (offer, request): (&listing::Model, &listing::Model),
    said: Said,
    listing_made_by: Option<MatchSide>,
) -> Result<matching::Model, Error> {
    let mut row = fresh(viewer, offer, request);
    let side = matching::Entity::authorise(viewer, &row, &listing_made_by, Act::Counter)?;
    let side = side.ok_or(Error::NotFound)?;
    let mut checks = Checks::new();
    // Whoever answers a listing names no other.
    let fields = match listing_made_by {
        None => ["offerId", "requestId"],
        Some(_) => ["listingId"; 2],
    };
    counterparts(&mut checks, fields, offer, request, viewer);
    let holds = said.hold;
    let pair = Pair {
        offer,
        request,
        offer_held: 0,
        request_held: 0,
    };
    let terms = said.check(&mut checks, pair, None, viewer.now);
    checks.finish()?;
    let terms = terms.ok_or(Error::NotFound)?;
    for id in [row.offerer_id, row.requester_id] {
        lock_active(transaction, viewer, Id::new(id)).await?;
    }
    let held = if holds {
        Held::asked(terms.offer_quantity, terms.request_quantity).only(side)
    } else {
        Held::NOTHING
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
        (Held::NOTHING, held),
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
        approved_at: None,
        approved_by: None,
        crowded_out_at: None,
        created_at: viewer.now,
        updated_at: viewer.now,
        agreed_at: None,
        ended_at: None,
        returned_at: None,
        version: 1,
    }
}

/// Notes why two listings cannot be matched.
fn counterparts(
    checks: &mut Checks,
    fields: [&str; 2],
    offer: &listing::Model,
    request: &listing::Model,
    viewer: &Viewer,
) {
    for (field, row, kind) in [
        (fields[0], offer, ListingKind::Offer),
        (fields[1], request, ListingKind::Request),
    ] {
        let message = "Match an offer with a request.";
        checks.demand(row.kind == kind, field, Code::NoCounterpart, message);
        let open = listings::rules::state_at(row, viewer.now) == ListingState::Published;
        let message = "This listing is not open at the moment.";
        checks.demand(open, field, Code::InvalidState, message);
    }
    if offer.organisation_id == request.organisation_id {
        let message = "Both are of one organisation, which needs no match for that.";
        checks.refuse(fields[1], Code::NoCounterpart, message);
    }
}

fn matched_already() -> UserError {
    let message = "These two have a match already. Go on with that one.";
    UserError::new(Code::AlreadyExists, message)
}
