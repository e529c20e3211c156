//! Acts on amendments: propose, accept and decline.

use entity::{
    fulfilment::{self, FulfilmentState},
    match_step::MatchStepKind,
    matching,
    resource_type::Unit,
};
use sea_orm::ActiveValue::Set;

use crate::{
    App,
    kit::{Error, Transaction, UserError, UserErrorCode as Code, Viewer, lifecycle},
    listings::allocation::Required,
    matches::{
        acts,
        allocation::{Allocation, set_allocation},
        fulfilments::{
            deliveries::{agreed, parts},
            ending::{advance, tell_end},
        },
        negotiation::{answers, approved, remark, settle},
        persist::{self, MatchId, terms, write_terms},
        rules as moves,
        rules::Act,
        step_records::{Step, record},
        terms::NewTerms,
    },
};

/// Proposes a change to the agreed terms. `version` is the version of the terms to change.
pub async fn propose(
    app: &App,
    viewer: &Viewer,
    id: MatchId,
    version: i32,
    new_terms: NewTerms,
) -> Result<matching::Model, Error> {
    let transaction = app.database.begin().await?;
    let (row, side) =
        lifecycle::load(&transaction, viewer, id, &None, Act::ProposeAmendment, None).await?;
    let side = side.ok_or(Error::NotFound)?;
    // Without a pending amendment, the agreed terms are the ones to change.
    let current = if moves::has_pending_amendment(&row, viewer.now) {
        row.terms_version
    } else {
        row.agreed_version.unwrap_or(row.terms_version)
    };
    answers(current, version)?;
    let settled = settle(&transaction, viewer, &row, new_terms, current).await?;
    same_measure(&transaction, &row, settled.quantity, settled.unit).await?;
    let change = matching::ActiveModel {
        turn: Set(Some(moves::other(side))),
        terms_version: Set(row.terms_version + 1),
        answer_by: Set(settled.answer_by),
        ..Default::default()
    };
    let changed = persist::write(
        &transaction,
        viewer,
        &row,
        Some(Act::ProposeAmendment),
        change,
    )
    .await?;
    write_terms(&transaction, viewer, &changed, side, &settled).await?;
    let step = Step::new(MatchStepKind::AmendmentProposed, Some(side)).about(changed.terms_version);
    record(
        &transaction,
        viewer,
        &changed,
        acts::AMENDMENT_PROPOSED,
        step,
    )
    .await?;
    transaction.commit().await?;
    Ok(changed)
}

/// Accepts the change and sets the allocation that the new terms need.
pub async fn accept(
    app: &App,
    viewer: &Viewer,
    id: MatchId,
    version: i32,
) -> Result<matching::Model, Error> {
    let transaction = app.database.begin().await?;
    let (row, side) =
        lifecycle::load(&transaction, viewer, id, &None, Act::AcceptAmendment, None).await?;
    answers(row.terms_version, version)?;
    approved(&transaction, viewer, &row, version).await?;
    let agreed = terms(&transaction, &row, version).await?;
    let parts = same_measure(&transaction, &row, agreed.quantity, agreed.unit).await?;
    if agreed.quantity.is_some_and(|new| row.delivered > new) {
        let message =
            "More than this quantity has already been delivered. Propose a larger quantity.";
        return Err(UserError::at("termsVersion", Code::OutOfRange, message).into());
    }
    let held = Allocation::new(agreed.offer_quantity, agreed.request_quantity);
    let change = matching::ActiveModel {
        turn: Set(None),
        agreed_version: Set(Some(version)),
        offer_allocated: Set(held.offer),
        request_allocated: Set(held.request),
        ..Default::default()
    };
    let changed = persist::write(
        &transaction,
        viewer,
        &row,
        Some(Act::AcceptAmendment),
        change,
    )
    .await?;
    set_allocation(
        &transaction,
        viewer,
        &row,
        (Allocation::of(&row), held),
        Required::Anything,
    )
    .await?;
    let step = Step::new(MatchStepKind::Amended, side).about(version);
    record(&transaction, viewer, &changed, acts::AMENDED, step).await?;
    // The deliveries so far may fulfil the new terms.
    let changed = match (parts.is_empty(), side) {
        (false, Some(side)) => {
            let changed = advance(&transaction, viewer, &changed, &parts, &agreed).await?;
            tell_end(&transaction, viewer, &changed, side).await?;
            changed
        }
        _ => changed,
    };
    transaction.commit().await?;
    Ok(changed)
}

/// Returns the deliveries so far. Refuses terms that would count them in another unit, stop counting them, or start
/// counting them.
async fn same_measure(
    transaction: &Transaction,
    row: &matching::Model,
    quantity: Option<i64>,
    unit: Unit,
) -> Result<Vec<fulfilment::Model>, Error> {
    let agreed = agreed(transaction, row).await?;
    let mut parts = parts(transaction, row.id).await?;
    parts.retain(|part| part.state != FulfilmentState::Withdrawn);
    let same = agreed.unit == unit && agreed.quantity.is_some() == quantity.is_some();
    if same || parts.is_empty() {
        return Ok(parts);
    }
    let message = "Deliveries are already recorded in the agreed unit. Keep that unit.";
    Err(UserError::at("terms.quantity.unit", Code::UnitsDiffer, message).into())
}

/// Declines a change, or withdraws the viewer's own. The agreed terms stay in force.
pub async fn decline(
    app: &App,
    viewer: &Viewer,
    id: MatchId,
    version: i32,
    note: Option<String>,
) -> Result<matching::Model, Error> {
    viewer.signed_in()?;
    let note = remark(note.as_deref())?;
    let transaction = app.database.begin().await?;
    let (row, side) =
        lifecycle::load(&transaction, viewer, id, &None, Act::DeclineAmendment, None).await?;
    answers(row.terms_version, version)?;
    let change = matching::ActiveModel {
        turn: Set(None),
        ..Default::default()
    };
    let changed = persist::write(
        &transaction,
        viewer,
        &row,
        Some(Act::DeclineAmendment),
        change,
    )
    .await?;
    let step = Step::new(MatchStepKind::AmendmentDeclined, side)
        .about(version)
        .noted(note);
    record(
        &transaction,
        viewer,
        &changed,
        acts::AMENDMENT_DECLINED,
        step,
    )
    .await?;
    transaction.commit().await?;
    Ok(changed)
}
