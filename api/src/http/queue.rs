//! How much is worked on at once. What comes on top of it waits for its turn, for a while; what comes on top of that, or has
//! waited in vain, is told to come again. Questions after our health never wait.

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

/// How much is worked on at once, and how much waits.
#[derive(Args, Clone, Debug)]
pub struct Load {
    /// The most requests that are worked on at once.
    #[arg(long, env = "MARKETPLACE_MAX_IN_WORK", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub max_in_work: u32,

    /// The most requests that wait for their turn; more are refused at once with 503.
    #[arg(long, env = "MARKETPLACE_MAX_WAITING", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub max_waiting: u32,

    /// Milliseconds for which a request waits for its turn before it is refused with 503.
    #[arg(long, env = "MARKETPLACE_MAX_WAIT_MILLISECONDS", default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    pub max_wait_milliseconds: u32,
}

impl Default for Load {
    fn default() -> Self {
        Self {
            max_in_work: 200,
            max_waiting: 1_000,
            max_wait_milliseconds: 5_000,
        }
    }
}

/// Who is worked on, and who waits.
pub struct Queue {
    free: Arc<Semaphore>,
    most_in_work: usize,
    waiting: AtomicUsize,
    most: usize,
    turned_away: AtomicU64,
    longest: Duration,
}

/// One request's turn; the next one's when it is dropped.
pub type Turn = OwnedSemaphorePermit;

impl Queue {
    /// Nobody is there yet.
    #[must_use]
    pub fn new(load: &Load) -> Self {
        Self {
            free: Arc::new(Semaphore::new(load.max_in_work as usize)),
            most_in_work: load.max_in_work as usize,
            waiting: AtomicUsize::new(0),
            most: load.max_waiting as usize,
            turned_away: AtomicU64::new(0),
            longest: Duration::from_millis(load.max_wait_milliseconds.into()),
        }
    }

    /// Waits for a turn; `None` where there are too many who wait, or it takes too long.
    pub async fn turn(&self) -> Option<Turn> {
        if let Ok(turn) = Arc::clone(&self.free).try_acquire_owned() {
            return Some(turn);
        }
        let turn = self.wait().await;
        if turn.is_none() {
            self.turned_away.fetch_add(1, Ordering::Relaxed);
        }
        turn
    }

    async fn wait(&self) -> Option<Turn> {
        let _place = Place::take(self)?;
        let turn = timeout(self.longest, Arc::clone(&self.free).acquire_owned()).await;
        turn.ok()?.ok()
    }

    /// How many are worked on at this moment.
    pub fn in_work(&self) -> usize {
        self.most_in_work
            .saturating_sub(self.free.available_permits())
    }

    /// How many wait at this moment.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// How many were told to come again.
    pub fn turned_away(&self) -> u64 {
        self.turned_away.load(Ordering::Relaxed)
    }
}

/// A place among those who wait; free again when it is dropped, whatever becomes of the one who waits.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(queue: &'a Queue) -> Option<Self> {
        if queue.waiting.fetch_add(1, Ordering::Relaxed) >= queue.most {
            queue.waiting.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        Some(Self(&queue.waiting))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
