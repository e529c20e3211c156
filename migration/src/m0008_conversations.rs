//! Conversations between two organisations about a listing, how far each person has read them, and reports.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null,
        uuid, uuid_null,
    },
};

use crate::{drop_tables, references};

const INDEXES: &str = "
CREATE UNIQUE INDEX conversation_asker ON conversation (listing_id, asker_id);
CREATE INDEX conversation_of_asker ON conversation (asker_id, last_message_at, id);
CREATE INDEX conversation_of_asked ON conversation (asked_id, last_message_at, id);
CREATE UNIQUE INDEX message_number ON message (conversation_id, number);
CREATE INDEX message_person ON message (person_id, at);
CREATE INDEX conversation_mark_person ON conversation_mark (person_id);
CREATE UNIQUE INDEX message_report_once ON message_report (message_id, person_id);
CREATE INDEX message_report_open ON message_report (id) WHERE state = 'OPEN';
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
                    .table("conversation")
                    .col(uuid("id").primary_key())
                    .col(uuid("listing_id"))
                    .col(uuid("asker_id"))
                    .col(uuid("asked_id"))
                    .col(big_integer("messages"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("last_message_at"))
                    .foreign_key(&mut references(
                        ("conversation", "listing_id"),
                        ("listing", "id"),
                    ))
                    .foreign_key(&mut references(
                        ("conversation", "asker_id"),
                        ("organisation", "id"),
                    ))
                    .foreign_key(&mut references(
                        ("conversation", "asked_id"),
                        ("organisation", "id"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("message")
                    .col(uuid("id").primary_key())
                    .col(uuid("conversation_id"))
                    .col(big_integer("number"))
                    .col(uuid("organisation_id"))
                    .col(uuid("person_id"))
                    .col(text("text"))
                    .col(timestamp_with_time_zone("at"))
                    .col(timestamp_with_time_zone_null("hidden_at"))
                    .col(uuid_null("hidden_by"))
                    .foreign_key(&mut references(
                        ("message", "conversation_id"),
                        ("conversation", "id"),
                    ))
                    .foreign_key(&mut references(
                        ("message", "organisation_id"),
                        ("organisation", "id"),
                    ))
                    .foreign_key(&mut references(("message", "person_id"), ("person", "id")))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("conversation_mark")
                    .col(uuid("conversation_id"))
                    .col(uuid("person_id"))
                    .col(big_integer("up_to"))
                    .col(big_integer("own"))
                    .primary_key(Index::create().col("conversation_id").col("person_id"))
                    .foreign_key(&mut references(
                        ("conversation_mark", "conversation_id"),
                        ("conversation", "id"),
                    ))
                    .foreign_key(&mut references(
                        ("conversation_mark", "person_id"),
                        ("person", "id"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("message_report")
                    .col(uuid("id").primary_key())
                    .col(uuid("message_id"))
                    .col(uuid("person_id"))
                    .col(text("reason"))
                    .col(text_null("note"))
                    .col(text("state"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("decided_at"))
                    .col(uuid_null("decided_by"))
                    .foreign_key(&mut references(
                        ("message_report", "message_id"),
                        ("message", "id"),
                    ))
                    .foreign_key(&mut references(
                        ("message_report", "person_id"),
                        ("person", "id"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager.get_connection().execute_unprepared(INDEXES).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &[
                "message_report",
                "conversation_mark",
                "message",
                "conversation",
            ],
        )
        .await
    }
}
