//! Database connections and transactions.
//!
//! On SQLite one connection writes, one transaction at a time (`BEGIN IMMEDIATE`), and the connections for reading
//! cannot write. On PostgreSQL any connection does both. A function that takes `&Database` may begin a transaction; one
//! that takes `&impl ConnectionTrait` never does.

mod connect;
mod connections;
pub mod dialect;
mod limits;
pub mod projection;
mod readiness;
pub mod resource;
mod transaction;

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    DatabaseConnection, DbBackend, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};

use super::Error;
pub use connections::Connections;
pub(in crate::kit) use limits::OUT_OF_TIME;
pub use limits::{ConnectionLimits, HeldPermit, RequestScope};
use readiness::Readiness;
pub use transaction::Transaction;

/// Connections to one database.
#[derive(Clone, Debug)]
pub struct Database {
    /// Connections for changes, and for reads within a change.
    pub write: Connections,
    /// Connections for all other reads. On SQLite they refuse to write.
    pub read: Connections,
    /// Connection for checking that the database responds while all others are busy.
    pub probe: DatabaseConnection,
    statements: Arc<AtomicU64>,
    /// Milliseconds, by `connections::now`, of the last commit; 0 before the first.
    last_commit: Arc<AtomicU64>,
    readiness: Arc<Readiness>,
}

impl Database {
    /// Opens a database with this number of connections for requests, without migrating it. A statement of a request is
    /// cancelled after `statement_timeout`.
    ///
    /// # Errors
    /// Fails if the URL is invalid or the database cannot be reached.
    pub async fn open(
        url: &str,
        connections: u32,
        statement_timeout: Duration,
    ) -> Result<Self, DbErr> {
        let statements = Arc::new(AtomicU64::new(0));
        let connector = connect::Connector {
            url,
            statements: &statements,
        };
        let (write, read, probe) = if url.starts_with("sqlite:") {
            connect::make_file(url)?;
            let write = connector.sqlite_writer(statement_timeout).await?;
            let read = connector
                .sqlite_readers(connections, statement_timeout)
                .await?;
            (write, read, connector.sqlite_probe().await?)
        } else {
            let statements = connector.postgres(connections, Some(statement_timeout));
            let transactions = connector.postgres(connections, Some(statement_timeout));
            let workers = connector.postgres(connections.div_ceil(2).max(2), None);
            let pools = [statements.await?, transactions.await?, workers.await?];
            let all = Connections::pools(pools, statement_timeout);
            (all.clone(), all, connector.postgres_probe().await?)
        };
        Ok(Self {
            write,
            read,
            probe,
            statements,
            last_commit: Arc::default(),
            readiness: Arc::default(),
        })
    }

    /// Path of an SQLite database that does not exist yet.
    #[must_use]
    pub fn missing_file(url: &str) -> Option<&std::path::Path> {
        connect::sqlite_file(url).filter(|path| !path.exists())
    }

    /// Kind of database.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.probe.get_database_backend()
    }

    /// Returns true if a single connection writes, as on SQLite.
    #[must_use]
    pub fn has_single_writer(&self) -> bool {
        self.backend() == DbBackend::Sqlite
    }

    /// Number of statements sent so far, not counting the beginning and end of transactions.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Open and idle connections of each pool.
    #[must_use]
    pub fn pools(&self) -> Vec<PoolGauge> {
        let mut gauges = self.write.gauges("write");
        // On PostgreSQL `read` and `write` are the same pools.
        if self.backend() == DbBackend::Sqlite {
            gauges.extend(self.read.gauges("read"));
        }
        gauges.push(PoolGauge::of("probe", &self.probe));
        gauges
    }

    /// Applies the migrations of this version.
    ///
    /// # Errors
    /// Fails if a migration fails, which is rolled back, or if the database has migrations of a newer program, in which
    /// case it is left unchanged.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        Migrator::install(self.write.unlimited()).await?;
        let known: HashSet<String> = Migrator::migrations()
            .iter()
            .map(|step| step.name().to_owned())
            .collect();
        let taken = Migrator::get_migration_models(self.write.unlimited()).await?;
        let unknown = taken.iter().find(|step| !known.contains(&step.version));
        if let Some(step) = unknown {
            return Err(DbErr::Custom(format!(
                "the database is newer than this program: it has taken the step {}. Run the newer program, or restore a backup from before it",
                step.version
            )));
        }
        Migrator::up(self.write.unlimited(), None).await
    }

    /// Reverts the last `steps` migrations. The data of the tables and columns that they remove is lost.
    ///
    /// # Errors
    /// Fails if a migration cannot be reverted; it is rolled back.
    pub async fn take_back(&self, steps: u32) -> Result<(), DbErr> {
        Migrator::down(self.write.unlimited(), Some(steps)).await
    }

    /// Returns true if this server committed a transaction within this time.
    fn committed_within(&self, time: Duration) -> bool {
        let last = self.last_commit.load(Ordering::Relaxed);
        let age = connections::now().saturating_sub(last);
        last > 0 && u128::from(age) <= time.as_millis()
    }

    /// Begins a transaction for writing. Dropping it rolls back.
    pub async fn begin(&self) -> Result<Transaction, Error> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let taken = self.write.transaction().await?;
        let inner = taken.connection.begin_with_options(options).await?;
        let guard = taken.into_guard(self.write.statement_timeout());
        Ok(Transaction::new(
            inner,
            guard,
            Arc::clone(&self.last_commit),
        ))
    }

    /// Checks that the database accepts a write, makes it durable and shows it to other connections. Calls within two
    /// seconds of each other share one check.
    ///
    /// # Errors
    /// Returns the cause, for the log.
    pub async fn check_ready(&self) -> Result<(), String> {
        self.readiness.check(self).await
    }
}

/// Open and idle connections of one pool.
#[derive(Clone, Copy, Debug)]
pub struct PoolGauge {
    /// Purpose of the pool.
    pub name: &'static str,
    /// Number of open connections.
    pub open: u32,
    /// Number of open connections that are not in use.
    pub idle: u32,
    /// Maximum number of open connections.
    pub most: u32,
}

impl PoolGauge {
    const fn none(name: &'static str) -> Self {
        Self {
            name,
            open: 0,
            idle: 0,
            most: 0,
        }
    }

    const fn and(self, other: Self) -> Self {
        Self {
            name: self.name,
            open: self.open + other.open,
            idle: self.idle + other.idle,
            most: self.most + other.most,
        }
    }

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
