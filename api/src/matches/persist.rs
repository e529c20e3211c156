//! Reads and writes of matches and their terms. A write is refused if the match has changed since it was read.

use entity::{
    listing, match_terms,
    matching::{self, MatchSide},
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use uuid::Uuid;

use super::{
    rules::{self, Act},
    step_records,
    terms::Terms,
};
use crate::kit::{Error, Id, Viewer, lifecycle};

/// Global id of a match.
pub type MatchId = Id<matching::Entity>;

/// Reads a version of the terms of a match.
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

/// Reads the two listings of a match, regardless of who may see them.
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

/// Inserts a version of the terms.
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

/// Writes a change if the match is still as it was read, with the state that the act leads to; `act` is `None` if the
/// worker or the deliveries determine the state. A pending amendment lapses if the match leaves the states in which one
/// can be accepted.
pub async fn write(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &matching::Model,
    act: Option<Act>,
    change: matching::ActiveModel,
) -> Result<matching::Model, Error> {
    let changed = match act {
        Some(act) => lifecycle::write_act(conn, viewer, row, act, change).await?,
        None => lifecycle::write(conn, viewer, row, change, None).await?,
    };
    let pending = rules::has_pending_amendment(row, viewer.now);
    if pending && !rules::AMENDABLE.contains(&changed.state) {
        step_records::amendment_lapsed(conn, viewer, &changed).await?;
    }
    Ok(changed)
}
