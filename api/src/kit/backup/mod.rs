//! The whole database as one file, taken while servers run, and brought back into a database that is empty.
//!
//! Each database has its own way of doing that; what is promised is the same. A file gets its name only once it is
//! whole and was read again; nothing is ever overwritten; nobody else may read it.

mod libpq;
mod postgres;
mod sqlite;
mod staged;

use std::path::Path;

use migration::{Migrator, MigratorTrait};

use staged::Staged;

/// Writes everything in the database at an address into a new file; says how many bytes that are.
///
/// # Errors
/// There is such a file already, it cannot be written, or the database cannot be read.
pub async fn back_up(url: &str, file: &Path) -> Result<u64, String> {
    let staged = Staged::beside(file)?;
    if is_sqlite(url) {
        sqlite::take(url, staged.path()).await?;
        sqlite::steps(staged.path()).await?;
    } else {
        postgres::take(url, staged.path()).await?;
        postgres::steps(staged.path()).await?;
    }
    staged.publish()
}

/// Brings what is in a file into the empty database at an address.
///
/// # Errors
/// The file is no backup of such a database, is damaged, or is of a newer program; or the database is not empty. Then
/// nothing was done.
pub async fn restore(url: &str, file: &Path) -> Result<(), String> {
    let from = kind(file)?;
    match (from, is_sqlite(url)) {
        (Kind::Sqlite, true) => {
            known(file, &sqlite::steps(file).await?)?;
            sqlite::bring(url, file)
        }
        (Kind::Postgres, false) => {
            known(file, &postgres::steps(file).await?)?;
            postgres::bring(url, file).await
        }
        (Kind::Sqlite, false) => Err(other(file, "SQLite", "sqlite://path")),
        (Kind::Postgres, true) => Err(other(
            file,
            "PostgreSQL",
            "postgres://user:password@host/name",
        )),
    }
}

fn is_sqlite(url: &str) -> bool {
    url.starts_with("sqlite:")
}

/// Of which database a file is a backup.
enum Kind {
    Sqlite,
    Postgres,
}

/// Files of both begin with a word of their own.
fn kind(file: &Path) -> Result<Kind, String> {
    use std::io::Read;

    let mut beginning = Vec::new();
    std::fs::File::open(file)
        .and_then(|file| file.take(16).read_to_end(&mut beginning))
        .map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    if beginning.starts_with(b"SQLite format 3\0") {
        Ok(Kind::Sqlite)
    } else if beginning.starts_with(b"PGDMP") {
        Ok(Kind::Postgres)
    } else {
        Err(format!("{} is no backup of a marketplace", file.display()))
    }
}

/// Whether this program knows all steps that the tables in a file have taken.
fn known(file: &Path, steps: &[String]) -> Result<(), String> {
    let shown = file.display();
    if steps.is_empty() {
        return Err(format!("{shown} is no backup of a marketplace"));
    }
    let known = Migrator::migrations();
    let unknown = steps
        .iter()
        .find(|step| !known.iter().any(|known| known.name() == step.as_str()));
    unknown.map_or(Ok(()), |step| {
        Err(format!(
            "{shown} is newer than this program: it has taken the step {step}. Restore it with the program that made it, or a newer one"
        ))
    })
}

fn other(file: &Path, of: &str, address: &str) -> String {
    format!(
        "{} is a backup of a {of} database, and DATABASE_URL names another kind: name an empty one, as {address}",
        file.display()
    )
}
