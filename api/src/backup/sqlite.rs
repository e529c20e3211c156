//! Backups of SQLite by its own copy (`VACUUM INTO`), a consistent snapshot while others read and write.

use std::{
    ffi::OsString,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    str::FromStr,
};

use sea_orm::sqlx::{
    ConnectOptions, Error, SqliteConnection, query, query_scalar, sqlite::SqliteConnectOptions,
};

use super::Staged;

/// Writes the database into an empty file.
pub async fn take(url: &str, file: &Path) -> Result<(), String> {
    let (options, path) = of(url)?;
    if !path.is_file() {
        return Err(format!("no database exists at {}", path.display()));
    }
    let into = file.to_str().ok_or_else(|| {
        format!(
            "SQLite cannot write to {}: choose a file name in UTF-8",
            file.display()
        )
    })?;
    let copy = async {
        let mut source = options.create_if_missing(false).connect().await?;
        query("VACUUM INTO ?").bind(into).execute(&mut source).await
    };
    copy.await
        .map(drop)
        .map_err(|error| format!("{} cannot be copied: {error}", path.display()))
}

/// Names of the migrations that were applied to a backup. Fails if the file is damaged.
pub async fn steps(file: &Path) -> Result<Vec<String>, String> {
    let damaged = |why: String| format!("{} is damaged: {why}", file.display());
    if !is_whole(file).map_err(|error| damaged(error.to_string()))? {
        return Err(damaged(
            "its length differs from the length in its header".into(),
        ));
    }
    let options = SqliteConnectOptions::new().filename(file).immutable(true);
    let mut copy = options
        .connect()
        .await
        .map_err(|error| damaged(error.to_string()))?;
    let found = faults(&mut copy)
        .await
        .map_err(|error| damaged(error.to_string()))?;
    if let Some(fault) = found {
        return Err(damaged(fault));
    }
    let steps = query_scalar("SELECT version FROM seaql_migrations ORDER BY version");
    // Without this table it is the database of another program.
    Ok(steps.fetch_all(&mut copy).await.unwrap_or_default())
}

/// Returns true if a file has the length in its header. The integrity check does not always notice a missing end.
fn is_whole(file: &Path) -> std::io::Result<bool> {
    let mut file = File::open(file)?;
    let mut beginning = [0; 32];
    file.read_exact(&mut beginning)?;
    let page = match u16::from_be_bytes([beginning[16], beginning[17]]) {
        1 => 65_536,
        page => u64::from(page),
    };
    let [.., a, b, c, d] = beginning;
    let pages = u64::from(u32::from_be_bytes([a, b, c, d]));
    Ok(file.metadata()?.len() == page * pages)
}

/// First problem found in a database; `None` if there is none.
async fn faults(copy: &mut SqliteConnection) -> Result<Option<String>, Error> {
    let found: Vec<String> = query_scalar("PRAGMA integrity_check")
        .fetch_all(&mut *copy)
        .await?;
    if let Some(fault) = found.into_iter().find(|line| line != "ok") {
        return Ok(Some(fault));
    }
    let lost = query("PRAGMA foreign_key_check")
        .fetch_optional(copy)
        .await?;
    Ok(lost.map(|_| "a row refers to another that does not exist".into()))
}

/// Copies a file to the path that the URL names. Fails if there is a database already.
pub fn bring(url: &str, file: &Path) -> Result<(), String> {
    let (_, path) = of(url)?;
    let beside = |suffix: &str| {
        let mut name = OsString::from(&path);
        name.push(suffix);
        PathBuf::from(name)
    };
    // A journal left by another database would be taken for a part of this one.
    for there in [path.clone(), beside("-wal"), beside("-journal")] {
        if there.exists() {
            return Err(format!(
                "{} already exists: restore into a new database, or move this one away",
                there.display()
            ));
        }
    }
    let cannot = |error: std::io::Error| format!("{} cannot be written: {error}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(cannot)?;
    }
    let mut staged = Staged::beside(&path)?;
    let mut from = File::open(file).map_err(cannot)?;
    std::io::copy(&mut from, staged.file()).map_err(cannot)?;
    staged.publish().map(drop)
}

fn of(url: &str) -> Result<(SqliteConnectOptions, PathBuf), String> {
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|error| format!("DATABASE_URL is not valid: {error}"))?;
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Err(
            "DATABASE_URL names a database in memory, which ends with its program: name a file"
                .into(),
        );
    }
    let path = options.get_filename().to_owned();
    Ok((options, path))
}
