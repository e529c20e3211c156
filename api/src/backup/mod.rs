//! Backups: the whole database as one file, taken while servers run, and restored into an empty database.
//!
//! Each database has its own method, with the same guarantees: a file gets its name only once it is complete and
//! verified, no file is overwritten, and only its owner may read it.

mod libpq;
mod postgres;
mod sqlite;
mod staged;

use std::path::Path;

use migration::{Migrator, MigratorTrait};

use staged::Staged;

/// Writes the whole database into a new file, and returns its size in bytes.
///
/// # Errors
/// Fails if the file already exists or cannot be written, or if the database cannot be read.
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

/// Restores a backup into an empty database.
///
/// # Errors
/// Fails, without changing anything, if the file is not a backup of such a database, is damaged or comes from a newer
/// program, or if the database is not empty.
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

/// Database from which a backup was taken.
enum Kind {
    Sqlite,
    Postgres,
}

/// Reads the kind of a backup from its first bytes.
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
        Err(format!(
            "{} is not a backup of a marketplace",
            file.display()
        ))
    }
}

/// Checks that this program knows all migrations that were applied to a backup.
fn known(file: &Path, steps: &[String]) -> Result<(), String> {
    let shown = file.display();
    if steps.is_empty() {
        return Err(format!("{shown} is not a backup of a marketplace"));
    }
    let known = Migrator::migrations();
    let unknown = steps
        .iter()
        .find(|step| !known.iter().any(|known| known.name() == step.as_str()));
    unknown.map_or(Ok(()), |step| {
        Err(format!(
            "{shown} is newer than this program: it contains the migration {step}. Restore it with the version that wrote it, or a newer one"
        ))
    })
}

fn other(file: &Path, of: &str, address: &str) -> String {
    format!(
        "{} is a backup of a {of} database, but DATABASE_URL names another kind: set it to an empty database, such as {address}",
        file.display()
    )
}
