//! What people told at events and elsewhere, and the links by which they make listings of it.

use sea_orm_migration::{
    prelude::*,
    schema::{integer, text, text_null, timestamp_with_time_zone, uuid, uuid_null},
};

use crate::{drop_tables, references};

const INDEXES: &str = "
CREATE INDEX intake_state ON intake (state, id);
CREATE INDEX intake_host ON intake (host_id, id);
CREATE INDEX intake_event ON intake (event_id, id);
CREATE INDEX intake_contact ON intake (contact_until)
    WHERE contact_name IS NOT NULL OR contact_organisation IS NOT NULL OR contact_email IS NOT NULL OR contact_phone IS NOT NULL;
CREATE INDEX intake_claim_intake ON intake_claim (intake_id, id);
CREATE INDEX intake_claim_waiting ON intake_claim (next_attempt_at) WHERE state = 'WAITING';
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
                    .table("intake")
                    .col(uuid("id").primary_key())
                    .col(text("kind"))
                    .col(text("source"))
                    .col(text("state"))
                    .col(uuid_null("host_id"))
                    .col(uuid_null("event_id"))
                    .col(uuid("taken_by"))
                    .col(timestamp_with_time_zone("taken_at"))
                    .col(text("title"))
                    .col(text("description"))
                    .col(text_null("resource_type"))
                    .col(text_null("area"))
                    .col(text_null("contact_name"))
                    .col(text_null("contact_organisation"))
                    .col(text_null("contact_email"))
                    .col(text_null("contact_phone"))
                    .col(timestamp_with_time_zone("contact_until"))
                    .col(text_null("note"))
                    .col(uuid_null("merged_into"))
                    .col(uuid_null("listing_id"))
                    .col(uuid_null("claimed_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .col(integer("version"))
                    .foreign_key(&mut references(
                        ("intake", "host_id"),
                        ("organisation", "id"),
                    ))
                    .foreign_key(&mut references(("intake", "event_id"), ("event", "id")))
                    .foreign_key(&mut references(("intake", "taken_by"), ("person", "id")))
                    .foreign_key(&mut references(("intake", "merged_into"), ("intake", "id")))
                    .foreign_key(&mut references(("intake", "claimed_by"), ("person", "id")))
                    .to_owned(),
            )
            .await?;
        manager.create_table(claim()).await?;
        manager.get_connection().execute_unprepared(INDEXES).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["intake_claim", "intake"]).await
    }
}

pub(crate) fn claim() -> TableCreateStatement {
    Table::create()
        .table("intake_claim")
        .col(uuid("id").primary_key())
        .col(uuid("intake_id"))
        .col(text("message_id").unique_key())
        .col(text("state"))
        .col(integer("attempts"))
        .col(timestamp_with_time_zone("next_attempt_at"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .foreign_key(&mut references(
            ("intake_claim", "intake_id"),
            ("intake", "id"),
        ))
        .to_owned()
}
