//! Database connections, which statements take one at a time.
//!
//! PostgreSQL itself cancels a statement that runs too long (`statement_timeout`). SQLite cannot, so each of its
//! connections has a deadline that it checks while it works: a statement ends at the deadline, and at once if the
//! request that wanted its rows is gone.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult,
    Statement,
};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};

use super::{
    PoolGauge,
    limits::{Permits, RequestScope},
};

/// Maximum wait for a free connection.
pub(super) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// Set of connections to the database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Connections {
    kind: Kind,
    statement_timeout: Duration,
}

/// Purpose for which a connection is taken.
#[derive(Clone, Copy)]
enum Use {
    Statement,
    Transaction,
}

#[derive(Clone, Debug)]
enum Kind {
    /// PostgreSQL: pools whose statements are stopped after the statement timeout, for single statements and for
    /// transactions of requests, and one without a timeout for workers.
    Pools {
        statements: DatabaseConnection,
        transactions: DatabaseConnection,
        workers: DatabaseConnection,
    },
    /// SQLite: single connections, each with a deadline.
    Lanes(Arc<Lanes>),
}

/// One SQLite connection, in its own pool, which opens it again if it is lost.
#[derive(Debug)]
pub(super) struct Lane {
    pub connection: DatabaseConnection,
    pub deadline: Deadline,
}

#[derive(Debug)]
struct Lanes {
    all: Vec<Lane>,
    /// The connection that has been idle longest comes first.
    free: Mutex<VecDeque<usize>>,
    available: Arc<Semaphore>,
}

impl Connections {
    pub(super) fn pools(
        [statements, transactions, workers]: [DatabaseConnection; 3],
        statement_timeout: Duration,
    ) -> Self {
        Self {
            kind: Kind::Pools {
                statements,
                transactions,
                workers,
            },
            statement_timeout,
        }
    }

    /// Longest time for a statement of a request.
    pub(super) const fn statement_timeout(&self) -> Duration {
        self.statement_timeout
    }

    pub(super) fn lanes(lanes: Vec<Lane>, statement_timeout: Duration) -> Self {
        let count = lanes.len();
        Self {
            kind: Kind::Lanes(Arc::new(Lanes {
                all: lanes,
                free: Mutex::new((0..count).collect()),
                available: Arc::new(Semaphore::new(count)),
            })),
            statement_timeout,
        }
    }

    /// Connection without limits, for maintenance such as migrations.
    #[must_use]
    pub fn unlimited(&self) -> &DatabaseConnection {
        match &self.kind {
            Kind::Pools { workers, .. } => workers,
            Kind::Lanes(lanes) => &lanes.all[0].connection,
        }
    }

    /// Closes all connections; statements fail from then on.
    pub async fn close(&self) -> Result<(), DbErr> {
        match &self.kind {
            Kind::Pools {
                statements,
                transactions,
                workers,
            } => {
                statements.close_by_ref().await?;
                transactions.close_by_ref().await?;
                workers.close_by_ref().await
            }
            Kind::Lanes(lanes) => {
                for lane in &lanes.all {
                    lane.connection.close_by_ref().await?;
                }
                Ok(())
            }
        }
    }

    /// Counts open and idle connections. `name` labels those of SQLite.
    pub(super) fn gauges(&self, name: &'static str) -> Vec<PoolGauge> {
        match &self.kind {
            Kind::Pools {
                statements,
                transactions,
                workers,
            } => vec![
                PoolGauge::of("statements", statements),
                PoolGauge::of("transactions", transactions),
                PoolGauge::of("workers", workers),
            ],
            Kind::Lanes(lanes) => {
                let lanes = lanes.all.iter();
                let gauges = lanes.map(|lane| PoolGauge::of(name, &lane.connection));
                vec![gauges.fold(PoolGauge::none(name), PoolGauge::and)]
            }
        }
    }

    /// Waits for a connection for one statement.
    async fn statement(&self) -> Result<Taken<'_>, DbErr> {
        let request = RequestScope::current();
        let permits = match &request {
            Some(request) => Some(request.statement(self.statement_timeout).await?),
            None => None,
        };
        self.take(Use::Statement, request, permits).await
    }

    /// Waits for a connection for one transaction.
    pub(super) async fn transaction(&self) -> Result<Taken<'_>, DbErr> {
        let request = RequestScope::current();
        let permits = match &request {
            Some(request) => Some(request.transaction().await?),
            None => None,
        };
        self.take(Use::Transaction, request, permits).await
    }

    /// Takes a connection. Only statements of requests have a deadline; workers and commands have none.
    async fn take(
        &self,
        purpose: Use,
        request: Option<Arc<RequestScope>>,
        permits: Option<Permits>,
    ) -> Result<Taken<'_>, DbErr> {
        let (connection, lane) = match &self.kind {
            Kind::Pools { workers, .. } if request.is_none() => (workers, None),
            Kind::Pools {
                statements,
                transactions,
                ..
            } => match purpose {
                Use::Statement => (statements, None),
                Use::Transaction => (transactions, None),
            },
            Kind::Lanes(lanes) => {
                let lane = Lanes::take(lanes).await?;
                let limit = if request.is_some() {
                    self.statement_timeout
                } else {
                    Duration::MAX
                };
                lane.lane().deadline.set(limit);
                (&lanes.all[lane.index].connection, Some(lane))
            }
        };
        Ok(Taken {
            connection,
            lane,
            permits,
            request,
        })
    }
}

/// A connection that one statement or transaction uses, until dropped.
pub(super) struct Taken<'a> {
    pub connection: &'a DatabaseConnection,
    lane: Option<LaneGuard>,
    permits: Option<Permits>,
    request: Option<Arc<RequestScope>>,
}

impl Taken<'_> {
    /// Runs one statement.
    async fn run<T, F>(self, statement: impl FnOnce(DatabaseConnection) -> F) -> Result<T, DbErr>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, DbErr>> + Send + 'static,
    {
        let Self {
            connection,
            lane,
            permits,
            request,
        } = self;
        let began = Instant::now();
        let work = statement(connection.clone());
        let work = async move {
            let result = work.await;
            if let Some(request) = request {
                request.ran(began.elapsed());
            }
            result
        };
        match lane {
            Some(mut lane) => {
                let result = work.await;
                lane.idle = true;
                result
            }
            // A worker's statement has no permits to keep.
            None if permits.is_none() => work.await,
            None => {
                let work = async move {
                    let result = work.await;
                    drop(permits);
                    result
                };
                ToItsEnd(Some(Box::pin(work))).await
            }
        }
    }

    /// Converts to the guard that must live as long as a transaction on this connection is open.
    pub fn into_guard(self, statement_timeout: Duration) -> TransactionGuard {
        TransactionGuard {
            lane: self.lane,
            permits: self.permits,
            statement_timeout,
            running: AtomicBool::new(false),
            ended: AtomicBool::new(false),
        }
    }
}

/// A statement that goes on in a task where it is dropped before its end. PostgreSQL works on it until the statement
/// timeout, and until then its connection counts towards its caller.
struct ToItsEnd<T: Send + 'static>(Option<BoxFuture<'static, T>>);

impl<T: Send + 'static> Future for ToItsEnd<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let Some(work) = &mut self.0 else {
            return Poll::Pending;
        };
        let result = work.as_mut().poll(context);
        if result.is_ready() {
            self.0 = None;
        }
        result
    }
}

impl<T: Send + 'static> Drop for ToItsEnd<T> {
    fn drop(&mut self) {
        if let (Some(work), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(async move { drop(work.await) });
        }
    }
}

/// Reserves the connection of an open transaction.
#[derive(Debug)]
pub(super) struct TransactionGuard {
    lane: Option<LaneGuard>,
    permits: Option<Permits>,
    statement_timeout: Duration,
    /// True while a statement runs.
    running: AtomicBool,
    /// True once the transaction was committed or rolled back.
    ended: AtomicBool,
}

impl TransactionGuard {
    /// Runs one statement of the transaction, which has the statement timeout to itself.
    pub async fn statement<T>(&self, work: impl Future<Output = T>) -> T {
        if let (Some(lane), Some(_)) = (&self.lane, &self.permits) {
            lane.lane().deadline.set(self.statement_timeout);
        }
        self.running.store(true, Ordering::Relaxed);
        let result = work.await;
        self.running.store(false, Ordering::Relaxed);
        result
    }

    /// Marks the connection as idle: the transaction has ended.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

impl Drop for TransactionGuard {
    fn drop(&mut self) {
        match &mut self.lane {
            Some(lane) => lane.idle = *self.ended.get_mut(),
            // PostgreSQL works on the statement that was left until its timeout.
            None if *self.running.get_mut() => {
                let (permits, timeout) = (self.permits.take(), self.statement_timeout);
                if let (Some(permits), Ok(runtime)) = (permits, Handle::try_current()) {
                    runtime.spawn(async move {
                        sleep(timeout).await;
                        drop(permits);
                    });
                }
            }
            None => {}
        }
    }
}

#[async_trait]
impl ConnectionTrait for Connections {
    fn get_database_backend(&self) -> DbBackend {
        self.unlimited().get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let run = |conn: DatabaseConnection| async move { conn.execute_raw(statement).await };
        self.statement().await?.run(run).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let sql = sql.to_owned();
        let run = |conn: DatabaseConnection| async move { conn.execute_unprepared(&sql).await };
        self.statement().await?.run(run).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let run = |conn: DatabaseConnection| async move { conn.query_one_raw(statement).await };
        self.statement().await?.run(run).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let run = |conn: DatabaseConnection| async move { conn.query_all_raw(statement).await };
        self.statement().await?.run(run).await
    }
}

impl Lanes {
    async fn take(lanes: &Arc<Self>) -> Result<LaneGuard, DbErr> {
        let free = Arc::clone(&lanes.available).acquire_owned();
        let permit = timeout(ACQUIRE_TIMEOUT, free)
            .await
            .ok()
            .and_then(Result::ok);
        let busy = || DbErr::ConnectionAcquire(ConnAcquireErr::Timeout);
        let permit = permit.ok_or_else(busy)?;
        let index = lanes.lock().pop_front().ok_or_else(busy)?;
        Ok(LaneGuard {
            lanes: Arc::clone(lanes),
            index,
            permit: Some(permit),
            idle: false,
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<usize>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Exclusive use of one SQLite connection. If it is dropped while a statement runs, it interrupts the statement and
/// waits for its end before it releases the connection.
#[derive(Debug)]
pub(super) struct LaneGuard {
    lanes: Arc<Lanes>,
    index: usize,
    permit: Option<OwnedSemaphorePermit>,
    idle: bool,
}

impl LaneGuard {
    fn lane(&self) -> &Lane {
        &self.lanes.all[self.index]
    }
}

impl Drop for LaneGuard {
    fn drop(&mut self) {
        let (lanes, index, permit) = (Arc::clone(&self.lanes), self.index, self.permit.take());
        let give_back = move |lanes: Arc<Lanes>| {
            lanes.lock().push_back(index);
            drop(permit);
        };
        match Handle::try_current() {
            Ok(runtime) if !self.idle => {
                self.lane().deadline.expire();
                runtime.spawn(async move {
                    // The pool has the connection again once the statement has ended.
                    let pool = lanes.all[index].connection.get_sqlite_connection_pool();
                    drop(pool.acquire().await);
                    give_back(lanes);
                });
            }
            _ => give_back(lanes),
        }
    }
}

/// Time at which a SQLite connection interrupts the statement that it runs.
#[derive(Clone, Debug)]
pub(super) struct Deadline(Arc<AtomicU64>);

impl Deadline {
    /// No deadline.
    pub fn none() -> Self {
        Self(Arc::new(AtomicU64::new(u64::MAX)))
    }

    fn set(&self, after: Duration) {
        let at = now().saturating_add(u64::try_from(after.as_millis()).unwrap_or(u64::MAX));
        self.0.store(at, Ordering::Relaxed);
    }

    fn expire(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// Returns true until the deadline.
    pub fn allows(&self) -> bool {
        now() < self.0.load(Ordering::Relaxed)
    }
}

/// Milliseconds since the first call in this process.
pub(super) fn now() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let start = START.get_or_init(Instant::now);
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}
