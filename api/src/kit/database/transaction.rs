//! Transactions that write, and commit all of it or nothing.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, SqlErr,
    Statement, TransactionTrait,
};

use super::{
    super::Error,
    connections::{TransactionGuard, now},
};

/// An open transaction. Dropping it rolls back.
///
/// Once a statement has failed with anything but a constraint violation, every later statement and the commit fail too.
/// SQLite may have rolled back by itself by then (a full disk, an I/O error), and would run later statements outside
/// any transaction; PostgreSQL would acknowledge the commit of a failed transaction as if it had succeeded.
#[derive(Debug)]
pub struct Transaction {
    // Dropped first: its rollback must be under way before the connection is released.
    inner: DatabaseTransaction,
    failed: Arc<AtomicBool>,
    /// Failure flag of the enclosing transaction, if this is a savepoint.
    outer: Option<Arc<AtomicBool>>,
    guard: Arc<TransactionGuard>,
    /// Milliseconds of the last commit of this server.
    last_commit: Arc<AtomicU64>,
}

impl Transaction {
    pub(super) fn new(
        inner: DatabaseTransaction,
        guard: TransactionGuard,
        last_commit: Arc<AtomicU64>,
    ) -> Self {
        Self {
            inner,
            failed: Arc::default(),
            outer: None,
            guard: Arc::new(guard),
            last_commit,
        }
    }

    /// Begins a savepoint: a part that rolls back alone when it is dropped.
    pub async fn savepoint(&self) -> Result<Self, Error> {
        self.usable()?;
        Ok(Self {
            inner: self.inner.begin().await?,
            failed: Arc::default(),
            outer: Some(Arc::clone(&self.failed)),
            guard: Arc::clone(&self.guard),
            last_commit: Arc::clone(&self.last_commit),
        })
    }

    /// Commits: makes all writes durable and visible to others.
    ///
    /// # Errors
    /// Fails if a statement had failed before or the database could not commit; then nothing was written. If the
    /// connection was lost during the commit, it may have happened all the same.
    pub async fn commit(self) -> Result<(), Error> {
        self.usable()?;
        let Self {
            inner,
            guard,
            outer,
            last_commit,
            ..
        } = self;
        guard.statement(inner.commit()).await?;
        if outer.is_none() {
            guard.end();
            last_commit.store(now(), Ordering::Relaxed);
        }
        Ok(())
    }

    /// Undoes all writes.
    ///
    /// # Errors
    /// Fails if the connection was lost, which undoes them too.
    pub async fn rollback(self) -> Result<(), Error> {
        let Self {
            inner,
            guard,
            outer,
            ..
        } = self;
        guard.statement(inner.rollback()).await?;
        if outer.is_none() {
            guard.end();
        }
        Ok(())
    }

    fn usable(&self) -> Result<(), DbErr> {
        if self.failed.load(Ordering::Relaxed) {
            return Err(DbErr::Custom(
                "a statement of this transaction has failed before".into(),
            ));
        }
        Ok(())
    }

    /// Marks the transaction, or also the enclosing one, as failed if an error requires it.
    fn watched<T>(&self, result: Result<T, DbErr>) -> Result<T, DbErr> {
        if let Err(error) = &result {
            let violated = matches!(
                error.sql_err(),
                Some(
                    SqlErr::UniqueConstraintViolation(_) | SqlErr::ForeignKeyConstraintViolation(_)
                )
            );
            // After a violation SQLite can continue, and PostgreSQL once it has gone back to a savepoint.
            if !violated || self.inner.get_database_backend() != DbBackend::Sqlite {
                self.failed.store(true, Ordering::Relaxed);
            }
            if let Some(outer) = &self.outer
                && !violated
            {
                outer.store(true, Ordering::Relaxed);
            }
        }
        result
    }
}

#[async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.usable()?;
        let result = self
            .guard
            .statement(self.inner.execute_raw(statement))
            .await;
        self.watched(result)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.usable()?;
        let result = self
            .guard
            .statement(self.inner.execute_unprepared(sql))
            .await;
        self.watched(result)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.usable()?;
        let result = self
            .guard
            .statement(self.inner.query_one_raw(statement))
            .await;
        self.watched(result)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.usable()?;
        let result = self
            .guard
            .statement(self.inner.query_all_raw(statement))
            .await;
        self.watched(result)
    }
}
