//! Check that the database accepts writes.

use std::time::{Duration, Instant};

use entity::readiness;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    sea_query::{Alias, Expr, Func, OnConflict},
};
use tokio::{sync::Mutex, time::timeout};

use super::Database;
use crate::kit::{Error, clock, database::dialect};

/// Maximum duration of one check.
const TIMEOUT: Duration = Duration::from_secs(3);
/// Time for which the result of a check is reused.
const FRESH: Duration = Duration::from_secs(2);
/// Key of the only row.
const ROW: i32 = 1;

/// Result of the last check. Locked while a check runs, so that there is one at a time.
#[derive(Debug, Default)]
pub(super) struct Readiness(Mutex<Option<(Instant, Result<(), String>)>>);

impl Readiness {
    pub async fn check(&self, database: &Database) -> Result<(), String> {
        let mut last = self.0.lock().await;
        if let Some((at, result)) = &*last
            && at.elapsed() < FRESH
        {
            return result.clone();
        }
        let result = match timeout(TIMEOUT, write_and_read(database)).await {
            Ok(result) => result.map_err(|error| format!("{error:?}")),
            // Many writes may be ahead of this one. While they are committed, the database does take writes.
            Err(_) if database.committed_within(TIMEOUT) => Ok(()),
            Err(_) => Err(format!("no answer within {} seconds", TIMEOUT.as_secs())),
        };
        *last = Some((Instant::now(), result.clone()));
        result
    }
}

/// Commits a row as every mutation does, and reads it over another connection: a connection whose transactions are
/// never committed still sees its own rows.
async fn write_and_read(database: &Database) -> Result<(), Error> {
    let checked_at = clock::now();
    let transaction = database.begin().await?;
    let row = readiness::ActiveModel {
        id: Set(ROW),
        checked_at: Set(checked_at),
    };
    // Several servers share the row, and their clocks differ.
    let checked = |table: &str| Expr::col((Alias::new(table), readiness::Column::CheckedAt));
    let newest = Func::cust(dialect::greatest(database.backend()))
        .arg(checked("readiness"))
        .arg(checked("excluded"));
    let mut keep_newest = OnConflict::column(readiness::Column::Id);
    keep_newest.value(readiness::Column::CheckedAt, newest);
    readiness::Entity::insert(row)
        .on_conflict(keep_newest)
        .exec_without_returning(&transaction)
        .await?;
    transaction.commit().await?;
    let committed = readiness::Entity::find_by_id(ROW)
        .filter(readiness::Column::CheckedAt.gte(checked_at))
        .count(&database.probe)
        .await?;
    if committed == 0 {
        return Err(DbErr::Custom("what was committed cannot be read".into()).into());
    }
    Ok(())
}
