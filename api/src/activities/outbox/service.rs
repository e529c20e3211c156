//! Following the order: its end, what comes after a place, and how far each reader has come.

use entity::{
    activity::{self, Column},
    outbox_cursor as cursor,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};

pub use super::sequencer::sequence;
use crate::kit::{Error, Transaction};

/// The row that holds the last place that was given.
pub(super) const SEQUENCE: &str = "sequence";

/// The last place that was given.
pub async fn end(conn: &impl ConnectionTrait) -> Result<i64, Error> {
    let found = cursor::Entity::find_by_id(SEQUENCE).one(conn).await?;
    Ok(found.map_or(0, |row| row.seq))
}

/// The acts that follow a place, in their order.
pub async fn after(
    conn: &impl ConnectionTrait,
    seq: i64,
    most: u64,
) -> Result<Vec<activity::Model>, Error> {
    Ok(activity::Entity::find()
        .filter(Column::Seq.gt(seq))
        .order_by_asc(Column::Seq)
        .limit(most)
        .all(conn)
        .await?)
}

/// How far a reader has come.
pub async fn place_of(conn: &impl ConnectionTrait, reader: &'static str) -> Result<i64, Error> {
    let found = cursor::Entity::find_by_id(reader).one(conn).await?;
    found.map(|row| row.seq).ok_or_else(|| unknown(reader))
}

/// What a reader has not read yet. Nobody else reads in its name until the transaction ends: do what is to be done
/// about these acts in the same transaction, then [`advance`], then commit. So each is done once, whoever does it.
pub async fn next(
    transaction: &Transaction,
    reader: &'static str,
    most: u64,
) -> Result<Vec<activity::Model>, Error> {
    let seq = hold(transaction, reader).await?;
    after(transaction, seq, most).await
}

/// Writes down that a reader has read these acts.
pub async fn advance(
    transaction: &Transaction,
    reader: &'static str,
    acts: &[activity::Model],
) -> Result<(), Error> {
    match acts.last().and_then(|act| act.seq) {
        Some(seq) => move_to(transaction, reader, seq).await,
        None => Ok(()),
    }
}

/// How far a reader has come; nobody else moves it until the transaction ends. `SQLite` has one writer anyway.
pub(super) async fn hold(transaction: &Transaction, reader: &'static str) -> Result<i64, Error> {
    let found = cursor::Entity::find_by_id(reader)
        .lock_exclusive()
        .one(transaction)
        .await?;
    found.map(|row| row.seq).ok_or_else(|| unknown(reader))
}

/// Moves a reader on.
pub(super) async fn move_to(transaction: &Transaction, name: &str, seq: i64) -> Result<(), Error> {
    cursor::Entity::update_many()
        .col_expr(cursor::Column::Seq, Expr::val(seq))
        .filter(cursor::Column::Name.eq(name))
        .exec(transaction)
        .await?;
    Ok(())
}

fn unknown(reader: &'static str) -> Error {
    Error::internal(format!(
        "nobody reads as {reader}: a migration adds each reader's row to outbox_cursor"
    ))
}
