//! The two connections to a database: one that writes, one that only reads.
//!
//! On SQLite a single writer takes turns (`BEGIN IMMEDIATE`) while readers share a pool that cannot
//! write; on PostgreSQL both are one pool. A function that takes `&Database` may begin a
//! transaction; one that takes `&impl ConnectionTrait` never does.

use std::{
    collections::HashSet,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
    sqlx::sqlite::{SqliteAutoVacuum, SqliteJournalMode, SqliteSynchronous},
};

use super::Error;

/// How many prepared statements each connection keeps: pages ask for few column sets, with a literal limit each.
const STATEMENTS: usize = 400;

/// A migrated database.
#[derive(Clone, Debug)]
pub struct Database {
    /// For everything that changes, and for reading inside a change.
    pub write: DatabaseConnection,
    /// For everything else. On SQLite it refuses to write.
    pub read: DatabaseConnection,
    /// For asking whether the database answers, while all others are busy.
    pub probe: DatabaseConnection,
    statements: Arc<AtomicU64>,
}

impl Database {
    /// Opens the database that an address names, and leaves its tables as they are.
    ///
    /// # Errors
    /// The address is none, or the database cannot be reached.
    pub async fn open(url: &str, connections: u32) -> Result<Self, DbErr> {
        let statements = Arc::new(AtomicU64::new(0));
        let connect = async |options: ConnectOptions| {
            let mut connection = sea_orm::Database::connect(options).await?;
            let statements = Arc::clone(&statements);
            connection.set_metric_callback(move |_| {
                statements.fetch_add(1, Ordering::Relaxed);
            });
            Ok::<_, DbErr>(connection)
        };
        let alone = |mut options: ConnectOptions| {
            options
                .connect_lazy(true)
                .min_connections(0)
                .idle_timeout(Duration::from_mins(1))
                .acquire_timeout(Duration::from_secs(2));
            options
        };
        let (write, read, probe) = if url.starts_with("sqlite:") {
            make_folder(url)?;
            let write = connect(writer(url)).await?;
            let probe = connect(alone(reader(url, 1))).await?;
            (write, connect(reader(url, connections)).await?, probe)
        } else {
            let write = connect(postgres(url, connections)).await?;
            let probe = connect(alone(postgres(url, 1))).await?;
            (write.clone(), write, probe)
        };
        Ok(Self {
            write,
            read,
            probe,
            statements,
        })
    }

    /// How many statements were sent so far, those that begin and end transactions not counted.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// The connections that are open, by what they are for.
    #[must_use]
    pub fn pools(&self) -> Vec<Pool> {
        let (write, probe) = (("write", &self.write), ("probe", &self.probe));
        // On PostgreSQL the first two are one.
        let pools = match self.write.get_database_backend() {
            DbBackend::Sqlite => vec![write, ("read", &self.read), probe],
            _ => vec![("all", &self.write), probe],
        };
        pools
            .into_iter()
            .map(|(name, of)| Pool::of(name, of))
            .collect()
    }

    /// Brings the tables up to this program's version.
    ///
    /// # Errors
    /// A step failed; it was rolled back. Or the tables are those of a newer program, and are left as they are.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        Migrator::install(&self.write).await?;
        let known: HashSet<String> = Migrator::migrations()
            .iter()
            .map(|step| step.name().to_owned())
            .collect();
        let taken = Migrator::get_migration_models(&self.write).await?;
        let unknown = taken.iter().find(|step| !known.contains(&step.version));
        if let Some(step) = unknown {
            return Err(DbErr::Custom(format!(
                "the database is newer than this program: it has taken the step {}. Run the newer program, or restore a backup from before it",
                step.version
            )));
        }
        Migrator::up(&self.write, None).await
    }

    /// Takes back the last steps of the tables' history. What they hold is lost.
    ///
    /// # Errors
    /// A step failed; it was rolled back.
    pub async fn take_back(&self, steps: u32) -> Result<(), DbErr> {
        Migrator::down(&self.write, Some(steps)).await
    }

    /// Begins a transaction that is going to write. Dropping it rolls back.
    pub async fn begin(&self) -> Result<DatabaseTransaction, Error> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.write.begin_with_options(options).await?)
    }
}

/// Connections that are shared.
#[derive(Clone, Copy, Debug)]
pub struct Pool {
    /// What it is for.
    pub name: &'static str,
    /// How many are open.
    pub open: u32,
    /// How many of these do nothing.
    pub idle: u32,
    /// How many there may be.
    pub most: u32,
}

impl Pool {
    fn of(name: &'static str, connection: &DatabaseConnection) -> Self {
        let (open, idle, most) = if connection.get_database_backend() == DbBackend::Sqlite {
            let pool = connection.get_sqlite_connection_pool();
            (
                pool.size(),
                pool.num_idle(),
                pool.options().get_max_connections(),
            )
        } else {
            let pool = connection.get_postgres_connection_pool();
            (
                pool.size(),
                pool.num_idle(),
                pool.options().get_max_connections(),
            )
        };
        Self {
            name,
            open,
            idle: u32::try_from(idle).unwrap_or(u32::MAX),
            most,
        }
    }
}

fn make_folder(url: &str) -> Result<(), DbErr> {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    let path = path.split('?').next().unwrap_or(path);
    match Path::new(path).parent() {
        Some(folder) if !folder.as_os_str().is_empty() => std::fs::create_dir_all(folder)
            .map_err(|error| DbErr::Custom(format!("cannot make the folder of {path}: {error}"))),
        _ => Ok(()),
    }
}

fn writer(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|options| {
            options
                .create_if_missing(true)
                .auto_vacuum(SqliteAutoVacuum::Incremental)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal)
                .busy_timeout(Duration::from_secs(5))
                .foreign_keys(true)
                .pragma("temp_store", "MEMORY")
                .pragma("cache_size", "-20000")
                .pragma("trusted_schema", "OFF")
                .statement_cache_capacity(STATEMENTS)
                .optimize_on_close(true, 400)
        });
    options
}

fn reader(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|options| {
            options
                .busy_timeout(Duration::from_secs(5))
                .pragma("query_only", "ON")
                .pragma("temp_store", "MEMORY")
                .pragma("cache_size", "-20000")
                .statement_cache_capacity(STATEMENTS)
        });
    options
}

fn postgres(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_postgres_opts(|options| options.statement_cache_capacity(STATEMENTS));
    options
}
