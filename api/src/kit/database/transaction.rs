//! A transaction that writes, and commits all of it or nothing.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, SqlErr,
    Statement, TransactionTrait,
};

use super::{super::Error, connections::TransactionGuard};

/// An open transaction. Dropping it rolls back.
///
/// Once a statement has failed with anything but a violated constraint, every further statement and the commit fail
/// too. SQLite may have rolled back by itself by then (a full disk, an I/O error), and would run later statements outside
/// any transaction; PostgreSQL would answer the commit of a failed transaction as if it had succeeded.
#[derive(Debug)]
pub struct Transaction {
    // Dropped first: its rollback must be under way before the connection is given back.
    inner: DatabaseTransaction,
    failed: Arc<AtomicBool>,
    /// The transaction around it, where this is a savepoint.
    outer: Option<Arc<AtomicBool>>,
    guard: Option<TransactionGuard>,
}

impl Transaction {
    pub(super) fn new(inner: DatabaseTransaction, guard: TransactionGuard) -> Self {
        Self {
            inner,
            failed: Arc::default(),
            outer: None,
            guard: Some(guard),
        }
    }

    /// Begins a part that can be rolled back alone, by dropping it.
    pub async fn savepoint(&self) -> Result<Self, Error> {
        self.usable()?;
        Ok(Self {
            inner: self.inner.begin().await?,
            failed: Arc::default(),
            outer: Some(Arc::clone(&self.failed)),
            guard: None,
        })
    }

    /// Makes all that was written durable and visible to others.
    ///
    /// # Errors
    /// Nothing was written: a statement had failed before, or the database could not commit. Where the connection was
    /// lost during the commit, it may have happened all the same.
    pub async fn commit(self) -> Result<(), Error> {
        self.usable()?;
        let Self { inner, guard, .. } = self;
        inner.commit().await?;
        if let Some(guard) = guard {
            guard.done();
        }
        Ok(())
    }

    /// Undoes all that was written.
    ///
    /// # Errors
    /// The connection was lost, which undoes it too.
    pub async fn rollback(self) -> Result<(), Error> {
        let Self { inner, guard, .. } = self;
        inner.rollback().await?;
        if let Some(guard) = guard {
            guard.done();
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

    /// Notes what an error means for the transaction.
    fn watched<T>(&self, result: Result<T, DbErr>) -> Result<T, DbErr> {
        if let Err(error) = &result {
            let violated = matches!(
                error.sql_err(),
                Some(
                    SqlErr::UniqueConstraintViolation(_) | SqlErr::ForeignKeyConstraintViolation(_)
                )
            );
            // After a violation SQLite goes on, and PostgreSQL after going back to a savepoint.
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
        self.watched(self.inner.execute_raw(statement).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.usable()?;
        self.watched(self.inner.execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.usable()?;
        self.watched(self.inner.query_one_raw(statement).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.usable()?;
        self.watched(self.inner.query_all_raw(statement).await)
    }
}
