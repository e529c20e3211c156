//! Limits on the database connections that one request, one caller and one network use at once.
//!
//! A request that asks for much runs its statements a few at a time, so that connections are left for everyone else.
//! A limit never waits while it holds what another waits for: a statement takes its slots in one order (request,
//! caller, network), holds them while it runs, and transactions have slots of their own.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use futures_util::{Stream, StreamExt, stream};
use sea_orm::DbErr;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Number of remembered callers above which those without a running request are removed.
const REMEMBERED: usize = 10_000;

tokio::task_local! {
    /// The request that the current task works for. Workers have none, and no limits.
    static REQUEST: Arc<RequestScope>;
}

/// Divides the connections of one server among requests.
#[derive(Debug)]
pub struct ConnectionLimits {
    per_request: usize,
    per_caller: usize,
    per_network: usize,
    callers: Mutex<HashMap<Key, Weak<Slots>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Person(Uuid),
    Network(IpAddr),
}

/// Connections that one caller or network may use at once.
#[derive(Debug)]
struct Slots {
    statements: Arc<Semaphore>,
    transactions: Arc<Semaphore>,
}

impl ConnectionLimits {
    /// Divides this number of connections: half for one request, five eighths for one person, three quarters for one
    /// network; each at least one.
    #[must_use]
    pub fn new(connections: u32) -> Self {
        let connections = connections as usize;
        let eighths = |eighths: usize| (connections * eighths / 8).max(1);
        Self {
            per_request: eighths(4),
            per_caller: eighths(5),
            per_network: eighths(6),
            callers: Mutex::default(),
        }
    }

    /// Scope of a new request by this person, from this network. A caller who is not signed in has the network's share.
    #[must_use]
    pub fn request(&self, person: Option<Uuid>, network: Option<IpAddr>) -> Arc<RequestScope> {
        let person = person.map(|person| self.slots(Key::Person(person), self.per_caller));
        let network = network.map(|network| self.slots(Key::Network(network), self.per_network));
        Arc::new(RequestScope {
            statements: Arc::new(Semaphore::new(self.per_request)),
            of: person.into_iter().chain(network).collect(),
            ended: CancellationToken::new(),
        })
    }

    fn slots(&self, key: Key, most: usize) -> Arc<Slots> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slots) = callers.get(&key).and_then(Weak::upgrade) {
            return slots;
        }
        if callers.len() >= REMEMBERED {
            callers.retain(|_, slots| slots.strong_count() > 0);
        }
        let slots = Arc::new(Slots {
            statements: Arc::new(Semaphore::new(most)),
            transactions: Arc::new(Semaphore::new(most)),
        });
        callers.insert(key, Arc::downgrade(&slots));
        slots
    }
}

/// A request while it is worked on: the connections that it may use at once, as part of its caller's and its network's,
/// and the tasks that it starts, which end with it.
#[derive(Debug)]
pub struct RequestScope {
    statements: Arc<Semaphore>,
    of: Vec<Arc<Slots>>,
    ended: CancellationToken,
}

/// Slots in use, until dropped.
pub(super) type Permits = Vec<OwnedSemaphorePermit>;

impl RequestScope {
    /// Does the work of the request, or a part of it. Dropping the future ends the tasks that it started.
    pub async fn run<F: Future>(self: Arc<Self>, work: F) -> F::Output {
        let _ends = self.ended.clone().drop_guard();
        REQUEST.scope(self, work).await
    }

    /// Does the work of a subscription: each event is read in the scope of the request, and its tasks end with it.
    pub fn stream<S: Stream + Unpin>(
        self: Arc<Self>,
        mut events: S,
    ) -> impl Stream<Item = S::Item> {
        let ends = self.ended.clone().drop_guard();
        stream::poll_fn(move |context| {
            let _ends = &ends;
            REQUEST.sync_scope(Arc::clone(&self), || events.poll_next_unpin(context))
        })
    }

    /// Starts a task that works for the same request as the current one, if that works for any.
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

    /// Scope of the current task.
    pub(super) fn current() -> Option<Arc<Self>> {
        REQUEST.try_with(Arc::clone).ok()
    }

    /// Waits for the slots of one statement outside a transaction.
    pub(super) async fn statement(&self) -> Result<Permits, DbErr> {
        let callers = self.of.iter().map(|slots| &slots.statements);
        take([&self.statements].into_iter().chain(callers)).await
    }

    /// Waits for the slots of one transaction.
    pub(super) async fn transaction(&self) -> Result<Permits, DbErr> {
        take(self.of.iter().map(|slots| &slots.transactions)).await
    }
}

async fn take(slots: impl Iterator<Item = &Arc<Semaphore>> + Send) -> Result<Permits, DbErr> {
    let mut permits = Vec::with_capacity(3);
    for slot in slots {
        let permit = Arc::clone(slot).acquire_owned().await;
        permits.push(permit.map_err(|closed| DbErr::Custom(closed.to_string()))?);
    }
    Ok(permits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_a_caller_and_a_network_each_leave_connections_to_others() {
        let limits = ConnectionLimits::new(8);
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
        let first = limits.request(ada, network);
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(first.statement().await.unwrap());
        }
        assert_eq!(free(&first), 0, "one request has half");
        let second = limits.request(ada, network);
        held.push(second.statement().await.unwrap());
        assert_eq!(free(&second), 0, "one person has five eighths");
        let bo = limits.request(Some(Uuid::now_v7()), network);
        held.push(bo.statement().await.unwrap());
        assert_eq!(free(&bo), 0, "one network has three quarters");
        let elsewhere = limits.request(None, "10.0.0.2".parse().ok());
        assert_eq!(free(&elsewhere), 4);
        assert!(
            bo.transaction().await.is_ok(),
            "a transaction waits for no statement"
        );
        drop(held);
        assert_eq!(free(&first), 4);
    }

    #[tokio::test]
    async fn callers_without_a_request_are_forgotten() {
        let limits = ConnectionLimits::new(8);
        for _ in 0..REMEMBERED + 10 {
            drop(limits.request(Some(Uuid::now_v7()), None));
        }
        assert!(limits.callers.lock().unwrap().len() <= REMEMBERED);
    }
}
