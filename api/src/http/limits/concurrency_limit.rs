//! Concurrency limit with a bounded wait queue. The server responds with 503 if the queue is full or a request has
//! waited too long. Health checks and the events of subscriptions bypass it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use clap::Args;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Settings of the concurrency limit.
#[derive(Args, Clone, Debug)]
pub struct ConcurrencyConfig {
    /// Maximum number of requests that run at once.
    #[arg(long, env = "MARKETPLACE_MAX_IN_WORK", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub max_in_work: u32,

    /// Maximum number of requests that wait to run. The server refuses further requests immediately, with 503.
    #[arg(long, env = "MARKETPLACE_MAX_WAITING", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub max_waiting: u32,

    /// Maximum time that a request waits to run, in milliseconds. After that the server refuses it with 503.
    #[arg(long, env = "MARKETPLACE_MAX_WAIT_MILLISECONDS", default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    pub max_wait_milliseconds: u32,
}

impl Default for ConcurrencyConfig {
    fn default() -> Self {
        Self {
            max_in_work: 200,
            max_waiting: 1_000,
            max_wait_milliseconds: 5_000,
        }
    }
}

/// Semaphore for running requests, with a bounded number of waiting ones.
pub struct ConcurrencyLimit {
    free: Arc<Semaphore>,
    most_in_work: usize,
    waiting: AtomicUsize,
    most: usize,
    rejected: AtomicU64,
    longest: Duration,
}

/// Permission to run one request. Dropping it admits the next request.
pub type Permit = OwnedSemaphorePermit;

impl ConcurrencyLimit {
    /// Creates a limit without running or waiting requests.
    #[must_use]
    pub fn new(load: &ConcurrencyConfig) -> Self {
        Self {
            free: Arc::new(Semaphore::new(load.max_in_work as usize)),
            most_in_work: load.max_in_work as usize,
            waiting: AtomicUsize::new(0),
            most: load.max_waiting as usize,
            rejected: AtomicU64::new(0),
            longest: Duration::from_millis(load.max_wait_milliseconds.into()),
        }
    }

    /// Waits for a permit. Returns `None` if the wait queue is full or the wait time is over.
    pub async fn permit(&self) -> Option<Permit> {
        if let Ok(turn) = Arc::clone(&self.free).try_acquire_owned() {
            return Some(turn);
        }
        let turn = self.wait().await;
        if turn.is_none() {
            self.rejected.fetch_add(1, Ordering::Relaxed);
        }
        turn
    }

    async fn wait(&self) -> Option<Permit> {
        let _place = WaitingRequest::take(self)?;
        let turn = timeout(self.longest, Arc::clone(&self.free).acquire_owned()).await;
        turn.ok()?.ok()
    }

    /// Number of requests that currently hold a permit.
    pub fn running(&self) -> usize {
        self.most_in_work
            .saturating_sub(self.free.available_permits())
    }

    /// Number of requests that currently wait for a permit.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Number of requests refused since the server started.
    pub fn rejected(&self) -> u64 {
        self.rejected.load(Ordering::Relaxed)
    }
}

/// Place in the wait queue. Dropping it frees the place, also if the waiting request is cancelled.
struct WaitingRequest<'a>(&'a AtomicUsize);

impl<'a> WaitingRequest<'a> {
    fn take(queue: &'a ConcurrencyLimit) -> Option<Self> {
        if queue.waiting.fetch_add(1, Ordering::Relaxed) >= queue.most {
            queue.waiting.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        Some(Self(&queue.waiting))
    }
}

impl Drop for WaitingRequest<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
