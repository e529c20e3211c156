//! Sequencer of the outbox. Acts are written by many transactions at once; their positions are assigned in one
//! transaction at a time.

use entity::activity::{self, Column};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Statement, sea_query::Expr,
};

use super::service::{SEQUENCE, hold, move_to};
use crate::kit::{Database, Error, failpoint};

/// Maximum number of acts that get their positions in one transaction.
const BATCH: i64 = 500;

/// Assigns the next positions to acts without one. `$1` is the last assigned position, `$2` the maximum number of acts.
const PLACE: &str = "UPDATE activity SET seq = $1 + placed.place
FROM (
    SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS place
    FROM (SELECT id FROM activity WHERE seq IS NULL ORDER BY id LIMIT $2) AS waiting
) AS placed
WHERE activity.id = placed.id";

/// Assigns a position to every committed act. Returns the number of acts that had none. Concurrent calls wait for each
/// other's lock.
pub async fn sequence(database: &Database) -> Result<u64, Error> {
    let mut placed = 0;
    // Most runs find nothing, and should not request the write lock.
    while waits(&database.read).await? {
        let transaction = database.begin().await?;
        let last = hold(&transaction, SEQUENCE).await?;
        let backend = transaction.get_database_backend();
        let values = [last.into(), BATCH.into()];
        let place = Statement::from_sql_and_values(backend, PLACE, values);
        let count = transaction.execute_raw(place).await?.rows_affected();
        move_to(&transaction, SEQUENCE, last + count.cast_signed()).await?;
        failpoint::point("outbox.placed");
        transaction.commit().await?;
        failpoint::point("outbox.order_committed");
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
