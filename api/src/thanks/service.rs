//! Giving thanks, and letting everybody read them.

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
    kit::{Error, Id, UserError, UserErrorCode as Code, Viewer, activity, input::Checks, resource},
    matches::{
        rules::{self, Act, other},
        steps::{Step, record},
        store::{MatchId, ready, write_if},
    },
};

/// The id of thanks.
pub type ThanksId = Id<thanks::Entity>;

/// Thanks the other side. `public` says that everybody may read it, if the other side agrees.
pub async fn give(
    app: &App,
    viewer: &Viewer,
    id: MatchId,
    text: &str,
    public: bool,
) -> Result<thanks::Model, Error> {
    viewer.signed_in()?;
    let mut checks = Checks::new();
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
    let (row, side) = ready(&transaction, viewer, id, Act::Thank, own.next()).await?;
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
    let changed = write_if(
        &transaction,
        viewer,
        &row,
        matching::ActiveModel {
            ..Default::default()
        },
    )
    .await?;
    let insert: thanks::ActiveModel = new.clone().into();
    thanks::Entity::insert(insert.reset_all())
        .exec_without_returning(&transaction)
        .await
        .map_err(|error| Error::from(error).on_conflict(thanked_already))?;
    let step = Step::new(MatchStepKind::Thanked, Some(side));
    record(&transaction, viewer, &changed, "match.thanked", step).await?;
    transaction.commit().await?;
    Ok(new)
}

fn thanked_already() -> UserError {
    let message = "Your organisation has thanked them already.";
    UserError::new(Code::AlreadyExists, message)
}

/// Agrees that everybody may read what was said of one's own organisation.
pub async fn publish(app: &App, viewer: &Viewer, id: ThanksId) -> Result<thanks::Model, Error> {
    viewer.signed_in()?;
    let transaction = app.database.begin().await?;
    let row = resource::get(&transaction, viewer, id).await?;
    // Whoever reads thanks that are public need not see the match.
    let found = resource::find(&transaction, viewer, MatchId::new(row.match_id)).await?;
    let forbidden = Error::Forbidden("Only editors of the organisation that is thanked do this.");
    let Some(of) = found else {
        return Err(forbidden);
    };
    let thanked = rules::organisation(&of, other(row.side));
    if !viewer.at_least(thanked, MembershipRole::Editor) {
        return Err(forbidden);
    }
    if !row.offered_to_public {
        let message = "Those who wrote it keep it between the two of you.";
        return Err(UserError::new(Code::InvalidState, message).into());
    }
    let change = thanks::ActiveModel {
        consented_at: Set(row.consented_at.or(Some(viewer.now))),
        ..Default::default()
    };
    let changed = thanks::Entity::update_many()
        .set(change)
        .filter(Column::Id.eq(row.id))
        .exec_with_returning(&transaction)
        .await?;
    let act = activity::Act {
        act: "match.thanks_published",
        subject: MatchId::new(of.id),
        organisation: Some(thanked),
        fields: &[],
    };
    let other = rules::organisation(&of, row.side);
    activity::record_between(&transaction, viewer, act, Some(other)).await?;
    transaction.commit().await?;
    changed.into_iter().next().ok_or(Error::NotFound)
}
