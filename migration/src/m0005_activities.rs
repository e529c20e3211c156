//! The record of changes, and the keys that make creating acts harmless to repeat.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer_null, json_binary, text, timestamp_with_time_zone, uuid, uuid_null},
};

use crate::drop_tables;

/// The order of commits, and what has no place in it yet.
const SEQUENCE: &str = "
CREATE UNIQUE INDEX activity_sequence ON activity (seq) WHERE seq IS NOT NULL;
CREATE INDEX activity_waiting ON activity (id) WHERE seq IS NULL;
";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("activity")
                    .col(uuid("id").primary_key())
                    .col(timestamp_with_time_zone("at"))
                    .col(text("actor_kind"))
                    .col(uuid_null("actor_id"))
                    .col(uuid_null("organisation_id"))
                    .col(uuid_null("other_organisation_id"))
                    .col(text("act"))
                    .col(text("subject_kind"))
                    .col(uuid("subject_id"))
                    .col(json_binary("fields"))
                    .col(big_integer_null("seq"))
                    .to_owned(),
            )
            .await?;
        for (name, column) in [
            ("activity_subject", "subject_id"),
            ("activity_organisation", "organisation_id"),
            ("activity_other_organisation", "other_organisation_id"),
            ("activity_actor", "actor_id"),
        ] {
            manager
                .create_index(
                    Index::create()
                        .name(name)
                        .table("activity")
                        .col(column)
                        .col("id")
                        .to_owned(),
                )
                .await?;
        }
        manager
            .get_connection()
            .execute_unprepared(SEQUENCE)
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("idempotency")
                    .col(uuid("caller_id"))
                    .col(text("key"))
                    .col(text("act"))
                    .col(text("fingerprint"))
                    .col(uuid("subject_id"))
                    .col(timestamp_with_time_zone("at"))
                    .primary_key(Index::create().col("caller_id").col("key"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["idempotency", "activity"]).await
    }
}
