//! Registrations for events, in their places or in the queue.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer_null, integer, json_binary, text, text_null, timestamp_with_time_zone,
        timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

use crate::{drop_tables, references};

pub(crate) const INDEXES: &str = "
CREATE UNIQUE INDEX registration_once ON registration (capacity_id, person_id)
    WHERE state IN ('CONFIRMED', 'WAITLISTED', 'PLACE_OFFERED');
CREATE UNIQUE INDEX registration_code ON registration (event_id, code);
CREATE UNIQUE INDEX registration_number ON registration (capacity_id, queue_number)
    WHERE queue_number IS NOT NULL;
CREATE INDEX registration_queue ON registration (capacity_id, queue_number) WHERE state = 'WAITLISTED';
CREATE INDEX registration_unanswered ON registration (answer_by) WHERE state = 'PLACE_OFFERED';
CREATE INDEX registration_person ON registration (person_id, id);
CREATE INDEX registration_event ON registration (event_id, id);
CREATE INDEX registration_needs ON registration (event_id) WHERE access_needs IS NOT NULL;
";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(table()).await?;
        manager.get_connection().execute_unprepared(INDEXES).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["registration"]).await
    }
}

pub(crate) fn table() -> TableCreateStatement {
    of(uuid("person_id"))
}

/// The table with its column for who registered.
pub(crate) fn of(person: ColumnDef) -> TableCreateStatement {
    Table::create()
        .table("registration")
        .col(uuid("id").primary_key())
        .col(uuid("event_id"))
        .col(uuid("capacity_id"))
        .col(person)
        .col(uuid_null("organisation_id"))
        .col(text("state"))
        .col(integer("places"))
        .col(json_binary("answers"))
        .col(text_null("access_needs"))
        .col(text("code"))
        .col(big_integer_null("queue_number"))
        .col(timestamp_with_time_zone_null("turn_until"))
        .col(timestamp_with_time_zone_null("answer_by"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(timestamp_with_time_zone_null("checked_in_at"))
        .check(Expr::cust("places > 0"))
        .foreign_key(&mut references(
            ("registration", "event_id"),
            ("event", "id"),
        ))
        .foreign_key(&mut references(
            ("registration", "capacity_id"),
            ("event_capacity", "id"),
        ))
        .foreign_key(&mut references(
            ("registration", "person_id"),
            ("person", "id"),
        ))
        .foreign_key(&mut references(
            ("registration", "organisation_id"),
            ("organisation", "id"),
        ))
        .to_owned()
}
