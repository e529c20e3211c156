//! Backups of PostgreSQL by its own programs, which read a consistent snapshot while others read and write. The
//! connection is passed to them in the environment, because every user of the machine can read the arguments of a
//! command.

use std::{
    ffi::OsString,
    io::ErrorKind,
    path::Path,
    process::{Command, Stdio},
    str::FromStr,
};

use sea_orm::sqlx::{ConnectOptions, postgres::PgConnectOptions, query_scalar};

use super::libpq;

/// Counts the relations of the database other than the system's own.
const THINGS: &str = "SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname NOT IN ('pg_catalog', 'information_schema') AND nspname NOT LIKE 'pg_toast%' AND nspname NOT LIKE 'pg_temp%'";

/// Writes the database into an empty file.
pub async fn take(url: &str, file: &Path) -> Result<(), String> {
    let words = [
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        "--no-password",
        "--file",
    ];
    run("pg_dump", Some(url), &words, file).await.map(drop)
}

/// Names of the migrations that were applied to a backup. Fails if the file is damaged.
pub async fn steps(file: &Path) -> Result<Vec<String>, String> {
    // Converts the whole file to SQL that is discarded, so that all of it is read.
    run("pg_restore", None, &["--file=/dev/null"], file)
        .await
        .map_err(|error| {
            format!(
                "{} is damaged, or cannot be read here: {error}",
                file.display()
            )
        })?;
    let words = ["--data-only", "--table=seaql_migrations", "--file=-"];
    let text = run("pg_restore", None, &words, file).await?;
    let rows = text
        .lines()
        .skip_while(|line| !line.starts_with("COPY "))
        .skip(1)
        .take_while(|line| *line != "\\.");
    Ok(rows
        .filter_map(|row| row.split('\t').next().map(str::to_owned))
        .collect())
}

/// Restores a file into an empty database, in one transaction.
pub async fn bring(url: &str, file: &Path) -> Result<(), String> {
    let count = async {
        let mut conn = PgConnectOptions::from_str(url)?.connect().await?;
        query_scalar::<_, i64>(THINGS).fetch_one(&mut conn).await
    };
    let things = count.await.map_err(|error: sea_orm::sqlx::Error| {
        format!("the database cannot be queried: {error}")
    })?;
    if things > 0 {
        return Err(
            "the database is not empty: create a new one, and set DATABASE_URL to it".into(),
        );
    }
    let words = [
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
        "--no-password",
        // The database that the environment names.
        "--dbname=",
    ];
    run("pg_restore", Some(url), &words, file).await.map(drop)
}

/// Runs one of PostgreSQL's programs on a file, and returns its output.
async fn run(
    program: &'static str,
    url: Option<&str>,
    words: &[&str],
    file: &Path,
) -> Result<String, String> {
    let mut command = Command::new(program);
    let words = words.iter().map(OsString::from);
    command
        .args(words.chain([file.into()]))
        .stdin(Stdio::null());
    if let Some(url) = url {
        command.envs(libpq::environment(url)?);
    }
    let ran = tokio::task::spawn_blocking(move || command.output()).await;
    let ended = ran.map_err(|error| format!("{program} was not run: {error}"))?;
    let output = ended.map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!(
            "{program} is not installed: install the PostgreSQL client programs (package postgresql-client), of the version of the server or newer"
        ),
        _ => format!("{program} cannot be run: {error}"),
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{program} failed: {}", said.trim()))
}
