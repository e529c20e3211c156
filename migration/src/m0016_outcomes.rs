//! At which event a listing was raised. What was told at events before is known already.

use sea_orm_migration::{prelude::*, schema::uuid};

use crate::{drop_tables, references};

const BEGIN: &str = "
CREATE INDEX listing_event_event ON listing_event (event_id, listing_id);
INSERT INTO listing_event (listing_id, event_id)
    SELECT listing_id, event_id FROM intake WHERE listing_id IS NOT NULL AND event_id IS NOT NULL;
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
                    .table("listing_event")
                    .col(uuid("listing_id").primary_key())
                    .col(uuid("event_id"))
                    .foreign_key(&mut references(
                        ("listing_event", "listing_id"),
                        ("listing", "id"),
                    ))
                    .foreign_key(&mut references(
                        ("listing_event", "event_id"),
                        ("event", "id"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager.get_connection().execute_unprepared(BEGIN).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["listing_event"]).await
    }
}
