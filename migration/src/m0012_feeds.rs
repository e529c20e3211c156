//! The open feeds: what everybody may read of each thing, and the order of its changes.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, integer, text, text_null, timestamp_with_time_zone, uuid},
};

use crate::drop_tables;

/// The feed of listings is written from the beginning by the first worker: its form is one that no program writes.
const BEGIN: &str = "
CREATE UNIQUE INDEX feed_entry_change ON feed_entry (feed, change);
CREATE INDEX feed_entry_gone ON feed_entry (changed_at) WHERE data IS NULL;
INSERT INTO feed (name, change, changed_at, form) VALUES ('listings', 0, '1970-01-01 00:00:00+00:00', 0);
INSERT INTO outbox_cursor (name, seq) SELECT 'feeds', seq FROM outbox_cursor WHERE name = 'sequence';
";

const END: &str = "DELETE FROM outbox_cursor WHERE name = 'feeds'";

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
                    .table("feed")
                    .col(text("name").primary_key())
                    .col(big_integer("change"))
                    .col(timestamp_with_time_zone("changed_at"))
                    .col(integer("form"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("feed_entry")
                    .col(text("feed"))
                    .col(uuid("subject_id"))
                    .col(text("kind"))
                    .col(big_integer("change"))
                    .col(text_null("data"))
                    .col(integer("version"))
                    .col(timestamp_with_time_zone("changed_at"))
                    .primary_key(Index::create().col("feed").col("subject_id"))
                    .to_owned(),
            )
            .await?;
        manager.get_connection().execute_unprepared(BEGIN).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["feed_entry", "feed"]).await?;
        manager.get_connection().execute_unprepared(END).await?;
        Ok(())
    }
}
