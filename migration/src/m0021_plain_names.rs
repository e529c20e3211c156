//! Names of columns and of a table, as the schema uses them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Tables with columns that are renamed: old name, new name.
const COLUMNS: [(&str, &str, &str); 4] = [
    ("event", "most_places", "max_places_per_registration"),
    ("event", "hours_to_answer", "place_offer_response_hours"),
    ("matching", "crowded_out_at", "nothing_left_at"),
    ("mail_wish", "wish", "frequency"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, old, new) in COLUMNS {
            rename(manager, table, old, new).await?;
        }
        let table = Table::rename()
            .table("mail_wish", "mail_preference")
            .to_owned();
        manager.rename_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::rename()
            .table("mail_preference", "mail_wish")
            .to_owned();
        manager.rename_table(table).await?;
        for (table, old, new) in COLUMNS {
            rename(manager, table, new, old).await?;
        }
        Ok(())
    }
}

async fn rename(
    manager: &SchemaManager<'_>,
    table: &'static str,
    from: &'static str,
    to: &'static str,
) -> Result<(), DbErr> {
    let table = Table::alter()
        .table(table)
        .rename_column(from, to)
        .to_owned();
    manager.alter_table(table).await
}
