//! Limits on the database connections that one request, one caller and one network use at once.
//!
//! A large request runs its statements a few at a time, so that connections are left for others. The limits cannot
//! deadlock: a statement takes its slots in one order (request, caller, network) and holds them while it runs, and
//! transactions have their own slots.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::{Stream, StreamExt, stream};
use sea_orm::DbErr;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Text of the error of a statement that is refused because its request has used up its time.
pub(in crate::kit) const OUT_OF_TIME: &str = "the statements of the request took too long";
/// Number of callers above which those without a running request are removed from memory.
const REMEMBERED: usize = 10_000;

tokio::task_local! {
    /// Scope of the request for which the current task works. Workers have none, and no limits.
    static REQUEST: Arc<RequestScope>;
}

/// Divides the connections of one server among requests.
#[derive(Debug)]
pub struct ConnectionLimits {
    per_request: usize,
    person: Shares,
    network: Shares,
    callers: Mutex<HashMap<Key, Weak<Slots>>>,
}

/// Numbers of connections.
#[derive(Clone, Copy, Debug)]
struct Shares {
    statements: usize,
    transactions: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Person(Uuid),
    Network(IpAddr),
    /// Wider network, for slow computations.
    Around(IpAddr),
}

/// Connections that one caller or network may use at once.
#[derive(Debug)]
struct Slots {
    statements: Arc<Semaphore>,
    transactions: Arc<Semaphore>,
    /// Turn at computations that take a processor for long, one at a time.
    slow: Arc<Semaphore>,
}

impl ConnectionLimits {
    /// Divides the connections for statements outside transactions: half of them for one request, five eighths for one
    /// person and three quarters for one network. Transactions have connections of their own: three quarters for one
    /// person, seven eighths for one network. Where a single connection writes, one person may wait for it with two
    /// transactions, and one network with three. Each share is at least one.
    #[must_use]
    pub fn new(connections: u32, single_writer: bool) -> Self {
        let connections = connections as usize;
        let eighths = |eighths: usize| (connections * eighths / 8).max(1);
        Self {
            per_request: eighths(4),
            person: Shares {
                statements: eighths(5),
                transactions: if single_writer { 2 } else { eighths(6) },
            },
            network: Shares {
                statements: eighths(6),
                transactions: if single_writer { 3 } else { eighths(7) },
            },
            callers: Mutex::default(),
        }
    }

    /// Creates the scope of a request by this person, from this network. An anonymous caller has the share of the
    /// network.
    #[must_use]
    pub fn request(
        &self,
        person: Option<Uuid>,
        network: Option<IpAddr>,
        around: Option<IpAddr>,
    ) -> Arc<RequestScope> {
        let person = person.map(|person| self.slots(Key::Person(person), self.person));
        let network = network.map(|network| self.slots(Key::Network(network), self.network));
        Arc::new(RequestScope {
            statements: Arc::new(Semaphore::new(self.per_request)),
            of: person.into_iter().chain(network).collect(),
            around: around.map(|around| self.slots(Key::Around(around), self.network)),
            permit: Mutex::default(),
            ended: CancellationToken::new(),
            database_time: AtomicU64::new(0),
            long_lived: AtomicBool::new(false),
        })
    }

    fn slots(&self, key: Key, shares: Shares) -> Arc<Slots> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slots) = callers.get(&key).and_then(Weak::upgrade) {
            return slots;
        }
        if callers.len() >= REMEMBERED {
            callers.retain(|_, slots| slots.strong_count() > 0);
        }
        let slots = Arc::new(Slots {
            statements: Arc::new(Semaphore::new(shares.statements)),
            transactions: Arc::new(Semaphore::new(shares.transactions)),
            slow: Arc::new(Semaphore::new(1)),
        });
        callers.insert(key, Arc::downgrade(&slots));
        slots
    }
}

/// Scope of a request: the connections that it may use at once, within the shares of its caller and its network, and
/// the tasks that it starts, which end with it.
#[derive(Debug)]
pub struct RequestScope {
    statements: Arc<Semaphore>,
    of: Vec<Arc<Slots>>,
    /// Network with which the request shares turns at slow computations.
    around: Option<Arc<Slots>>,
    /// Permit to run, which is given back at the end, or before a slow computation.
    permit: Mutex<Option<OwnedSemaphorePermit>>,
    ended: CancellationToken,
    /// Microseconds for which statements outside transactions have run.
    database_time: AtomicU64,
    /// True for a scope that lasts as long as a connection; the time of its statements is then not added up.
    long_lived: AtomicBool,
}

/// Slots in use, released when dropped. They keep the counts of their caller, who may have no other request.
#[derive(Debug)]
pub(super) struct Permits {
    _permits: Vec<OwnedSemaphorePermit>,
    _of: Vec<Arc<Slots>>,
}

/// Gives the permit of a request back when dropped, if it still has it.
#[derive(Debug)]
pub struct HeldPermit(Arc<RequestScope>);

impl Drop for HeldPermit {
    fn drop(&mut self) {
        self.0.give_back();
    }
}

impl RequestScope {
    /// Keeps the permit of the request to run.
    #[must_use]
    pub fn hold(self: &Arc<Self>, permit: OwnedSemaphorePermit) -> HeldPermit {
        *self.permit.lock().unwrap_or_else(PoisonError::into_inner) = Some(permit);
        HeldPermit(Arc::clone(self))
    }

    fn give_back(&self) {
        self.permit
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }

    /// Waits for the turn of the caller's network at a computation that takes a processor for long, such as hashing a
    /// password. Gives the permit of the request back first: what waits holds nothing that others need. `None` if the
    /// current task works for no network.
    pub async fn slow_turn() -> Option<OwnedSemaphorePermit> {
        let request = Self::current()?;
        request.give_back();
        let slots = request.around.as_ref()?;
        Arc::clone(&slots.slow).acquire_owned().await.ok()
    }

    /// Runs the work of the request, or a part of it. Dropping the future ends the tasks that it started.
    pub async fn run<F: Future>(self: Arc<Self>, work: F) -> F::Output {
        let _ends = self.ended.clone().drop_guard();
        REQUEST.scope(self, work).await
    }

    /// Runs what lasts as long as a connection, such as watching its session.
    pub async fn watch<F: Future>(self: Arc<Self>, work: F) -> F::Output {
        self.long_lived.store(true, Ordering::Relaxed);
        self.run(work).await
    }

    /// Runs the work of a subscription: each event is read in the scope of the request, and its tasks end with the
    /// stream.
    pub fn stream<S: Stream + Unpin>(
        self: Arc<Self>,
        mut events: S,
    ) -> impl Stream<Item = S::Item> {
        self.long_lived.store(true, Ordering::Relaxed);
        let ends = self.ended.clone().drop_guard();
        stream::poll_fn(move |context| {
            let _ends = &ends;
            REQUEST.sync_scope(Arc::clone(&self), || events.poll_next_unpin(context))
        })
    }

    /// Starts a task in the scope of the current task, if that has one.
    pub fn spawn(work: impl Future<Output = ()> + Send + 'static) {
        let Ok(request) = REQUEST.try_with(Arc::clone) else {
            tokio::spawn(work);
            return;
        };
        tokio::spawn(async move {
            let ended = request.ended.clone();
            ended
                .run_until_cancelled(REQUEST.scope(request, work))
                .await;
        });
    }

    /// Scope of the current task; `None` for workers.
    pub(super) fn current() -> Option<Arc<Self>> {
        REQUEST.try_with(Arc::clone).ok()
    }

    /// Counts time for which a statement has run.
    pub(super) fn ran(&self, time: Duration) {
        let time = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.database_time.fetch_add(time, Ordering::Relaxed);
    }

    /// Waits for the slots of one statement outside a transaction. Fails once the statements of the request have run for
    /// longer than this together.
    pub(super) async fn statement(&self, longest: Duration) -> Result<Permits, DbErr> {
        let spent = Duration::from_micros(self.database_time.load(Ordering::Relaxed));
        if spent > longest && !self.long_lived.load(Ordering::Relaxed) {
            return Err(DbErr::Custom(OUT_OF_TIME.into()));
        }
        let callers = self.of.iter().map(|slots| &slots.statements);
        self.take([&self.statements].into_iter().chain(callers))
            .await
    }

    /// Waits for the slots of one transaction.
    pub(super) async fn transaction(&self) -> Result<Permits, DbErr> {
        self.take(self.of.iter().map(|slots| &slots.transactions))
            .await
    }

    async fn take(
        &self,
        slots: impl Iterator<Item = &Arc<Semaphore>> + Send,
    ) -> Result<Permits, DbErr> {
        let mut permits = Vec::with_capacity(3);
        for slot in slots {
            let permit = Arc::clone(slot).acquire_owned().await;
            permits.push(permit.map_err(|closed| DbErr::Custom(closed.to_string()))?);
        }
        Ok(Permits {
            _permits: permits,
            _of: self.of.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_a_caller_and_a_network_each_leave_connections_to_others() {
        let limits = ConnectionLimits::new(8, false);
        let network = "10.0.0.1".parse().ok();
        let ada = Some(Uuid::now_v7());
        let free = |request: &RequestScope| {
            let caller = request
                .of
                .iter()
                .map(|slots| slots.statements.available_permits());
            caller
                .min()
                .unwrap()
                .min(request.statements.available_permits())
        };
        let first = limits.request(ada, network, None);
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(first.statement(Duration::MAX).await.unwrap());
        }
        assert_eq!(free(&first), 0, "one request has half");
        let second = limits.request(ada, network, None);
        held.push(second.statement(Duration::MAX).await.unwrap());
        assert_eq!(free(&second), 0, "one person has five eighths");
        let bo = limits.request(Some(Uuid::now_v7()), network, None);
        held.push(bo.statement(Duration::MAX).await.unwrap());
        assert_eq!(free(&bo), 0, "one network has three quarters");
        assert_eq!(
            free(&limits.request(None, "10.0.0.2".parse().ok(), None)),
            4
        );
        let transaction = bo.transaction().await;
        assert!(transaction.is_ok(), "a transaction waits for no statement");
        drop(held);
        assert_eq!(free(&first), 4);
    }

    #[tokio::test]
    async fn a_request_has_so_much_time_for_all_of_its_statements() {
        let limits = ConnectionLimits::new(8, false);
        let (request, second) = (limits.request(None, None, None), Duration::from_secs(1));
        request.ran(second);
        assert!(request.statement(second).await.is_ok());
        request.ran(Duration::from_millis(1));
        assert!(request.statement(second).await.is_err());
        let watching = Arc::clone(&request).watch(async { request.statement(second).await });
        assert!(watching.await.is_ok());
    }

    #[tokio::test]
    async fn callers_without_a_request_are_forgotten() {
        let limits = ConnectionLimits::new(8, false);
        for _ in 0..REMEMBERED + 10 {
            drop(limits.request(Some(Uuid::now_v7()), None, None));
        }
        assert!(limits.callers.lock().unwrap().len() <= REMEMBERED);
    }
}
