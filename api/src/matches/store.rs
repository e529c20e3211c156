//! Reading a match for an act, and writing it if it is still as it was read.

use entity::{
    listing, match_terms,
    matching::{self, Column, MatchSide},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{
    rules::{self, Act},
    steps,
    terms::Terms,
};
use crate::kit::{Error, Id, UserError, UserErrorCode as Code, Viewer, resource};

/// The id of a match.
pub type MatchId = Id<matching::Entity>;

/// The match as the viewer sees it, the side for which they act, and the terms in force or under discussion.
pub async fn ready(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    id: MatchId,
    act: Act,
    natural: Option<MatchSide>,
) -> Result<(matching::Model, Option<MatchSide>), Error> {
    viewer.signed_in()?;
    let row = resource::get(conn, viewer, id).await?;
    let natural = natural.or(match act {
        Act::MarkReturned => Some(MatchSide::Offerer),
        _ => row.turn,
    });
    let side = rules::may(viewer, &row, act, natural)?;
    rules::can(&row, act, side, viewer.now)?;
    Ok((row, side))
}

/// The terms of a match with this version.
pub async fn terms(
    conn: &impl ConnectionTrait,
    row: &matching::Model,
    version: i32,
) -> Result<match_terms::Model, Error> {
    let found = match_terms::Entity::find_by_id((row.id, version))
        .one(conn)
        .await?;
    found.ok_or(Error::NotFound)
}

/// The two listings of a match, whoever may see them.
pub async fn listings(
    conn: &impl ConnectionTrait,
    row: &matching::Model,
) -> Result<(listing::Model, listing::Model), Error> {
    let read = async |id: Uuid| {
        let found = listing::Entity::find_by_id(id).one(conn).await?;
        found.ok_or(Error::NotFound)
    };
    Ok((read(row.offer_id).await?, read(row.request_id).await?))
}

/// Writes a version of the terms.
pub async fn write_terms(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &matching::Model,
    side: MatchSide,
    terms: &Terms,
) -> Result<(), Error> {
    let Terms {
        quantity,
        unit,
        unit_label,
        offer_quantity,
        request_quantity,
        minutes_per_day,
        from,
        until,
        place,
        conditions,
        message,
        answer_by,
    } = terms.clone();
    let new = match_terms::ActiveModel {
        match_id: Set(row.id),
        version: Set(row.terms_version),
        side: Set(side),
        person_id: Set(viewer.signed_in()?.id),
        quantity: Set(quantity),
        unit: Set(unit),
        unit_label: Set(unit_label),
        offer_quantity: Set(offer_quantity),
        request_quantity: Set(request_quantity),
        minutes_per_day: Set(minutes_per_day),
        from_date: Set(from),
        until_date: Set(until),
        place: Set(place),
        conditions: Set(conditions),
        message: Set(message),
        answer_by: Set(answer_by),
        created_at: Set(viewer.now),
    };
    match_terms::Entity::insert(new)
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// Writes a change if the match is still as it was read. A change of the terms that waits is over where the match moves
/// on to where none can be agreed.
pub async fn write_if(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &matching::Model,
    mut change: matching::ActiveModel,
) -> Result<matching::Model, Error> {
    change.updated_at = Set(viewer.now);
    change.version = Set(row.version + 1);
    let changed = matching::Entity::update_many()
        .set(change)
        .filter(Column::Id.eq(row.id))
        .filter(Column::Version.eq(row.version))
        .exec_with_returning(conn)
        .await?;
    let changed = changed.into_iter().next().ok_or_else(outdated)?;
    if rules::amendment_waits(row, viewer.now)
        && !Act::AcceptAmendment.states().contains(&changed.state)
    {
        steps::amendment_lapsed(conn, viewer, &changed).await?;
    }
    Ok(changed)
}

fn outdated() -> Error {
    let message =
        "Somebody changed the match since you read it. Read it again and repeat your act.";
    UserError::new(Code::VersionOutdated, message).into()
}
