//! Which mails and links are old enough to be forgotten.

use sea_orm_migration::prelude::*;

const INDEXES: &str = "
CREATE INDEX mail_settled ON mail (settled_at);
CREATE INDEX link_expires ON link (expires_at);
";

const BACK: &str = "
DROP INDEX mail_settled;
DROP INDEX link_expires;
";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(INDEXES).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(BACK).await?;
        Ok(())
    }
}
