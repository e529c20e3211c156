//! Versions that were approved: the terms of a match that a broker approved, and the content of an edition of the
//! priorities.

use sea_orm_migration::{
    prelude::*,
    schema::{integer, integer_null},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = integer_null("approved_version");
        let alter = Table::alter()
            .table("matching")
            .add_column(column)
            .to_owned();
        manager.alter_table(alter).await?;
        // An approval so far was for the terms that were open then, or are agreed now.
        let update = Query::update()
            .table("matching")
            .value(
                "approved_version",
                Expr::cust("COALESCE(agreed_version, terms_version)"),
            )
            .and_where(Expr::col("approved_at").is_not_null())
            .to_owned();
        manager.execute(update).await?;
        // Rows that exist begin with the first version: both databases need a default for them.
        let column = integer("version").default(1).take();
        let alter = Table::alter()
            .table("priority_edition")
            .add_column(column)
            .to_owned();
        manager.alter_table(alter).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [
            ("priority_edition", "version"),
            ("matching", "approved_version"),
        ] {
            let alter = Table::alter().table(table).drop_column(column).to_owned();
            manager.alter_table(alter).await?;
        }
        Ok(())
    }
}
