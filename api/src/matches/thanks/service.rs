//! Acts on thanks: give, publish and unpublish.

use entity::{
    match_step::MatchStepKind,
    matching::{self, MatchSide},
    membership::MembershipRole,
    thanks::{self, Column},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::{
    App,
    kit::{
        Error, Id, Transaction, UserError, UserErrorCode as Code, Viewer, activity::ActivityKind,
        database::resource, lifecycle, validation::Validator,
    },
    matches::{
        acts,
        persist::{self, MatchId},
        rules::{self, Act, other},
        step_records::{Step, record},
    },
};

/// Global id of thanks.
pub type ThanksId = Id<thanks::Entity>;

/// Thanks the other side. `public` offers the thanks for publication, to which the other side has to agree.
pub async fn give(
    app: &App,
    viewer: &Viewer,
    id: MatchId,
    text: &str,
    public: bool,
) -> Result<thanks::Model, Error> {
    viewer.signed_in()?;
    let mut checks = Validator::new();
    let text = checks.lines("text", text, 3..=1_000);
    checks.finish()?;
    let transaction = app.database.begin().await?;
    let seen = resource::get(&transaction, viewer, id).await?;
    let given = thanks::Entity::find()
        .filter(Column::MatchId.eq(seen.id))
        .all(&transaction)
        .await?;
    let free = [MatchSide::Offerer, MatchSide::Requester]
        .into_iter()
        .filter(|side| given.iter().all(|given| given.side != *side));
    let mut own = free
        .filter(|side| viewer.at_least(rules::organisation(&seen, *side), MembershipRole::Editor));
    let (row, side) =
        lifecycle::load(&transaction, viewer, id, &own.next(), Act::Thank, None).await?;
    let side = side.ok_or(Error::NotFound)?;
    let new = thanks::Model {
        id: Uuid::now_v7(),
        match_id: row.id,
        side,
        person_id: viewer.signed_in()?.id,
        text,
        offered_to_public: public,
        consented_at: None,
        created_at: viewer.now,
    };
    let change = <matching::ActiveModel as Default>::default();
    let changed = persist::write(&transaction, viewer, &row, Some(Act::Thank), change).await?;
    let insert: thanks::ActiveModel = new.clone().into();
    thanks::Entity::insert(insert.reset_all())
        .exec_without_returning(&transaction)
        .await
        .map_err(|error| Error::from(error).on_conflict(thanked_already))?;
    let step = Step::new(MatchStepKind::Thanked, Some(side));
    record(&transaction, viewer, &changed, acts::THANKED, step).await?;
    transaction.commit().await?;
    Ok(new)
}

fn thanked_already() -> UserError {
    let message = "Your organisation has already thanked the other side of this match.";
    UserError::new(Code::AlreadyExists, message)
}

/// Agrees to the publication of thanks that the viewer's organisation received.
pub async fn publish(app: &App, viewer: &Viewer, id: ThanksId) -> Result<thanks::Model, Error> {
    viewer.signed_in()?;
    let transaction = app.database.begin().await?;
    let forbidden =
        || Error::Forbidden("Only editors of the thanked organisation can publish this.");
    let (row, of) = between(&transaction, viewer, id)
        .await?
        .ok_or_else(forbidden)?;
    let thanked = rules::organisation(&of, other(row.side));
    if !viewer.at_least(thanked, MembershipRole::Editor) {
        return Err(forbidden());
    }
    if !row.offered_to_public {
        let message = "The other side has not offered these thanks for publication.";
        return Err(UserError::new(Code::InvalidState, message).into());
    }
    let change = thanks::ActiveModel {
        consented_at: Set(row.consented_at.or(Some(viewer.now))),
        ..Default::default()
    };
    let act = (acts::THANKS_PUBLISHED, other(row.side));
    write(transaction, viewer, (&row, &of), change, act).await
}

/// Makes thanks private to the two organisations, for either side.
pub async fn unpublish(app: &App, viewer: &Viewer, id: ThanksId) -> Result<thanks::Model, Error> {
    viewer.signed_in()?;
    let transaction = app.database.begin().await?;
    let forbidden =
        || Error::Forbidden("Only editors of the two organisations can make this private.");
    let (row, of) = between(&transaction, viewer, id)
        .await?
        .ok_or_else(forbidden)?;
    let side = [other(row.side), row.side]
        .into_iter()
        .find(|side| viewer.at_least(rules::organisation(&of, *side), MembershipRole::Editor))
        .ok_or_else(forbidden)?;
    let mut change = <thanks::ActiveModel as Default>::default();
    if side == row.side {
        change.offered_to_public = Set(false);
    } else {
        change.consented_at = Set(None);
    }
    let act = (acts::THANKS_UNPUBLISHED, side);
    write(transaction, viewer, (&row, &of), change, act).await
}

/// Reads thanks and their match; `None` if the viewer sees the thanks only because they are public, and not the match.
async fn between(
    transaction: &Transaction,
    viewer: &Viewer,
    id: ThanksId,
) -> Result<Option<(thanks::Model, matching::Model)>, Error> {
    let row = resource::get(transaction, viewer, id).await?;
    let found = resource::find(transaction, viewer, MatchId::new(row.match_id)).await?;
    Ok(found.map(|of| (row, of)))
}

/// Changes the visibility of thanks and records the act of a side.
async fn write(
    transaction: Transaction,
    viewer: &Viewer,
    (row, of): (&thanks::Model, &matching::Model),
    change: thanks::ActiveModel,
    (act, side): (ActivityKind<matching::Entity>, MatchSide),
) -> Result<thanks::Model, Error> {
    let changed = thanks::Entity::update_many()
        .set(change)
        .filter(Column::Id.eq(row.id))
        .exec_with_returning(&transaction)
        .await?;
    lifecycle::record(&transaction, viewer, (of, &None, &Some(side)), act, &[]).await?;
    transaction.commit().await?;
    changed.into_iter().next().ok_or(Error::NotFound)
}
