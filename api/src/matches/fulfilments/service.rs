//! Acts on deliveries: record, confirm and withdraw.

use chrono::NaiveDate;
use entity::{
    fulfilment::{self, FulfilmentState},
    match_step::MatchStepKind,
    matching,
};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{
    deliveries::{agreed, counted, follow, note, parts, with, write},
    ending::{advance, tell_end},
    rules::{self, Sum},
};
use crate::{
    App,
    kit::{
        Error, Id, Transaction, UserError, UserErrorCode as Code, Viewer,
        database::resource,
        idempotency::{Key, RetryKey},
        lifecycle,
        validation::Validator,
    },
    listings::content::Amount,
    matches::{
        acts,
        persist::MatchId,
        rules::{Act, other},
        step_records::{Step, record as record_step},
    },
};

/// Global id of a delivery.
pub type FulfilmentId = Id<fulfilment::Entity>;

/// Delivery to record, as a side entered it.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// Quantity; `None` for all that is outstanding.
    pub quantity: Option<Amount>,
    /// Day of the delivery; `None` for today.
    pub delivered_on: Option<NaiveDate>,
    /// True if no more deliveries follow; `None` for true only if the match has no counted quantity.
    pub last: Option<bool>,
    /// Note to the other side.
    pub note: Option<String>,
    /// HTTPS addresses of evidence, such as photographs and delivery notes.
    pub evidence: Vec<String>,
}

/// Records a delivery, which the other side has to confirm.
pub async fn record(
    app: &App,
    viewer: &Viewer,
    id: MatchId,
    delivery: NewDelivery,
    key: Option<RetryKey>,
) -> Result<fulfilment::Model, Error> {
    viewer.signed_in()?;
    let key = Key::new(viewer, key, "match.delivery_recorded");
    Key::once::<fulfilment::Entity>(key, &app.database, viewer, async |transaction| {
        record_in(transaction, viewer, id, delivery).await
    })
    .await
}

async fn record_in(
    transaction: &Transaction,
    viewer: &Viewer,
    id: MatchId,
    delivery: NewDelivery,
) -> Result<fulfilment::Model, Error> {
    let (row, side) =
        lifecycle::load(transaction, viewer, id, &None, Act::RecordDelivery, None).await?;
    let side = side.ok_or(Error::NotFound)?;
    let agreed = agreed(transaction, &row).await?;
    let mut parts = parts(transaction, row.id).await?;
    let mut checks = Validator::new();
    let fits = parts.len() < rules::MAX;
    let message = "This match already has 500 deliveries, the maximum.";
    checks.require(fits, "matchId", Code::LimitReached, message);
    let day = delivery.delivered_on.unwrap_or_else(|| viewer.today());
    rules::check_day(&mut checks, day, viewer.today());
    let note = note(&mut checks, delivery.note.as_deref());
    let evidence = rules::evidence(&mut checks, &delivery.evidence);
    let outstanding = agreed
        .quantity
        .map(|agreed| Sum::of(&parts).outstanding(agreed));
    let quantity = counted(
        &mut checks,
        delivery.quantity.as_ref(),
        &agreed,
        outstanding,
        false,
    );
    checks.finish()?;
    let part = fulfilment::Model {
        id: Uuid::now_v7(),
        match_id: row.id,
        state: FulfilmentState::Claimed,
        side,
        recorded_by: viewer.signed_in()?.id,
        quantity,
        answered_quantity: None,
        answered_by: None,
        delivered_on: day,
        last: delivery.last.unwrap_or(agreed.quantity.is_none()),
        note: note.clone(),
        answer_note: None,
        evidence: evidence.into(),
        created_at: viewer.now,
        answered_at: None,
    };
    parts.push(part.clone());
    let changed = follow(transaction, viewer, &row, &parts, &agreed).await?;
    let new: fulfilment::ActiveModel = part.clone().into();
    fulfilment::Entity::insert(sea_orm::ActiveModelTrait::reset_all(new))
        .exec_without_returning(transaction)
        .await?;
    let step = Step::new(MatchStepKind::DeliveryRecorded, Some(side)).noted(note);
    record_step(transaction, viewer, &changed, acts::DELIVERY_RECORDED, step).await?;
    Ok(part)
}

/// Answers a delivery that the other side recorded: the recorded quantity confirms it, any other disputes it.
pub async fn confirm(
    app: &App,
    viewer: &Viewer,
    id: FulfilmentId,
    amount: Option<Amount>,
    remark: Option<String>,
) -> Result<fulfilment::Model, Error> {
    let transaction = app.database.begin().await?;
    let (mut part, row) = claimed(&transaction, viewer, id, Act::ConfirmDelivery).await?;
    let agreed = agreed(&transaction, &row).await?;
    let mut checks = Validator::new();
    let note = note(&mut checks, remark.as_deref());
    let answer = counted(&mut checks, amount.as_ref(), &agreed, part.quantity, true);
    checks.finish()?;
    let same = answer == part.quantity;
    (part.answered_quantity, part.answered_by) = (answer, viewer.person_id());
    (part.answered_at, part.answer_note) = (Some(viewer.now), note.clone());
    part.state = if same {
        FulfilmentState::Confirmed
    } else {
        FulfilmentState::Disputed
    };
    let parts = with(&transaction, &part).await?;
    let (kind, act) = if same {
        (MatchStepKind::DeliveryConfirmed, acts::DELIVERY_CONFIRMED)
    } else {
        (MatchStepKind::Disputed, acts::DISPUTED)
    };
    let side = other(part.side);
    let changed = advance(&transaction, viewer, &row, &parts, &agreed).await?;
    write(&transaction, &part).await?;
    let step = Step::new(kind, Some(side)).noted(note);
    record_step(&transaction, viewer, &changed, act, step).await?;
    tell_end(&transaction, viewer, &changed, side).await?;
    transaction.commit().await?;
    Ok(part)
}

/// Withdraws a record of the viewer's side that has not been answered.
pub async fn withdraw(
    app: &App,
    viewer: &Viewer,
    id: FulfilmentId,
) -> Result<fulfilment::Model, Error> {
    let transaction = app.database.begin().await?;
    let (mut part, row) = claimed(&transaction, viewer, id, Act::WithdrawDelivery).await?;
    let agreed = agreed(&transaction, &row).await?;
    part.state = FulfilmentState::Withdrawn;
    let parts = with(&transaction, &part).await?;
    let changed = advance(&transaction, viewer, &row, &parts, &agreed).await?;
    write(&transaction, &part).await?;
    let step = Step::new(MatchStepKind::DeliveryWithdrawn, Some(part.side));
    record_step(
        &transaction,
        viewer,
        &changed,
        acts::DELIVERY_WITHDRAWN,
        step,
    )
    .await?;
    tell_end(&transaction, viewer, &changed, part.side).await?;
    transaction.commit().await?;
    Ok(part)
}

/// Reads an unanswered delivery and its match, if the viewer's side may do the act.
async fn claimed(
    transaction: &Transaction,
    viewer: &Viewer,
    id: FulfilmentId,
    act: Act,
) -> Result<(fulfilment::Model, matching::Model), Error> {
    viewer.signed_in()?;
    let part = resource::get(transaction, viewer, id).await?;
    let whose = match act {
        Act::ConfirmDelivery => other(part.side),
        _ => part.side,
    };
    let match_id = MatchId::new(part.match_id);
    let (row, side) =
        lifecycle::load(transaction, viewer, match_id, &Some(whose), act, None).await?;
    if part.state != FulfilmentState::Claimed {
        let message = "This delivery was already answered or withdrawn. Reload the match.";
        return Err(UserError::new(Code::InvalidState, message).into());
    }
    if side != Some(whose) {
        let message = match act {
            Act::ConfirmDelivery => {
                "Your side recorded this delivery. The other side has to confirm it."
            }
            _ => "The other side recorded this delivery. Only they can withdraw it.",
        };
        return Err(UserError::new(Code::NotYourTurn, message).into());
    }
    Ok((part, row))
}
