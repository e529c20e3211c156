//! Search keys: the text that is indexed comes from the program (`text::search`), and each database takes it as it is.
//! Listings and events had an index over their own text, which each database split and stemmed in its own way;
//! organisations and people had none.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement, prelude::Uuid},
};
use text::search::{index_text, key, plain};

use crate::{m0004_listings, m0010_events};

/// Rows that are read and written at a time.
const BATCH: u64 = 500;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sqlite = manager.get_database_backend() == DbBackend::Sqlite;
        for table in ["listing", "event"] {
            run(manager, &remove(table, sqlite)).await?;
            let rename = format!("ALTER TABLE {table} RENAME COLUMN words TO search_text");
            run(manager, &rename).await?;
            let texts = ["title", "search_text", "description"];
            fill(manager, table, texts, index_of).await?;
            run(manager, &index(table, sqlite)).await?;
        }
        for (table, texts) in [
            ("organisation", ["name", "COALESCE(town, '')", "''"]),
            ("person", ["display_name", "''", "''"]),
        ] {
            // SQLite cannot add a column that is not null without a default.
            let add =
                format!("ALTER TABLE {table} ADD COLUMN search_text text NOT NULL DEFAULT ''");
            run(manager, &add).await?;
            if !sqlite {
                let bare = format!("ALTER TABLE {table} ALTER COLUMN search_text DROP DEFAULT");
                run(manager, &bare).await?;
            }
            let words = |texts: [String; 3]| plain(&texts.join(" "));
            fill(manager, table, texts, words).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sqlite = manager.get_database_backend() == DbBackend::Sqlite;
        for table in ["organisation", "person"] {
            let bare = format!("ALTER TABLE {table} DROP COLUMN search_text");
            run(manager, &bare).await?;
        }
        for (table, before) in [
            (
                "listing",
                [m0004_listings::SQLITE, m0004_listings::POSTGRES],
            ),
            ("event", [m0010_events::SQLITE, m0010_events::POSTGRES]),
        ] {
            run(manager, &remove(table, sqlite)).await?;
            let other = part(1, sqlite, "search_text");
            let words = format!("UPDATE {table} SET search_text = {other}");
            run(manager, &words).await?;
            let rename = format!("ALTER TABLE {table} RENAME COLUMN search_text TO words");
            run(manager, &rename).await?;
            run(manager, before[usize::from(!sqlite)]).await?;
            if sqlite {
                let anew = format!("INSERT INTO {table}_search({table}_search) VALUES ('rebuild')");
                run(manager, &anew).await?;
            }
        }
        Ok(())
    }
}

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await?;
    Ok(())
}

/// Removes the full-text index of a table.
fn remove(table: &str, sqlite: bool) -> String {
    if sqlite {
        return format!(
            "DROP TRIGGER {table}_search_insert; DROP TRIGGER {table}_search_delete;
             DROP TRIGGER {table}_search_update; DROP TABLE {table}_search;"
        );
    }
    format!("ALTER TABLE {table} DROP COLUMN search;")
}

/// One of the three keys in a column.
fn part(at: u8, sqlite: bool, column: &str) -> String {
    if sqlite {
        format!("json_extract({column}, '$[{at}]')")
    } else {
        format!("({column}::jsonb ->> {at})")
    }
}

/// Creates the full-text index of a table: keys of the title with weight A, other words B, and the description C. Keys are
/// split at their spaces; nothing else is done to them.
fn index(table: &str, sqlite: bool) -> String {
    let keys = |column: &str| [0, 1, 2].map(|at| part(at, sqlite, column)).join(", ");
    if !sqlite {
        let weighted = [(0, 'A'), (1, 'B'), (2, 'C')].map(|(at, weight)| {
            let key = part(at, false, "search_text");
            format!("setweight(to_tsvector('simple', {key}), '{weight}')")
        });
        return format!(
            "ALTER TABLE {table} ADD COLUMN search tsvector GENERATED ALWAYS AS ({}) STORED;
             CREATE INDEX {table}_search ON {table} USING gin (search);",
            weighted.join(" || ")
        );
    }
    // The index keeps no copy of the text: nothing reads it there.
    let (all, new, old) = (
        keys("search_text"),
        keys("new.search_text"),
        keys("old.search_text"),
    );
    let columns = "rowid, title, words, description";
    let put = format!("INSERT INTO {table}_search({columns}) VALUES (new.docid, {new});");
    let take = format!(
        "INSERT INTO {table}_search({table}_search, {columns}) VALUES ('delete', old.docid, {old});"
    );
    format!(
        "CREATE VIRTUAL TABLE {table}_search USING fts5(title, words, description, content='',
            tokenize=\"unicode61 remove_diacritics 0 categories 'L* M* N* Co'\");
         INSERT INTO {table}_search({columns}) SELECT docid, {all} FROM {table};
         CREATE TRIGGER {table}_search_insert AFTER INSERT ON {table} BEGIN {put} END;
         CREATE TRIGGER {table}_search_delete AFTER DELETE ON {table} BEGIN {take} END;
         CREATE TRIGGER {table}_search_update AFTER UPDATE OF search_text ON {table} BEGIN {take} {put} END;"
    )
}

/// Search keys of a listing or event, from its title, other words and description. The token of a resource type is no
/// word of a language, and stays as it is.
fn index_of([title, other, description]: [String; 3]) -> String {
    let (token, rest) = match other.split_once(' ') {
        Some((token, rest)) if token.starts_with("xtype") => (token, rest),
        None if other.starts_with("xtype") => (other.as_str(), ""),
        _ => ("", other.as_str()),
    };
    let other = format!("{token} {}", key(rest));
    index_text(&key(&title), other.trim(), &key(&description))
}

/// Writes `search_text` of all rows, from three of their values.
async fn fill(
    manager: &SchemaManager<'_>,
    table: &str,
    texts: [&str; 3],
    form: impl Fn([String; 3]) -> String,
) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let backend = manager.get_database_backend();
    let [one, two, three] = texts;
    let mut after = None;
    loop {
        let from = if after.is_some() { "WHERE id > $1" } else { "" };
        let read = format!(
            "SELECT id, {one} AS one, {two} AS two, {three} AS three FROM {table} {from} ORDER BY id LIMIT {BATCH}"
        );
        let read = Statement::from_sql_and_values(backend, read, after.map(Value::from));
        let rows = connection.query_all_raw(read).await?;
        for row in &rows {
            let id = row.try_get::<Uuid>("", "id")?;
            let texts = [
                row.try_get("", "one")?,
                row.try_get("", "two")?,
                row.try_get("", "three")?,
            ];
            let write = format!("UPDATE {table} SET search_text = $1 WHERE id = $2");
            let values = [form(texts).into(), id.into()];
            let write = Statement::from_sql_and_values(backend, write, values);
            connection.execute_raw(write).await?;
            after = Some(id);
        }
        if rows.len() < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            return Ok(());
        }
    }
}
