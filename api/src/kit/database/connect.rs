//! Opening of connections to each database.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sea_orm::{
    ConnectOptions, DatabaseConnection, DbErr,
    sqlx::{
        Connection,
        sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
    },
};

use super::connections::{ACQUIRE_TIMEOUT, Connections, Deadline, Lane};

/// Number of prepared statements that each connection caches: pages select few sets of columns, with a literal limit
/// each.
const STATEMENTS: usize = 400;
/// Maximum wait of the probe for its connection.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);
/// Idle time after which a connection to PostgreSQL is pinged before it is used.
const IDLE: Duration = Duration::from_secs(1);
/// Steps of SQLite's virtual machine between two checks of the deadline: some tens of microseconds.
const STEPS: i32 = 1_000;

/// Opens connections, and counts their statements.
pub(super) struct Connector<'a> {
    pub url: &'a str,
    pub statements: &'a Arc<AtomicU64>,
}

impl Connector<'_> {
    pub async fn sqlite_writer(&self, statement_timeout: Duration) -> Result<Connections, DbErr> {
        let lane = self.lane(writer).await?;
        Ok(Connections::lanes(vec![lane], statement_timeout))
    }

    pub async fn sqlite_readers(
        &self,
        count: u32,
        statement_timeout: Duration,
    ) -> Result<Connections, DbErr> {
        let mut lanes = Vec::new();
        for _ in 0..count {
            lanes.push(self.lane(reader).await?);
        }
        Ok(Connections::lanes(lanes, statement_timeout))
    }

    pub async fn sqlite_probe(&self) -> Result<DatabaseConnection, DbErr> {
        let mut options = ConnectOptions::new(self.url);
        options.map_sqlx_sqlite_opts(reader).max_connections(1);
        self.open(probe(options)).await
    }

    /// Opens a pool. Workers have no `statement_timeout`: a statement on a whole table may take long.
    pub async fn postgres(
        &self,
        connections: u32,
        statement_timeout: Option<Duration>,
    ) -> Result<DatabaseConnection, DbErr> {
        let mut options = ConnectOptions::new(self.url);
        options.max_connections(connections);
        if let Some(timeout) = statement_timeout {
            options.statement_timeout(timeout);
        }
        self.open(postgres(options)).await
    }

    pub async fn postgres_probe(&self) -> Result<DatabaseConnection, DbErr> {
        let mut options = ConnectOptions::new(self.url);
        options.max_connections(1);
        self.open(probe(postgres(options))).await
    }

    async fn open(&self, mut options: ConnectOptions) -> Result<DatabaseConnection, DbErr> {
        options.test_before_acquire(false).sqlx_logging(false);
        let mut connection = sea_orm::Database::connect(options).await?;
        let statements = Arc::clone(self.statements);
        connection.set_metric_callback(move |_| {
            statements.fetch_add(1, Ordering::Relaxed);
        });
        Ok(connection)
    }

    /// Opens one SQLite connection that is kept open, with a deadline.
    async fn lane(
        &self,
        purpose: fn(SqliteConnectOptions) -> SqliteConnectOptions,
    ) -> Result<Lane, DbErr> {
        let deadline = Deadline::none();
        let mut options = ConnectOptions::new(self.url);
        options
            .max_connections(1)
            .min_connections(0)
            .connect_lazy(true)
            .idle_timeout(None::<Duration>)
            .max_lifetime(None::<Duration>)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .map_sqlx_sqlite_opts(purpose)
            .map_sqlx_sqlite_pool_opts({
                let deadline = deadline.clone();
                move |pool| {
                    let deadline = deadline.clone();
                    pool.after_connect(move |connection, _| {
                        let deadline = deadline.clone();
                        Box::pin(async move {
                            let mut handle = connection.lock_handle().await?;
                            handle.set_progress_handler(STEPS, move || deadline.allows());
                            Ok(())
                        })
                    })
                    // SQLite rolls back by itself when the disk is full or fails. The driver's own rollback then fails,
                    // and the driver would take later transactions for parts of the one that is gone: they would never
                    // be committed. Such a connection is closed, and another opened in its place.
                    .before_acquire(|connection, _| {
                        let sound = !connection.is_in_transaction();
                        Box::pin(async move { Ok(sound) })
                    })
                }
            });
        let connection = self.open(options).await?;
        Ok(Lane {
            connection,
            deadline,
        })
    }
}

/// Creates the folder of a SQLite file.
/// Path of the file of an SQLite URL; `None` for a database in memory, and for other URLs.
pub(super) fn sqlite_file(url: &str) -> Option<&Path> {
    let path = url.strip_prefix("sqlite:")?.trim_start_matches("//");
    let path = path.split('?').next().unwrap_or(path);
    (!path.is_empty() && path != ":memory:").then(|| Path::new(path))
}

/// Creates an empty file for a new SQLite database, and its folder. Only its owner can read it; SQLite gives the files
/// beside it the same permissions.
pub(super) fn make_file(url: &str) -> Result<(), DbErr> {
    let Some(path) = sqlite_file(url).filter(|path| !path.exists()) else {
        return Ok(());
    };
    let make = || {
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
    };
    make().map_err(|error| DbErr::Custom(format!("cannot create {}: {error}", path.display())))
}

fn probe(mut options: ConnectOptions) -> ConnectOptions {
    options
        .connect_lazy(true)
        .min_connections(0)
        .idle_timeout(Duration::from_mins(1))
        .acquire_timeout(PROBE_TIMEOUT);
    options
}

/// Options of the connection that writes. `FULL` makes a commit durable before it is acknowledged: with `NORMAL`, a
/// loss of power undoes the last ones.
fn writer(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .create_if_missing(true)
        .auto_vacuum(SqliteAutoVacuum::Incremental)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        .pragma("temp_store", "MEMORY")
        .pragma("cache_size", "-20000")
        .pragma("trusted_schema", "OFF")
        .statement_cache_capacity(STATEMENTS)
        .optimize_on_close(true, 400)
}

fn reader(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .busy_timeout(Duration::from_secs(5))
        .pragma("query_only", "ON")
        .pragma("temp_store", "MEMORY")
        .pragma("cache_size", "-20000")
        .statement_cache_capacity(STATEMENTS)
}

fn postgres(mut options: ConnectOptions) -> ConnectOptions {
    options
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .map_sqlx_postgres_opts(|options| options.statement_cache_capacity(STATEMENTS))
        .map_sqlx_postgres_pool_opts(|pool| {
            pool.before_acquire(|connection, state| {
                Box::pin(async move {
                    // A server that was restarted has closed its connections without notice.
                    let answers = state.idle_for < IDLE || connection.ping().await.is_ok();
                    Ok(answers && !connection.is_in_transaction())
                })
            })
        });
    options
}
