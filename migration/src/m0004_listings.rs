//! Offers and requests, the indexes that find them and each database's own text search.
//!
//! Partial indexes name the state literally, and so must the queries that are to use them.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, big_integer_null, boolean, date, date_null, double_null, integer,
        integer_null, json_binary, text, text_null, timestamp_with_time_zone,
        timestamp_with_time_zone_null, uuid,
    },
    sea_orm::DbBackend,
};

use crate::{drop_tables, references};

/// Indexes that both databases write alike.
const INDEXES: &str = "
CREATE INDEX listing_newest ON listing (kind, first_published_at, id) WHERE state = 'PUBLISHED';
CREATE INDEX listing_newest_any ON listing (first_published_at, id) WHERE state = 'PUBLISHED';
CREATE INDEX listing_closing ON listing (closes_at, id) WHERE state = 'PUBLISHED';
CREATE INDEX listing_type ON listing (resource_type, first_published_at, id) WHERE state = 'PUBLISHED';
CREATE INDEX listing_cell ON listing (cell) WHERE state = 'PUBLISHED';
CREATE INDEX listing_organisation ON listing (organisation_id, first_published_at, id);
CREATE INDEX listing_area_by_area ON listing_area (area, listing_id);
CREATE INDEX listing_priority_area_by_code ON listing_priority_area (code, edition, listing_id);
CREATE UNIQUE INDEX listing_external ON listing (organisation_id, external_reference)
    WHERE external_reference IS NOT NULL;
";

/// A generated column and an inverted index. Weights: title A, words B, description C.
pub(crate) const POSTGRES: &str = "
ALTER TABLE listing ADD COLUMN search tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('english', title), 'A')
    || setweight(to_tsvector('english', words), 'B')
    || setweight(to_tsvector('english', description), 'C')) STORED;
CREATE INDEX listing_search ON listing USING gin (search);
";

/// An index over the table's own text, kept in step by triggers. It hangs on `docid`, never on the
/// implicit rowid, which VACUUM may renumber.
pub(crate) const SQLITE: &str = "
CREATE VIRTUAL TABLE listing_search USING fts5(
    title, words, description, content='listing', content_rowid='docid',
    tokenize='porter unicode61 remove_diacritics 2');
CREATE TRIGGER listing_search_insert AFTER INSERT ON listing BEGIN
    INSERT INTO listing_search(rowid, title, words, description)
    VALUES (new.docid, new.title, new.words, new.description);
END;
CREATE TRIGGER listing_search_delete AFTER DELETE ON listing BEGIN
    INSERT INTO listing_search(listing_search, rowid, title, words, description)
    VALUES ('delete', old.docid, old.title, old.words, old.description);
END;
CREATE TRIGGER listing_search_update AFTER UPDATE OF title, words, description ON listing BEGIN
    INSERT INTO listing_search(listing_search, rowid, title, words, description)
    VALUES ('delete', old.docid, old.title, old.words, old.description);
    INSERT INTO listing_search(rowid, title, words, description)
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

    #[expect(clippy::too_many_lines, reason = "tables read best in one piece")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sqlite = manager.get_database_backend() == DbBackend::Sqlite;
        let mut table = Table::create().table("listing").to_owned();
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
        manager
            .create_table(
                table
                    .col(text("kind"))
                    .col(text("reference").unique_key())
                    .col(uuid("organisation_id"))
                    .col(uuid("posted_by"))
                    .col(text("state"))
                    .col(text("title"))
                    .col(text("description"))
                    .col(text("resource_type"))
                    .col(text("resource_kind"))
                    .col(text_null("lending_mode"))
                    .col(big_integer_null("quantity"))
                    .col(big_integer("allocated"))
                    .col(text("unit"))
                    .col(text_null("unit_label"))
                    .col(boolean("partial_allowed"))
                    .col(date_null("needed_by"))
                    .col(boolean("remote"))
                    .col(text_null("town"))
                    .col(text_null("postcode"))
                    .col(double_null("latitude"))
                    .col(double_null("longitude"))
                    .col(double_null("x"))
                    .col(double_null("y"))
                    .col(double_null("z"))
                    .col(big_integer_null("cell"))
                    .col(integer_null("reach_km"))
                    .col(json_binary("areas"))
                    .col(json_binary("priority_areas"))
                    .col(text("audience"))
                    .col(text("expiry_policy"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone("closes_at"))
                    .col(json_binary("details"))
                    .col(text("words"))
                    .col(text_null("external_reference"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .col(timestamp_with_time_zone("first_published_at"))
                    .col(timestamp_with_time_zone_null("confirmed_at"))
                    .col(timestamp_with_time_zone_null("reminded_at"))
                    .col(timestamp_with_time_zone_null("closed_at"))
                    .col(text_null("close_reason"))
                    .col(integer("version"))
                    .check(Expr::cust(
                        "allocated >= 0 AND (quantity IS NULL OR allocated <= quantity)",
                    ))
                    .foreign_key(&mut references(
                        ("listing", "organisation_id"),
                        ("organisation", "id"),
                    ))
                    .foreign_key(&mut references(("listing", "posted_by"), ("person", "id")))
                    .foreign_key(&mut references(
                        ("listing", "resource_type"),
                        ("resource_type", "code"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("listing_area")
                    .col(uuid("listing_id"))
                    .col(text("area"))
                    .primary_key(Index::create().col("listing_id").col("area"))
                    .foreign_key(&mut references(
                        ("listing_area", "listing_id"),
                        ("listing", "id"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("listing_priority_area")
                    .col(uuid("listing_id"))
                    .col(text("edition"))
                    .col(text("code"))
                    .primary_key(Index::create().col("listing_id").col("edition").col("code"))
                    .foreign_key(&mut references(
                        ("listing_priority_area", "listing_id"),
                        ("listing", "id"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("listing_window")
                    .col(uuid("listing_id"))
                    .col(integer("position"))
                    .col(date("from_date"))
                    .col(date("until_date"))
                    .primary_key(Index::create().col("listing_id").col("position"))
                    .foreign_key(&mut references(
                        ("listing_window", "listing_id"),
                        ("listing", "id"),
                    ))
                    .to_owned(),
            )
            .await?;
        let connection = manager.get_connection();
        connection.execute_unprepared(INDEXES).await?;
        connection
            .execute_unprepared(if sqlite { SQLITE } else { POSTGRES })
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Sqlite {
            drop_tables(manager, &["listing_search"]).await?;
        }
        drop_tables(
            manager,
            &[
                "listing_window",
                "listing_priority_area",
                "listing_area",
                "listing",
            ],
        )
        .await
    }
}
