//! Giving places. Acts are written in many transactions at once, and get their places in one at a time.

use entity::activity::{self, Column};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Statement, sea_query::Expr,
};

use super::service::{SEQUENCE, hold, move_to};
use crate::kit::{Database, Error, failpoint};

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
