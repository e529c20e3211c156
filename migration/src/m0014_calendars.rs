//! Calendars that people's own programs follow by an address; and events among the open feeds.

use sea_orm_migration::{
    prelude::*,
    schema::{text, text_null, timestamp_with_time_zone, uuid, uuid_null},
};

use crate::{drop_tables, references};

/// The feed of events is written from the beginning by the first worker, as that of listings was.
const BEGIN: &str = "
CREATE INDEX calendar_address_person ON calendar_address (person_id, id);
INSERT INTO feed (name, change, changed_at, form) VALUES ('events', 0, '1970-01-01 00:00:00+00:00', 0);
";

const END: &str = "
DELETE FROM feed_entry WHERE feed = 'events';
DELETE FROM feed WHERE name = 'events';
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
                    .table("calendar_address")
                    .col(uuid("id").primary_key())
                    .col(uuid("person_id"))
                    .col(text("scope"))
                    .col(uuid_null("organisation_id"))
                    .col(text_null("area"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(&mut references(
                        ("calendar_address", "person_id"),
                        ("person", "id"),
                    ))
                    .foreign_key(&mut references(
                        ("calendar_address", "organisation_id"),
                        ("organisation", "id"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager.get_connection().execute_unprepared(BEGIN).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(END).await?;
        drop_tables(manager, &["calendar_address"]).await
    }
}
