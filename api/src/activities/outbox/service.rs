//! Reads the order of commits: its end, the acts after a position, and the position of each consumer.

use entity::{
    activity::{self, Column},
    outbox_cursor as cursor,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType},
};

pub use super::sequencer::sequence;
use crate::kit::{Error, Transaction};

/// Row of the last assigned position.
pub(super) const SEQUENCE: &str = "sequence";

/// Returns the last assigned position; 0 before the first.
pub async fn end(conn: &impl ConnectionTrait) -> Result<i64, Error> {
    let found = cursor::Entity::find_by_id(SEQUENCE).one(conn).await?;
    Ok(found.map_or(0, |row| row.seq))
}

/// Returns up to `most` acts after a position, in order.
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

/// Returns the position of a consumer.
pub async fn place_of(conn: &impl ConnectionTrait, reader: &'static str) -> Result<i64, Error> {
    let found = cursor::Entity::find_by_id(reader).one(conn).await?;
    found.map(|row| row.seq).ok_or_else(|| unknown(reader))
}

/// Returns the acts that a consumer has not read yet, and locks the consumer's row until the transaction ends. Do the
/// work for these acts in the same transaction, then [`advance`], then commit: each act is then processed exactly once.
pub async fn next(
    transaction: &Transaction,
    reader: &'static str,
    most: u64,
) -> Result<Vec<activity::Model>, Error> {
    let seq = hold(transaction, reader).await?;
    after(transaction, seq, most).await
}

/// Records that a consumer has processed these acts.
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

/// Returns the position of a consumer and locks its row until the transaction ends. Takes no lock on `SQLite`, whose
/// write transactions are serialised.
pub(super) async fn hold(transaction: &Transaction, reader: &'static str) -> Result<i64, Error> {
    let found = cursor::Entity::find_by_id(reader)
        .lock(LockType::NoKeyUpdate)
        .one(transaction)
        .await?;
    found.map(|row| row.seq).ok_or_else(|| unknown(reader))
}

/// Sets the position of a consumer.
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
        "the outbox has no consumer {reader}: a migration adds the row of each consumer to outbox_cursor"
    ))
}
