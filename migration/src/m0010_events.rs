//! Events, the series that they recur in, their sessions, the places that there are, and how they are found.
//!
//! Partial indexes name the state literally, and so must the queries that are to use them.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, big_integer_null, double_null, integer, integer_null, json_binary, text,
        text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
    },
    sea_orm::DbBackend,
};

use crate::{drop_tables, references};

/// Indexes that both databases write alike.
const INDEXES: &str = "
CREATE INDEX event_soonest ON event (starts_at, id) WHERE state = 'SCHEDULED';
CREATE INDEX event_newest ON event (first_scheduled_at, id) WHERE state = 'SCHEDULED';
CREATE INDEX event_ending ON event (ends_at, id) WHERE state = 'SCHEDULED';
CREATE INDEX event_start ON event (starts_at, id);
CREATE INDEX event_cell ON event (cell) WHERE state = 'SCHEDULED';
CREATE INDEX event_organisation ON event (organisation_id, starts_at, id);
CREATE UNIQUE INDEX event_occurrence ON event (series_id, recurrence_id) WHERE series_id IS NOT NULL;
CREATE INDEX event_series_organisation ON event_series (organisation_id, id);
CREATE INDEX event_session_event ON event_session (event_id, starts_at, id);
CREATE INDEX event_capacity_event ON event_capacity (event_id);
CREATE INDEX event_capacity_waiting ON event_capacity (id) WHERE waiting > 0;
CREATE INDEX event_partner_organisation ON event_partner (organisation_id, event_id);
CREATE INDEX event_area_by_area ON event_area (area, event_id);
CREATE INDEX event_priority_area_by_code ON event_priority_area (code, edition, event_id);
";

/// A generated column and an inverted index. Weights: title A, words B, description C.
pub(crate) const POSTGRES: &str = "
ALTER TABLE event ADD COLUMN search tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('english', title), 'A')
    || setweight(to_tsvector('english', words), 'B')
    || setweight(to_tsvector('english', description), 'C')) STORED;
CREATE INDEX event_search ON event USING gin (search);
";

/// An index over the table's own text, as listings have one.
pub(crate) const SQLITE: &str = "
CREATE VIRTUAL TABLE event_search USING fts5(
    title, words, description, content='event', content_rowid='docid',
    tokenize='porter unicode61 remove_diacritics 2');
CREATE TRIGGER event_search_insert AFTER INSERT ON event BEGIN
    INSERT INTO event_search(rowid, title, words, description)
    VALUES (new.docid, new.title, new.words, new.description);
END;
CREATE TRIGGER event_search_delete AFTER DELETE ON event BEGIN
    INSERT INTO event_search(event_search, rowid, title, words, description)
    VALUES ('delete', old.docid, old.title, old.words, old.description);
END;
CREATE TRIGGER event_search_update AFTER UPDATE OF title, words, description ON event BEGIN
    INSERT INTO event_search(event_search, rowid, title, words, description)
    VALUES ('delete', old.docid, old.title, old.words, old.description);
    INSERT INTO event_search(rowid, title, words, description)
    VALUES (new.docid, new.title, new.words, new.description);
END;
";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sqlite = manager.get_database_backend() == DbBackend::Sqlite;
        manager.create_table(series()).await?;
        manager.create_table(event(sqlite)).await?;
        manager.create_table(session()).await?;
        manager.create_table(capacity()).await?;
        for table in finding() {
            manager.create_table(table).await?;
        }
        let connection = manager.get_connection();
        connection.execute_unprepared(INDEXES).await?;
        connection
            .execute_unprepared(if sqlite { SQLITE } else { POSTGRES })
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Sqlite {
            drop_tables(manager, &["event_search"]).await?;
        }
        drop_tables(
            manager,
            &[
                "event_partner",
                "event_priority_area",
                "event_area",
                "event_capacity",
                "event_session",
                "event",
                "event_series",
            ],
        )
        .await
    }
}

fn series() -> TableCreateStatement {
    Table::create()
        .table("event_series")
        .col(uuid("id").primary_key())
        .col(text("reference").unique_key())
        .col(uuid("organisation_id"))
        .col(uuid("created_by"))
        .col(text("title"))
        .col(text("rule"))
        .col(json_binary("exceptions"))
        .col(timestamp_with_time_zone("starts_at"))
        .col(text("time_zone"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut references(
            ("event_series", "organisation_id"),
            ("organisation", "id"),
        ))
        .foreign_key(&mut references(
            ("event_series", "created_by"),
            ("person", "id"),
        ))
        .to_owned()
}

fn event(sqlite: bool) -> TableCreateStatement {
    let mut table = Table::create().table("event").to_owned();
    if sqlite {
        table
            .col(
                ColumnDef::new("docid")
                    .integer()
                    .not_null()
                    .auto_increment()
                    .primary_key(),
            )
            .col(uuid("id").unique_key());
    } else {
        table.col(uuid("id").primary_key());
    }
    table
        .col(text("reference").unique_key())
        .col(uuid("organisation_id"))
        .col(uuid("created_by"))
        .col(uuid_null("series_id"))
        .col(timestamp_with_time_zone_null("recurrence_id"))
        .col(text("state"))
        .col(text("kind"))
        .col(text("title"))
        .col(text("description"))
        .col(text("attendance_mode"))
        .col(timestamp_with_time_zone("starts_at"))
        .col(timestamp_with_time_zone("ends_at"))
        .col(timestamp_with_time_zone_null("previous_starts_at"))
        .col(text("time_zone"))
        .col(text_null("venue_name"))
        .col(text_null("town"))
        .col(text_null("postcode"))
        .col(double_null("latitude"))
        .col(double_null("longitude"))
        .col(double_null("x"))
        .col(double_null("y"))
        .col(double_null("z"))
        .col(big_integer_null("cell"))
        .col(text_null("online_url"))
        .col(json_binary("areas"))
        .col(json_binary("priority_areas"))
        .col(text("audience"))
        .col(text("registration"))
        .col(timestamp_with_time_zone_null("registration_opens_at"))
        .col(timestamp_with_time_zone_null("registration_closes_at"))
        .col(integer("hours_to_answer"))
        .col(integer("most_places"))
        .col(json_binary("details"))
        .col(text("words"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(timestamp_with_time_zone("first_scheduled_at"))
        .col(text_null("notice"))
        .col(timestamp_with_time_zone_null("reminded_at"))
        .col(integer("version"))
        .check(Expr::cust("starts_at < ends_at"))
        .foreign_key(&mut references(
            ("event", "organisation_id"),
            ("organisation", "id"),
        ))
        .foreign_key(&mut references(("event", "created_by"), ("person", "id")))
        .foreign_key(&mut references(
            ("event", "series_id"),
            ("event_series", "id"),
        ))
        .to_owned()
}

fn session() -> TableCreateStatement {
    Table::create()
        .table("event_session")
        .col(uuid("id").primary_key())
        .col(uuid("event_id"))
        .col(text("title"))
        .col(text_null("description"))
        .col(text_null("room"))
        .col(timestamp_with_time_zone("starts_at"))
        .col(timestamp_with_time_zone("ends_at"))
        .foreign_key(&mut references(
            ("event_session", "event_id"),
            ("event", "id"),
        ))
        .to_owned()
}

/// Nothing ever holds more places than there are: the database itself refuses it.
pub(crate) fn capacity() -> TableCreateStatement {
    Table::create()
        .table("event_capacity")
        .col(uuid("id").primary_key())
        .col(uuid("event_id"))
        .col(integer_null("capacity"))
        .col(integer("confirmed"))
        .col(integer("offered"))
        .col(integer("waiting"))
        .col(big_integer("queue_end"))
        .check(Expr::cust(
            "confirmed >= 0 AND offered >= 0 AND waiting >= 0
             AND (capacity IS NULL OR confirmed + offered <= capacity)",
        ))
        .foreign_key(&mut references(
            ("event_capacity", "event_id"),
            ("event", "id"),
        ))
        .to_owned()
}

/// What events are found by, and who is named with them.
fn finding() -> [TableCreateStatement; 3] {
    let area = Table::create()
        .table("event_area")
        .col(uuid("event_id"))
        .col(text("area"))
        .primary_key(Index::create().col("event_id").col("area"))
        .foreign_key(&mut references(("event_area", "event_id"), ("event", "id")))
        .to_owned();
    let priority_area = Table::create()
        .table("event_priority_area")
        .col(uuid("event_id"))
        .col(text("edition"))
        .col(text("code"))
        .primary_key(Index::create().col("event_id").col("edition").col("code"))
        .foreign_key(&mut references(
            ("event_priority_area", "event_id"),
            ("event", "id"),
        ))
        .to_owned();
    let partner = Table::create()
        .table("event_partner")
        .col(uuid("event_id"))
        .col(uuid("organisation_id"))
        .col(integer("position"))
        .primary_key(Index::create().col("event_id").col("organisation_id"))
        .foreign_key(&mut references(
            ("event_partner", "event_id"),
            ("event", "id"),
        ))
        .foreign_key(&mut references(
            ("event_partner", "organisation_id"),
            ("organisation", "id"),
        ))
        .to_owned();
    [area, priority_area, partner]
}
