//! Connections that statements take, one statement at a time.
//!
//! PostgreSQL stops a statement itself that runs too long (`statement_timeout`). SQLite cannot, so each of its connections
//! has a deadline that it checks while it works: a statement ends at the deadline, and at once where the request that
//! wanted its rows is gone.

use std::{
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult,
    Statement,
};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{
    PoolGauge,
    limits::{Permits, RequestScope},
};

/// Longest wait for a free connection.
pub(super) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// Some connections to the database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Connections {
    kind: Kind,
    statement_timeout: Duration,
}

#[derive(Clone, Debug)]
enum Kind {
    /// PostgreSQL: a pool that stops statements of requests after the statement timeout, and one for workers.
    Pools {
        requests: DatabaseConnection,
        workers: DatabaseConnection,
    },
    /// SQLite: single connections, each with a deadline.
    Lanes(Arc<Lanes>),
}

/// One SQLite connection, in a pool of its own that opens it again where it was lost.
#[derive(Debug)]
pub(super) struct Lane {
    pub connection: DatabaseConnection,
    pub deadline: Deadline,
}

#[derive(Debug)]
struct Lanes {
    all: Vec<Lane>,
    free: Mutex<Vec<usize>>,
    available: Arc<Semaphore>,
}

impl Connections {
    pub(super) const fn pools(requests: DatabaseConnection, workers: DatabaseConnection) -> Self {
        Self {
            kind: Kind::Pools { requests, workers },
            statement_timeout: Duration::MAX,
        }
    }

    pub(super) fn lanes(lanes: Vec<Lane>, statement_timeout: Duration) -> Self {
        let count = lanes.len();
        Self {
            kind: Kind::Lanes(Arc::new(Lanes {
                all: lanes,
                free: Mutex::new((0..count).rev().collect()),
                available: Arc::new(Semaphore::new(count)),
            })),
            statement_timeout,
        }
    }

    /// Connections without limits, for maintenance such as migrations.
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
            Kind::Pools { requests, workers } => {
                requests.close_by_ref().await?;
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

    /// Counts open and idle connections; those of SQLite under this name.
    pub(super) fn gauges(&self, name: &'static str) -> Vec<PoolGauge> {
        match &self.kind {
            Kind::Pools { requests, workers } => vec![
                PoolGauge::of("requests", requests),
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
            Some(request) => Some(request.statement().await?),
            None => None,
        };
        self.take(request.is_some(), permits).await
    }

    /// Waits for a connection for one transaction.
    pub(super) async fn transaction(&self) -> Result<Taken<'_>, DbErr> {
        let request = RequestScope::current();
        let permits = match &request {
            Some(request) => Some(request.transaction().await?),
            None => None,
        };
        self.take(request.is_some(), permits).await
    }

    /// Takes a connection. Only what works for a request has a deadline: workers and commands take as long as they take.
    async fn take(&self, limited: bool, permits: Option<Permits>) -> Result<Taken<'_>, DbErr> {
        let (connection, lane) = match &self.kind {
            Kind::Pools { requests, .. } if limited => (requests, None),
            Kind::Pools { workers, .. } => (workers, None),
            Kind::Lanes(lanes) => {
                let lane = Lanes::take(lanes).await?;
                let limit = if limited {
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
        })
    }
}

/// A connection that one statement or transaction uses, until dropped.
pub(super) struct Taken<'a> {
    pub connection: &'a DatabaseConnection,
    pub lane: Option<LaneGuard>,
    permits: Option<Permits>,
}

impl Taken<'_> {
    /// Says that nothing runs on it any more.
    fn done<T>(mut self, result: T) -> T {
        if let Some(lane) = &mut self.lane {
            lane.idle = true;
        }
        result
    }

    /// What must be kept for as long as a transaction on this connection is open.
    pub fn into_guard(self) -> TransactionGuard {
        TransactionGuard {
            lane: self.lane,
            _permits: self.permits,
        }
    }
}

/// Keeps the connection of an open transaction from others.
#[derive(Debug)]
pub(super) struct TransactionGuard {
    lane: Option<LaneGuard>,
    _permits: Option<Permits>,
}

impl TransactionGuard {
    /// Says that the transaction has ended and nothing runs on its connection any more.
    pub fn done(mut self) {
        if let Some(lane) = &mut self.lane {
            lane.idle = true;
        }
    }
}

#[async_trait]
impl ConnectionTrait for Connections {
    fn get_database_backend(&self) -> DbBackend {
        self.unlimited().get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let taken = self.statement().await?;
        let result = taken.connection.execute_raw(statement).await;
        taken.done(result)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let taken = self.statement().await?;
        let result = taken.connection.execute_unprepared(sql).await;
        taken.done(result)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let taken = self.statement().await?;
        let result = taken.connection.query_one_raw(statement).await;
        taken.done(result)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let taken = self.statement().await?;
        let result = taken.connection.query_all_raw(statement).await;
        taken.done(result)
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
        let index = lanes.lock().pop().ok_or_else(busy)?;
        Ok(LaneGuard {
            lanes: Arc::clone(lanes),
            index,
            permit: Some(permit),
            idle: false,
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<usize>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Use of one SQLite connection. Dropped while something runs, it interrupts that and waits for its end before anyone
/// else has the connection.
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
            lanes.lock().push(index);
            drop(permit);
        };
        match Handle::try_current() {
            Ok(runtime) if !self.idle => {
                self.lane().deadline.expire();
                runtime.spawn(async move {
                    // The pool has it again once it answers.
                    let pool = lanes.all[index].connection.get_sqlite_connection_pool();
                    drop(pool.acquire().await);
                    give_back(lanes);
                });
            }
            _ => give_back(lanes),
        }
    }
}

/// Instant at which a SQLite connection gives up the statement that it runs.
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

    /// Whether the statement may go on.
    pub fn allows(&self) -> bool {
        now() < self.0.load(Ordering::Relaxed)
    }
}

/// Milliseconds since the first call in this process.
fn now() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let start = START.get_or_init(Instant::now);
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}
