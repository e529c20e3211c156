//! Negotiation of terms: counter, accept, decline, withdraw, and approval by a broker.
//!
//! An answer names the version of the terms that it answers, so that no side agrees to terms that it has not read.

use entity::{
    match_step::{MatchReason, MatchStepKind},
    matching::{self, MatchState},
    organisation::VerificationStatus,
};
use sea_orm::ActiveValue::Set;

use super::{
    acts,
    allocation::{self, Allocation},
    jobs,
    persist::{MatchId, listings, terms, write_terms},
    rules::{self, Act},
    step_records::{Step, record},
    terms::{NewTerms, Pair},
};
use crate::{
    App,
    kit::{
        Error, Transaction, UserError, UserErrorCode as Code, Viewer, activity::ActivityKind,
        failpoint, lifecycle, validation::Validator,
    },
    listings::allocation::Required,
    matches::{allocation::set_allocation, persist},
    organisations::service::lock_both_active,
};

/// Maximum number of versions of the terms of one match.
pub(super) const MAX_TERMS: i32 = 50;

/// Answers the terms with other terms, or changes the viewer's own before they are answered.
pub async fn counter(
    app: &App,
    viewer: &Viewer,
    id: MatchId,
    version: i32,
    new_terms: NewTerms,
) -> Result<matching::Model, Error> {
    let transaction = app.database.begin().await?;
    let (row, side) = lifecycle::load(&transaction, viewer, id, &None, Act::Counter, None).await?;
    let side = side.ok_or(Error::NotFound)?;
    answers(row.terms_version, version)?;
    let state = if row.turn == Some(side) {
        MatchState::Countered
    } else {
        row.state
    };
    let holds = new_terms.reserve_quantity;
    let settled = settle(&transaction, viewer, &row, new_terms, row.terms_version).await?;
    let held = if holds {
        Allocation::new(settled.offer_quantity, settled.request_quantity).only(side)
    } else {
        Allocation::NOTHING
    };
    let change = matching::ActiveModel {
        state: Set(state),
        turn: Set(Some(rules::other(side))),
        terms_version: Set(row.terms_version + 1),
        answer_by: Set(settled.answer_by),
        offer_allocated: Set(held.offer),
        request_allocated: Set(held.request),
        nothing_left_at: Set(None),
        ..Default::default()
    };
    let changed = persist::write(&transaction, viewer, &row, Some(Act::Counter), change).await?;
    set_allocation(
        &transaction,
        viewer,
        &row,
        (Allocation::of(&row), held),
        Required::Published,
    )
    .await?;
    write_terms(&transaction, viewer, &changed, side, &settled).await?;
    let step = Step::new(MatchStepKind::Countered, Some(side)).about(changed.terms_version);
    record(&transaction, viewer, &changed, acts::COUNTERED, step).await?;
    transaction.commit().await?;
    Ok(changed)
}

/// Checks new terms against both listings as they are now. An omitted quantity is taken from the given version of the
/// terms.
pub async fn settle(
    transaction: &Transaction,
    viewer: &Viewer,
    row: &matching::Model,
    new_terms: NewTerms,
    version: i32,
) -> Result<super::terms::Terms, Error> {
    let (offer, request) = listings(transaction, row).await?;
    let before = terms(transaction, row, version).await?;
    let pair = Pair {
        offer: &offer,
        request: &request,
        offer_held: row.offer_allocated,
        request_held: row.request_allocated,
    };
    let mut checks = Validator::new();
    checks.require(
        row.terms_version < MAX_TERMS,
        "termsVersion",
        Code::LimitReached,
        "The terms of this match cannot be changed again. Answer the latest version, or propose a new match.",
    );
    let settled = new_terms.check(&mut checks, pair, Some(&before), viewer.now);
    checks.finish()?;
    settled.ok_or(Error::NotFound)
}

/// Accepts the terms and allocates the quantity to the match.
pub async fn accept(
    app: &App,
    viewer: &Viewer,
    id: MatchId,
    version: i32,
) -> Result<matching::Model, Error> {
    let (seen, _) =
        lifecycle::load(&app.database.read, viewer, id, &None, Act::Accept, None).await?;
    jobs::lapse_on(app, [seen.offer_id, seen.request_id]).await?;
    let transaction = app.database.begin().await?;
    let (row, side) = lifecycle::load(&transaction, viewer, id, &None, Act::Accept, None).await?;
    answers(row.terms_version, version)?;
    approved(&transaction, viewer, &row, version).await?;
    let agreed = terms(&transaction, &row, version).await?;
    let held = Allocation::new(agreed.offer_quantity, agreed.request_quantity);
    let change = matching::ActiveModel {
        turn: Set(None),
        agreed_version: Set(Some(version)),
        agreed_at: Set(Some(viewer.now)),
        offer_allocated: Set(held.offer),
        request_allocated: Set(held.request),
        nothing_left_at: Set(None),
        ..Default::default()
    };
    let changed = persist::write(&transaction, viewer, &row, Some(Act::Accept), change).await?;
    set_allocation(
        &transaction,
        viewer,
        &row,
        (Allocation::of(&row), held),
        Required::Published,
    )
    .await?;
    let step = Step::new(MatchStepKind::Accepted, side).about(version);
    record(&transaction, viewer, &changed, acts::ACCEPTED, step).await?;
    failpoint::point("match.accepting");
    transaction.commit().await?;
    failpoint::point("match.accepted");
    Ok(changed)
}

/// Refuses terms of a match with an unverified organisation, unless a broker has approved this version of them.
pub async fn approved(
    transaction: &Transaction,
    viewer: &Viewer,
    row: &matching::Model,
    version: i32,
) -> Result<(), Error> {
    let sides = [row.offerer_id, row.requester_id];
    for organisation in lock_both_active(transaction, viewer, sides).await? {
        let vouched = organisation.verification == VerificationStatus::Verified;
        if !vouched && row.approved_version != Some(version) {
            let message = format!(
                "{} is not verified yet, so a broker has to approve these terms before you can accept them. Brokers have them on their list.",
                organisation.name
            );
            return Err(UserError::new(Code::ApprovalRequired, message).into());
        }
    }
    Ok(())
}

/// Approves a version of the terms of an unverified organisation's match.
pub async fn approve(
    app: &App,
    viewer: &Viewer,
    id: MatchId,
    version: i32,
    note: Option<String>,
) -> Result<matching::Model, Error> {
    let note = remark(note.as_deref())?;
    let transaction = app.database.begin().await?;
    let (row, _) = lifecycle::load(&transaction, viewer, id, &None, Act::Approve, None).await?;
    answers(row.terms_version, version)?;
    let change = matching::ActiveModel {
        approved_version: Set(Some(version)),
        approved_at: Set(Some(viewer.now)),
        approved_by: Set(viewer.person_id()),
        ..Default::default()
    };
    let changed = persist::write(&transaction, viewer, &row, Some(Act::Approve), change).await?;
    let step = Step::new(MatchStepKind::Approved, None)
        .about(version)
        .noted(note);
    record(&transaction, viewer, &changed, acts::APPROVED, step).await?;
    transaction.commit().await?;
    Ok(changed)
}

/// Declines the terms.
pub async fn decline(
    app: &App,
    viewer: &Viewer,
    id: MatchId,
    version: i32,
    reason: MatchReason,
    note: Option<String>,
) -> Result<matching::Model, Error> {
    let note = remark(note.as_deref())?;
    let transaction = app.database.begin().await?;
    let (row, side) = lifecycle::load(&transaction, viewer, id, &None, Act::Decline, None).await?;
    answers(row.terms_version, version)?;
    let step = Step {
        reason: Some(reason),
        ..Step::new(MatchStepKind::Declined, side)
            .about(version)
            .noted(note)
    };
    let state = MatchState::Declined;
    let changed = end(&transaction, viewer, &row, state, acts::DECLINED, step).await?;
    transaction.commit().await?;
    Ok(changed)
}

/// Withdraws from a match before terms are agreed.
pub async fn withdraw(
    app: &App,
    viewer: &Viewer,
    id: MatchId,
    note: Option<String>,
) -> Result<matching::Model, Error> {
    viewer.signed_in()?;
    let note = remark(note.as_deref())?;
    let transaction = app.database.begin().await?;
    let (row, side) = lifecycle::load(&transaction, viewer, id, &None, Act::Withdraw, None).await?;
    let step = Step::new(MatchStepKind::Withdrawn, side).noted(note);
    let state = MatchState::Withdrawn;
    let changed = end(&transaction, viewer, &row, state, acts::WITHDRAWN, step).await?;
    transaction.commit().await?;
    Ok(changed)
}

/// Ends a match before agreement and releases its allocation.
pub async fn end(
    transaction: &Transaction,
    viewer: &Viewer,
    row: &matching::Model,
    state: MatchState,
    act: ActivityKind<matching::Entity>,
    step: Step,
) -> Result<matching::Model, Error> {
    let change = matching::ActiveModel {
        state: Set(state),
        turn: Set(None),
        ended_at: Set(Some(viewer.now)),
        offer_allocated: Set(0),
        request_allocated: Set(0),
        ..Default::default()
    };
    let changed = persist::write(transaction, viewer, row, None, change).await?;
    let held = (Allocation::of(row), Allocation::NOTHING);
    set_allocation(transaction, viewer, row, held, Required::Anything).await?;
    allocation::close_done(transaction, viewer, row, false).await?;
    record(transaction, viewer, &changed, act, step).await?;
    Ok(changed)
}

/// Refuses an answer to a version of the terms that is not the one to answer.
pub fn answers(current: i32, version: i32) -> Result<(), UserError> {
    if current == version {
        return Ok(());
    }
    let message = format!(
        "The terms have changed: you sent version {version}, and version {current} is the one to answer. Reload the match."
    );
    Err(UserError::at(
        "termsVersion",
        Code::TermsVersionOutdated,
        message,
    ))
}

/// Checks an optional note of at most 1,000 characters.
pub fn remark(note: Option<&str>) -> Result<Option<String>, Error> {
    let mut checks = Validator::new();
    let note = note.map(|note| checks.lines("note", note, 0..=1_000));
    checks.finish()?;
    Ok(note.filter(|note| !note.is_empty()))
}
