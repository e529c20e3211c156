//! Ends of agreed matches: fulfilment, cancellation and the decision of a broker; and the return of loans.

use entity::{
    fulfilment::{self, FulfilmentState},
    match_step::{DisputeOutcome, MatchReason, MatchStepKind},
    match_terms,
    matching::{self, MatchSide, MatchState},
    resource_type::Unit,
};
use sea_orm::ActiveValue::Set;

use super::{
    deliveries::{agreed, counted, follow, note, parts, settle_parts},
    rules::Sum,
};
use crate::{
    App,
    kit::{
        Error, Transaction, UserError, UserErrorCode as Code, Viewer, lifecycle,
        validation::Validator,
    },
    listings::{allocation::Required, content::Amount},
    matches::{
        acts,
        allocation::{self, Allocation, set_allocation},
        persist::{self, MatchId, listings},
        rules::{Act, is_loan},
        step_records::{Step, record},
        terms::MINUTES_PER_DAY,
    },
    reference::quantity,
};

/// Ends an agreed match. The delivered quantity stays allocated, the rest is released.
async fn finish(
    transaction: &Transaction,
    viewer: &Viewer,
    row: &matching::Model,
    agreed: &match_terms::Model,
    (state, fulfilled): (MatchState, bool),
    delivered: i64,
) -> Result<matching::Model, Error> {
    let (offer, request) = listings(transaction, row).await?;
    let share = |unit: Unit, held: i64| {
        let minutes = agreed.minutes_per_day.unwrap_or(MINUTES_PER_DAY);
        let kept = quantity::convert(delivered, agreed.unit, unit, minutes);
        kept.unwrap_or(held).min(held)
    };
    let held = Allocation {
        offer: share(offer.unit, row.offer_allocated),
        request: share(request.unit, row.request_allocated),
    };
    let change = matching::ActiveModel {
        state: Set(state),
        turn: Set(None),
        delivered: Set(delivered),
        ended_at: Set(Some(viewer.now)),
        offer_allocated: Set(held.offer),
        request_allocated: Set(held.request),
        ..Default::default()
    };
    let changed = persist::write(transaction, viewer, row, None, change).await?;
    set_allocation(
        transaction,
        viewer,
        row,
        (Allocation::of(row), held),
        Required::Anything,
    )
    .await?;
    allocation::close_done(transaction, viewer, row, fulfilled).await?;
    Ok(changed)
}

/// Sets the state that the deliveries lead to, and ends the match if they fulfil the terms.
pub async fn advance(
    transaction: &Transaction,
    viewer: &Viewer,
    row: &matching::Model,
    parts: &[fulfilment::Model],
    agreed: &match_terms::Model,
) -> Result<matching::Model, Error> {
    let sum = Sum::of(parts);
    match sum.state(agreed.quantity) {
        state @ MatchState::Fulfilled => {
            finish(
                transaction,
                viewer,
                row,
                agreed,
                (state, true),
                sum.confirmed,
            )
            .await
        }
        _ => follow(transaction, viewer, row, parts, agreed).await,
    }
}

/// Records the fulfilment of a match, if it is fulfilled.
pub async fn tell_end(
    transaction: &Transaction,
    viewer: &Viewer,
    row: &matching::Model,
    side: MatchSide,
) -> Result<(), Error> {
    if row.state != MatchState::Fulfilled {
        return Ok(());
    }
    let step = Step::new(MatchStepKind::Fulfilled, Some(side));
    record(transaction, viewer, row, acts::FULFILLED, step).await
}

/// Cancels an agreed match. Confirmed deliveries stay.
pub async fn cancel(
    app: &App,
    viewer: &Viewer,
    id: MatchId,
    reason: MatchReason,
    remark: Option<String>,
) -> Result<matching::Model, Error> {
    let mut checks = Validator::new();
    let note = note(&mut checks, remark.as_deref());
    checks.finish()?;
    let transaction = app.database.begin().await?;
    let (row, side) = lifecycle::load(&transaction, viewer, id, &None, Act::Cancel, None).await?;
    let sum = Sum::of(&parts(&transaction, row.id).await?);
    if sum.to_answer.is_some() {
        let message = "A delivery is waiting for an answer. Before you cancel, it has to be confirmed, disputed or withdrawn.";
        return Err(UserError::new(Code::InvalidState, message).into());
    }
    let agreed = agreed(&transaction, &row).await?;
    let end = (MatchState::Cancelled, false);
    let changed = finish(&transaction, viewer, &row, &agreed, end, sum.confirmed).await?;
    let step = Step {
        reason: Some(reason),
        ..Step::new(MatchStepKind::Cancelled, side).noted(note)
    };
    record(&transaction, viewer, &changed, acts::CANCELLED, step).await?;
    transaction.commit().await?;
    Ok(changed)
}

/// Disputes what was delivered, so that a broker decides.
pub async fn dispute(
    app: &App,
    viewer: &Viewer,
    id: MatchId,
    remark: &str,
) -> Result<matching::Model, Error> {
    let mut checks = Validator::new();
    let note = checks.lines("note", remark, 3..=2_000);
    checks.finish()?;
    let transaction = app.database.begin().await?;
    let (row, side) = lifecycle::load(&transaction, viewer, id, &None, Act::Dispute, None).await?;
    let change = matching::ActiveModel {
        turn: Set(None),
        ..Default::default()
    };
    let changed = persist::write(&transaction, viewer, &row, Some(Act::Dispute), change).await?;
    let step = Step::new(MatchStepKind::Disputed, side).noted(Some(note));
    record(&transaction, viewer, &changed, acts::DISPUTED, step).await?;
    transaction.commit().await?;
    Ok(changed)
}

/// Decides a dispute, for a broker. `amount` is the total quantity delivered, given only with `Adjusted`.
pub async fn resolve(
    app: &App,
    viewer: &Viewer,
    id: MatchId,
    outcome: DisputeOutcome,
    amount: Option<Amount>,
    remark: &str,
) -> Result<matching::Model, Error> {
    let mut checks = Validator::new();
    let note = checks.lines("note", remark, 3..=2_000);
    checks.finish()?;
    let transaction = app.database.begin().await?;
    let (row, _) = lifecycle::load(&transaction, viewer, id, &None, Act::Resolve, None).await?;
    let agreed = agreed(&transaction, &row).await?;
    let parts = parts(&transaction, row.id).await?;
    let mut checks = Validator::new();
    let adjusted = outcome == DisputeOutcome::Adjusted;
    let message = "Enter the total quantity delivered if the outcome is ADJUSTED, and only then.";
    let has_amount = amount.is_some();
    checks.require(has_amount == adjusted, "quantity", Code::Invalid, message);
    let delivered = match outcome {
        DisputeOutcome::Adjusted => counted(&mut checks, amount.as_ref(), &agreed, None, true),
        DisputeOutcome::NotDelivered => Some(Sum::of(&parts).confirmed),
        DisputeOutcome::ConfirmedAsClaimed => {
            let counted = parts
                .iter()
                .filter(|part| part.state != FulfilmentState::Withdrawn);
            Some(counted.filter_map(|part| part.quantity).sum())
        }
    };
    checks.finish()?;
    let delivered = delivered.unwrap_or(0);
    let came = delivered > 0 || agreed.quantity.is_none();
    let fulfilled = came && outcome != DisputeOutcome::NotDelivered;
    let end = (MatchState::Resolved, fulfilled);
    let changed = finish(&transaction, viewer, &row, &agreed, end, delivered).await?;
    settle_parts(&transaction, row.id, outcome).await?;
    let step = Step {
        outcome: Some(outcome),
        ..Step::new(MatchStepKind::Resolved, None).noted(Some(note))
    };
    record(&transaction, viewer, &changed, acts::RESOLVED, step).await?;
    transaction.commit().await?;
    Ok(changed)
}

/// Records the return of a loan, so that it can be lent again.
pub async fn mark_returned(
    app: &App,
    viewer: &Viewer,
    id: MatchId,
) -> Result<matching::Model, Error> {
    let transaction = app.database.begin().await?;
    let (row, side) =
        lifecycle::load(&transaction, viewer, id, &None, Act::MarkReturned, None).await?;
    let (offer, request) = listings(&transaction, &row).await?;
    if !is_loan(offer.lending_mode, request.lending_mode) {
        let message = "Nothing was lent in this match: its lending mode is neither LEND nor SHARE.";
        return Err(UserError::new(Code::InvalidState, message).into());
    }
    let held = Allocation {
        offer: 0,
        ..Allocation::of(&row)
    };
    let change = matching::ActiveModel {
        offer_allocated: Set(0),
        returned_at: Set(Some(viewer.now)),
        ..Default::default()
    };
    let changed =
        persist::write(&transaction, viewer, &row, Some(Act::MarkReturned), change).await?;
    set_allocation(
        &transaction,
        viewer,
        &row,
        (Allocation::of(&row), held),
        Required::Anything,
    )
    .await?;
    let step = Step::new(MatchStepKind::Returned, side);
    record(&transaction, viewer, &changed, acts::RETURNED, step).await?;
    transaction.commit().await?;
    Ok(changed)
}
