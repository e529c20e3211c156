//! Writes changed items and assigns their change numbers.

use chrono::{DateTime, Utc};
use entity::{
    feed,
    feed_entry::{self, Column, Entity},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use std::collections::HashMap;
use uuid::Uuid;

use super::{rules, search};
use crate::kit::{Error, Transaction};

/// Public content of an object.
#[derive(Debug)]
pub struct Shown {
    /// Type of the item.
    pub kind: &'static str,
    /// Content, as JSON.
    pub data: String,
    /// Version of the object. Also increases with changes that this content does not show.
    pub version: i32,
}

/// Stores the public content of these objects and numbers those that changed. An object that is not in `shown` is no
/// longer public. Returns the number of changes. The caller must have locked the consumer's outbox position, so that
/// calls do not run concurrently.
pub async fn write(
    transaction: &Transaction,
    name: &'static str,
    ids: &[Uuid],
    mut shown: HashMap<Uuid, Shown>,
    now: DateTime<Utc>,
) -> Result<usize, Error> {
    let known = Entity::find()
        .filter(Column::Feed.eq(name))
        .filter(Column::SubjectId.is_in(ids.iter().copied()))
        .all(transaction)
        .await?;
    let mut known: HashMap<Uuid, feed_entry::Model> = known
        .into_iter()
        .map(|entry| (entry.subject_id, entry))
        .collect();
    let feed = search::feed(transaction, name).await?;
    let (mut change, changed_at) = (feed.change, rules::later(feed.changed_at, now));
    let mut entries = Vec::new();
    for id in ids {
        let before = known.remove(id);
        let (kind, data, version) = match (shown.remove(id), &before) {
            (Some(shown), _) => (shown.kind.to_owned(), Some(shown.data), shown.version),
            (None, Some(before)) => (before.kind.clone(), None, before.version),
            (None, None) => continue,
        };
        if before.is_some_and(|before| (before.data, before.version) == (data.clone(), version)) {
            continue;
        }
        change += 1;
        entries.push(feed_entry::ActiveModel {
            feed: Set(name.into()),
            subject_id: Set(*id),
            kind: Set(kind),
            change: Set(change),
            data: Set(data),
            version: Set(version),
            changed_at: Set(changed_at),
        });
    }
    let count = entries.len();
    if count > 0 {
        Entity::insert_many(entries)
            .on_conflict(over())
            .exec_without_returning(transaction)
            .await?;
        feed::Entity::update_many()
            .col_expr(feed::Column::Change, Expr::val(change))
            .col_expr(feed::Column::ChangedAt, Expr::val(changed_at))
            .filter(feed::Column::Name.eq(name))
            .exec(transaction)
            .await?;
    }
    Ok(count)
}

fn over() -> OnConflict {
    OnConflict::columns([Column::Feed, Column::SubjectId])
        .update_columns([
            Column::Kind,
            Column::Change,
            Column::Data,
            Column::Version,
            Column::ChangedAt,
        ])
        .to_owned()
}

/// Records the format version of a feed's items.
pub async fn written_as(conn: &impl ConnectionTrait, name: &str, form: i32) -> Result<(), Error> {
    feed::Entity::update_many()
        .col_expr(feed::Column::Form, Expr::val(form))
        .filter(feed::Column::Name.eq(name))
        .exec(conn)
        .await?;
    Ok(())
}

/// Deletes tombstones from before this time. Returns their number.
pub async fn forget(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<usize, Error> {
    let gone = Entity::delete_many()
        .filter(Column::Data.is_null().and(Column::ChangedAt.lt(before)))
        .exec(conn)
        .await?;
    Ok(usize::try_from(gone.rows_affected).unwrap_or(usize::MAX))
}
