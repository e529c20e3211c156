//! Version of each password. A session, and a private calendar, ends when the version with which it began is no longer
//! current.

use sea_orm_migration::{prelude::*, schema::integer};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 3] = ["person", "session", "calendar_address"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            // Rows that exist begin with the first version: both databases need a default for them.
            let column = integer("password_version").default(1).take();
            let alter = Table::alter().table(table).add_column(column).to_owned();
            manager.alter_table(alter).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            let alter = Table::alter()
                .table(table)
                .drop_column("password_version")
                .to_owned();
            manager.alter_table(alter).await?;
        }
        Ok(())
    }
}
