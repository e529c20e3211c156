//! The acts of delivering: one side records, the other answers; what they say alike counts.

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
        Error, Id, Transaction, UserError, UserErrorCode as Code, Viewer, database::resource,
        idempotency::Key, lifecycle, validation::Checks,
    },
    listings::content::Amount,
    matches::{
        acts,
        persist::MatchId,
        rules::{Act, other},
        step_records::{Step, record as record_step},
    },
};

/// The id of a delivery.
pub type FulfilmentId = Id<fulfilment::Entity>;

/// What a side says was delivered.
#[derive(Clone, Debug)]
pub struct Said {
    /// How much; left out, all that is outstanding.
    pub quantity: Option<Amount>,
    /// On which day; today where nothing is said.
    pub delivered_on: Option<NaiveDate>,
    /// Whether nothing more is to come; left out, only where nothing is counted.
    pub last: Option<bool>,
    /// A few lines.
    pub note: Option<String>,
    /// Addresses of photographs, delivery notes and the like.
    pub evidence: Vec<String>,
}

/// Records a delivery, which the other side is to confirm.
pub async fn record(
    app: &App,
    viewer: &Viewer,
    id: MatchId,
    said: Said,
    key: Option<String>,
) -> Result<fulfilment::Model, Error> {
    viewer.signed_in()?;
    let key = Key::new(viewer, key, "match.delivery_recorded", &(id, &said));
    Key::once::<fulfilment::Entity>(key, &app.database, viewer, async |transaction| {
        record_in(transaction, viewer, id, said).await
    })
    .await
}

async fn record_in(
    transaction: &Transaction,
    viewer: &Viewer,
    id: MatchId,
    said: Said,
) -> Result<fulfilment::Model, Error> {
    let (row, side) =
        lifecycle::load(transaction, viewer, id, &None, Act::RecordDelivery, None).await?;
    let side = side.ok_or(Error::NotFound)?;
    let agreed = agreed(transaction, &row).await?;
    let mut parts = parts(transaction, row.id).await?;
    let mut checks = Checks::new();
    let fits = parts.len() < rules::MOST;
    let message = "A match has at most 500 deliveries.";
    checks.demand(fits, "matchId", Code::LimitReached, message);
    let day = said.delivered_on.unwrap_or_else(|| viewer.today());
    rules::check_day(&mut checks, day, viewer.today());
    let note = note(&mut checks, said.note.as_deref());
    let evidence = rules::evidence(&mut checks, &said.evidence);
    let outstanding = agreed
        .quantity
        .map(|agreed| Sum::of(&parts).outstanding(agreed));
    let quantity = counted(
        &mut checks,
        said.quantity.as_ref(),
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
        last: said.last.unwrap_or(agreed.quantity.is_none()),
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

/// Answers what the other side says was delivered: the same confirms it, anything else disputes it.
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
    let mut checks = Checks::new();
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

/// Takes back one's own record that nobody has answered.
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

/// A delivery that waits for an answer, and its match, if it is the viewer's to do this to it.
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
        let message = "Only a delivery that waits for an answer can be answered or taken back.";
        return Err(UserError::new(Code::InvalidState, message).into());
    }
    if side != Some(whose) {
        let message = match act {
            Act::ConfirmDelivery => "You recorded it; the other side confirms it.",
            _ => "The other side recorded it; only they take it back.",
        };
        return Err(UserError::new(Code::NotYourTurn, message).into());
    }
    Ok((part, row))
}
