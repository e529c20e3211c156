//! Reads and writes of the deliveries of a match, and their effect on the match.

use entity::{
    fulfilment::{self, Column, FulfilmentState},
    match_step::DisputeOutcome,
    match_terms,
    matching::{self, MatchState},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    sea_query::Expr,
};
use uuid::Uuid;

use super::rules::Sum;
use crate::{
    kit::{Error, Transaction, UserError, UserErrorCode as Code, Viewer, validation::Validator},
    listings::content::Amount,
    matches::{
        persist::{self, terms},
        terms::MINUTES_PER_DAY,
    },
    reference::quantity,
};

/// Sets the state, turn and delivered quantity that the deliveries lead to, short of the end of the match.
pub(super) async fn follow(
    transaction: &Transaction,
    viewer: &Viewer,
    row: &matching::Model,
    parts: &[fulfilment::Model],
    agreed: &match_terms::Model,
) -> Result<matching::Model, Error> {
    let sum = Sum::of(parts);
    let state = sum.state(agreed.quantity);
    let turn = match state {
        MatchState::AwaitingConfirmation => sum.to_answer,
        MatchState::Accepted | MatchState::InDelivery
            if row.state != MatchState::AwaitingConfirmation =>
        {
            row.turn
        }
        _ => None,
    };
    let change = matching::ActiveModel {
        state: Set(state),
        turn: Set(turn),
        delivered: Set(sum.confirmed),
        ..Default::default()
    };
    persist::write(transaction, viewer, row, None, change).await
}

/// Reads the terms in force.
pub async fn agreed(
    conn: &impl ConnectionTrait,
    row: &matching::Model,
) -> Result<match_terms::Model, Error> {
    terms(conn, row, row.agreed_version.ok_or(Error::NotFound)?).await
}

/// Reads all deliveries of a match, oldest first.
pub async fn parts(
    conn: &impl ConnectionTrait,
    match_id: Uuid,
) -> Result<Vec<fulfilment::Model>, Error> {
    Ok(fulfilment::Entity::find()
        .filter(Column::MatchId.eq(match_id))
        .order_by_asc(Column::Id)
        .all(conn)
        .await?)
}

/// Reads all deliveries of a match, with one replaced by its changed row.
pub(super) async fn with(
    conn: &impl ConnectionTrait,
    changed: &fulfilment::Model,
) -> Result<Vec<fulfilment::Model>, Error> {
    let mut parts = parts(conn, changed.match_id).await?;
    for part in &mut parts {
        if part.id == changed.id {
            part.clone_from(changed);
        }
    }
    Ok(parts)
}

pub(super) async fn write(
    conn: &impl ConnectionTrait,
    part: &fulfilment::Model,
) -> Result<(), Error> {
    let change = fulfilment::ActiveModel {
        state: Set(part.state),
        answered_quantity: Set(part.answered_quantity),
        answered_by: Set(part.answered_by),
        answer_note: Set(part.answer_note.clone()),
        answered_at: Set(part.answered_at),
        ..Default::default()
    };
    let changed = fulfilment::Entity::update_many()
        .set(change)
        .filter(Column::Id.eq(part.id))
        .filter(Column::State.eq(FulfilmentState::Claimed))
        .exec(conn)
        .await?;
    if changed.rows_affected == 1 {
        return Ok(());
    }
    let message =
        "This delivery was answered or withdrawn after you loaded it. Reload it and try again.";
    Err(UserError::new(Code::VersionOutdated, message).into())
}

/// Converts an amount to base units of the agreed unit; returns `otherwise` if it is omitted.
pub(super) fn counted(
    checks: &mut Validator,
    amount: Option<&Amount>,
    agreed: &match_terms::Model,
    otherwise: Option<i64>,
    answers: bool,
) -> Option<i64> {
    let field = "quantity.amount";
    let Some(amount) = amount else {
        if agreed.quantity.is_some() && otherwise.is_none_or(|rest| rest <= 0) {
            let message =
                "The agreed quantity is already recorded in full. Enter the additional quantity.";
            checks.add("quantity", Code::Required, message);
        }
        return otherwise.filter(|_| agreed.quantity.is_some());
    };
    if agreed.quantity.is_none() {
        let message = "This match has no counted quantity. Leave the quantity empty.";
        checks.add("quantity", Code::Invalid, message);
        return None;
    }
    // An answer may state that nothing was delivered.
    let base = if answers && amount.amount.is_zero() {
        0
    } else {
        checks.collect(quantity::to_base(amount.amount, amount.unit, field))?
    };
    let minutes = agreed.minutes_per_day.unwrap_or(MINUTES_PER_DAY);
    let converted = quantity::convert(base, amount.unit, agreed.unit, minutes);
    if converted.is_none() {
        let message = format!(
            "This match counts in {}. Enter the quantity in a unit that converts to it.",
            quantity::label(agreed.unit)
        );
        checks.add("quantity.unit", Code::UnitsDiffer, message);
    }
    converted
}

pub(super) fn note(checks: &mut Validator, note: Option<&str>) -> Option<String> {
    let note = checks.lines("note", note?, 0..=2_000);
    (!note.is_empty()).then_some(note)
}

/// Closes the unanswered and disputed deliveries of a match with the decision of a broker.
pub(super) async fn settle_parts(
    conn: &impl ConnectionTrait,
    match_id: Uuid,
    outcome: DisputeOutcome,
) -> Result<(), Error> {
    let state = match outcome {
        DisputeOutcome::ConfirmedAsClaimed => FulfilmentState::Confirmed,
        DisputeOutcome::Adjusted | DisputeOutcome::NotDelivered => FulfilmentState::Disputed,
    };
    fulfilment::Entity::update_many()
        .col_expr(Column::State, Expr::val(state))
        .filter(Column::MatchId.eq(match_id))
        .filter(Column::State.is_in([FulfilmentState::Claimed, FulfilmentState::Disputed]))
        .exec(conn)
        .await?;
    Ok(())
}
