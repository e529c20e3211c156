//! Names of acts and of notifications, as the schema uses them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Values that are renamed: table, column, old value, new value.
const VALUES: [(&str, &str, &str, &str); 4] = [
    ("activity", "act", "match.crowded_out", "match.nothing_left"),
    (
        "activity",
        "act",
        "match.room_again",
        "match.available_again",
    ),
    (
        "notification",
        "kind",
        "MATCH_CROWDED_OUT",
        "MATCH_NOTHING_LEFT",
    ),
    (
        "notification",
        "kind",
        "MATCH_HAS_ROOM",
        "MATCH_AVAILABLE_AGAIN",
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column, old, new) in VALUES {
            replace(manager, table, column, old, new).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column, old, new) in VALUES {
            replace(manager, table, column, new, old).await?;
        }
        Ok(())
    }
}

async fn replace(
    manager: &SchemaManager<'_>,
    table: &'static str,
    column: &'static str,
    from: &'static str,
    to: &'static str,
) -> Result<(), DbErr> {
    let update = Query::update()
        .table(table)
        .value(column, to)
        .and_where(Expr::col(column).eq(from))
        .to_owned();
    manager.execute(update).await
}
