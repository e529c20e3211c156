//! Giving places, and reading in their order.

use entity::{
    activity::{self, Column},
    outbox_cursor as cursor,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Statement, sea_query::Expr,
};

use crate::kit::{Database, Error, crash};

/// The row that holds the last place that was given.
const SEQUENCE: &str = "sequence";
/// How many acts are given their places at a time.
const BATCH: i64 = 500;

/// Gives the next places to what has none. `$1` is the last place that was given, `$2` how many at most.
const PLACE: &str = "UPDATE activity SET seq = $1 + placed.place
FROM (
    SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS place
    FROM (SELECT id FROM activity WHERE seq IS NULL ORDER BY id LIMIT $2) AS waiting
) AS placed
WHERE activity.id = placed.id";

/// Gives every committed act its place, and says how many had none. Those who do it at once take turns.
pub async fn sequence(database: &Database) -> Result<u64, Error> {
    let mut placed = 0;
    // Most rounds find nothing, and should not ask for the right to write.
    while waits(&database.read).await? {
        let transaction = database.begin().await?;
        let last = hold(&transaction, SEQUENCE).await?;
        let backend = transaction.get_database_backend();
        let values = [last.into(), BATCH.into()];
        let place = Statement::from_sql_and_values(backend, PLACE, values);
        let count = transaction.execute_raw(place).await?.rows_affected();
        move_to(&transaction, SEQUENCE, last + count.cast_signed()).await?;
        crash::point("outbox.placed");
        transaction.commit().await?;
        crash::point("outbox.order_committed");
        placed += count;
    }
    Ok(placed)
}

async fn waits(conn: &impl ConnectionTrait) -> Result<bool, Error> {
    let waiting = activity::Entity::find()
        .select_only()
        .expr(Expr::val(1))
        .filter(Column::Seq.is_null())
        .limit(1);
    Ok(waiting.into_tuple::<i32>().one(conn).await?.is_some())
}

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
    transaction: &DatabaseTransaction,
    reader: &'static str,
    most: u64,
) -> Result<Vec<activity::Model>, Error> {
    let seq = hold(transaction, reader).await?;
    after(transaction, seq, most).await
}

/// Writes down that a reader has read these acts.
pub async fn advance(
    transaction: &DatabaseTransaction,
    reader: &'static str,
    acts: &[activity::Model],
) -> Result<(), Error> {
    match acts.last().and_then(|act| act.seq) {
        Some(seq) => move_to(transaction, reader, seq).await,
        None => Ok(()),
    }
}

/// How far a reader has come; nobody else moves it until the transaction ends. `SQLite` has one writer anyway.
async fn hold(transaction: &DatabaseTransaction, reader: &'static str) -> Result<i64, Error> {
    let found = cursor::Entity::find_by_id(reader)
        .lock_exclusive()
        .one(transaction)
        .await?;
    found.map(|row| row.seq).ok_or_else(|| unknown(reader))
}

async fn move_to(transaction: &DatabaseTransaction, name: &str, seq: i64) -> Result<(), Error> {
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
