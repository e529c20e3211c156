//! In-process broadcast of acts: each act, once it has its position, to all current subscribers on this server.

use std::{sync::Arc, time::Duration};

use entity::activity;
use tokio::{
    sync::{Notify, broadcast},
    time::timeout,
};

/// Number of acts that a subscriber may lag behind before it misses some and receives their number.
const BEHIND: usize = 1_024;

/// Broadcaster of acts on one server.
#[derive(Debug)]
pub struct Outbox {
    announced: broadcast::Sender<Arc<activity::Model>>,
    poked: Notify,
}

impl Default for Outbox {
    fn default() -> Self {
        Self {
            announced: broadcast::Sender::new(BEHIND),
            poked: Notify::new(),
        }
    }
}

impl Outbox {
    /// Subscribes to every act that commits from now on, on any server, in the order of commits. The first may be an
    /// act that committed just before. A subscriber that is too slow gets `RecvError::Lagged`, and must read the missed
    /// acts from the database.
    #[must_use]
    pub fn follow(&self) -> broadcast::Receiver<Arc<activity::Model>> {
        self.announced.subscribe()
    }

    /// Returns the number of subscribers.
    #[must_use]
    pub fn followers(&self) -> usize {
        self.announced.receiver_count()
    }

    /// Wakes the outbox job, so that it runs at once instead of after its interval.
    pub fn wake(&self) {
        self.poked.notify_one();
    }

    /// Returns true if there is at least one subscriber.
    pub(super) fn is_followed(&self) -> bool {
        self.followers() > 0
    }

    /// Broadcasts an act to the subscribers.
    pub(super) fn announce(&self, act: activity::Model) {
        // Fails only if the last subscriber has just left, which needs no handling.
        let _ = self.announced.send(Arc::new(act));
    }

    /// Waits until the job is woken, at most `longest`.
    pub(super) async fn wait(&self, longest: Duration) {
        let _ = timeout(longest, self.poked.notified()).await;
    }
}
