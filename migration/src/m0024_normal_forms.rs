//! Normal forms of what was stored before they were: register numbers in each register's own form, and email addresses with
//! their domain in ASCII. Of two rows that would then be the same, the one that was in the normal form already keeps its
//! row, and the other stays as it is: which of two organisations or accounts is the right one, people must decide.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{Statement, TryGetable},
};
use text::{email, register};

/// Columns with email addresses.
const ADDRESSES: [(&str, &str); 6] = [
    ("person", "email"),
    ("organisation", "public_email"),
    ("intake", "contact_email"),
    ("registration", "guest_email"),
    ("guest_request", "email"),
    ("place_reservation_address", "email"),
];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        numbers(manager).await?;
        for (table, column) in ADDRESSES {
            addresses(manager, table, column).await?;
        }
        Ok(())
    }

    /// The spellings of before were not kept, and the normal forms were valid before too.
    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}

async fn numbers(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let read = "SELECT scheme, value FROM organisation_identifier ORDER BY scheme, value";
    for (scheme, value) in pairs(manager, read).await? {
        let Some(normal) = register::normal(&scheme, &value).filter(|normal| *normal != value)
        else {
            continue;
        };
        let write = "UPDATE organisation_identifier SET value = $1 WHERE scheme = $2 AND value = $3
            AND NOT EXISTS (SELECT 1 FROM organisation_identifier WHERE scheme = $4 AND value = $5)";
        let taken = [scheme.clone(), normal.clone()];
        write_all(
            manager,
            write,
            [normal, scheme, value].into_iter().chain(taken),
        )
        .await?;
    }
    Ok(())
}

/// Rewrites the addresses of a column. An address whose normal form another row of the table has stays as it is.
async fn addresses(manager: &SchemaManager<'_>, table: &str, column: &str) -> Result<(), DbErr> {
    let read = format!(
        "SELECT DISTINCT '' AS scheme, {column} AS value FROM {table} WHERE {column} IS NOT NULL"
    );
    for (_, stored) in pairs(manager, &read).await? {
        let Some(normal) = email::parse(&stored).filter(|normal| *normal != stored) else {
            continue;
        };
        let write = format!(
            "UPDATE {table} SET {column} = $1 WHERE {column} = $2
             AND NOT EXISTS (SELECT 1 FROM {table} WHERE {column} = $3)"
        );
        write_all(manager, &write, [normal.clone(), stored, normal]).await?;
    }
    Ok(())
}

/// Reads the columns `scheme` and `value`.
async fn pairs(manager: &SchemaManager<'_>, sql: &str) -> Result<Vec<(String, String)>, DbErr> {
    let read = Statement::from_string(manager.get_database_backend(), sql);
    let rows = manager.get_connection().query_all_raw(read).await?;
    rows.iter()
        .map(|row| {
            let scheme = String::try_get(row, "", "scheme")?;
            Ok((scheme, String::try_get(row, "", "value")?))
        })
        .collect()
}

async fn write_all(
    manager: &SchemaManager<'_>,
    sql: &str,
    values: impl IntoIterator<Item = String>,
) -> Result<(), DbErr> {
    let values = values.into_iter().map(Value::from);
    let write = Statement::from_sql_and_values(manager.get_database_backend(), sql, values);
    manager.get_connection().execute_raw(write).await?;
    Ok(())
}
