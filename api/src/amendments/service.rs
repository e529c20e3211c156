//! The acts by which two sides change what they agreed.

use entity::{
    match_step::MatchStepKind,
    matching::{self, MatchSide},
};
use sea_orm::ActiveValue::Set;

use crate::{
    App,
    kit::{Error, UserError, UserErrorCode as Code, Viewer, quantity, resource},
    matches::{
        allocation::{self, From, Held},
        negotiation::{answers, remark, settle},
        rules::{self, Act},
        steps::{Step, record},
        store::{MatchId, ready, terms, write_if, write_terms},
        terms::Said,
    },
};

/// Asks to change what was agreed. `version` is the one that is to be changed.
pub async fn propose(
    app: &App,
    viewer: &Viewer,
    id: MatchId,
    version: i32,
    said: Said,
) -> Result<matching::Model, Error> {
    let transaction = app.database.begin().await?;
    let (row, side) = ready(&transaction, viewer, id, Act::ProposeAmendment, None).await?;
    let side = side.ok_or(Error::NotFound)?;
    answers(&row, version)?;
    let settled = settle(&transaction, viewer, &row, said, Held::by(&row)).await?;
    let change = matching::ActiveModel {
        turn: Set(Some(rules::other(side))),
        terms_version: Set(row.terms_version + 1),
        answer_by: Set(settled.answer_by),
        ..Default::default()
    };
    let changed = write_if(&transaction, viewer, &row, change).await?;
    write_terms(&transaction, viewer, &changed, side, &settled).await?;
    let step = Step::new(MatchStepKind::AmendmentProposed, Some(side)).about(changed.terms_version);
    record(
        &transaction,
        viewer,
        &changed,
        "match.amendment_proposed",
        step,
    )
    .await?;
    transaction.commit().await?;
    Ok(changed)
}

/// Agrees to the change: what is held becomes what the new terms ask for.
pub async fn accept(
    app: &App,
    viewer: &Viewer,
    id: MatchId,
    version: i32,
) -> Result<matching::Model, Error> {
    let transaction = app.database.begin().await?;
    let (row, side) = ready(&transaction, viewer, id, Act::AcceptAmendment, None).await?;
    answers(&row, version)?;
    let agreed = terms(&transaction, &row, version).await?;
    let before = terms(&transaction, &row, row.agreed_version.unwrap_or(1)).await?;
    let minutes = before
        .minutes_per_day
        .or(agreed.minutes_per_day)
        .unwrap_or(450);
    let delivered = quantity::convert(row.delivered, before.unit, agreed.unit, minutes);
    let enough = agreed
        .quantity
        .is_none_or(|new| delivered.is_some_and(|done| done <= new));
    if !enough {
        let message = "More than that was delivered already.";
        return Err(UserError::at("termsVersion", Code::OutOfRange, message).into());
    }
    let held = Held::asked(agreed.offer_quantity, agreed.request_quantity);
    let change = matching::ActiveModel {
        turn: Set(None),
        agreed_version: Set(Some(version)),
        offer_allocated: Set(held.offer),
        request_allocated: Set(held.request),
        delivered: Set(delivered.unwrap_or(row.delivered)),
        ..Default::default()
    };
    let changed = write_if(&transaction, viewer, &row, change).await?;
    allocation::hold(
        &transaction,
        viewer,
        &row,
        (Held::by(&row), held),
        From::Any,
    )
    .await?;
    let step = Step::new(MatchStepKind::Amended, side).about(version);
    record(&transaction, viewer, &changed, "match.amended", step).await?;
    transaction.commit().await?;
    Ok(changed)
}

/// Refuses the change, or takes one's own back: what was agreed stays.
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
    let seen = resource::get(&transaction, viewer, id).await?;
    let natural: Option<MatchSide> = seen.turn;
    let (row, side) = ready(&transaction, viewer, id, Act::DeclineAmendment, natural).await?;
    answers(&row, version)?;
    let change = matching::ActiveModel {
        turn: Set(None),
        ..Default::default()
    };
    let changed = write_if(&transaction, viewer, &row, change).await?;
    let step = Step::new(MatchStepKind::AmendmentDeclined, side)
        .about(version)
        .noted(note);
    record(
        &transaction,
        viewer,
        &changed,
        "match.amendment_declined",
        step,
    )
    .await?;
    transaction.commit().await?;
    Ok(changed)
}
