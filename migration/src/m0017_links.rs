//! Links that are mailed, whatever they are for: those to what people told are the first of them.

use sea_orm_migration::{
    prelude::*,
    schema::{integer, text, timestamp_with_time_zone, uuid},
};

use crate::{drop_tables, m0013_intakes};

const INDEXES: &str = "
CREATE INDEX link_subject ON link (purpose, subject_id, id);
CREATE INDEX link_waiting ON link (purpose, next_attempt_at) WHERE state = 'WAITING';
INSERT INTO link (id, purpose, subject_id, message_id, state, attempts, next_attempt_at, created_at, expires_at)
    SELECT id, 'CLAIM', intake_id, message_id, state, attempts, next_attempt_at, created_at, expires_at FROM intake_claim;
";

/// As they were made with the table.
const BACK: &str = "
CREATE INDEX intake_claim_intake ON intake_claim (intake_id, id);
CREATE INDEX intake_claim_waiting ON intake_claim (next_attempt_at) WHERE state = 'WAITING';
INSERT INTO intake_claim (id, intake_id, message_id, state, attempts, next_attempt_at, created_at, expires_at)
    SELECT id, subject_id, message_id, state, attempts, next_attempt_at, created_at, expires_at FROM link WHERE purpose = 'CLAIM';
";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let link = Table::create()
            .table("link")
            .col(uuid("id").primary_key())
            .col(text("purpose"))
            .col(uuid("subject_id"))
            .col(text("message_id").unique_key())
            .col(text("state"))
            .col(integer("attempts"))
            .col(timestamp_with_time_zone("next_attempt_at"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .to_owned();
        manager.create_table(link).await?;
        manager.get_connection().execute_unprepared(INDEXES).await?;
        drop_tables(manager, &["intake_claim"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(m0013_intakes::claim()).await?;
        manager.get_connection().execute_unprepared(BACK).await?;
        drop_tables(manager, &["link"]).await
    }
}
