//! What is announced on this server: each act once it has its place, to all who listen at that moment.

use std::{sync::Arc, time::Duration};

use entity::activity;
use tokio::{
    sync::{Notify, broadcast},
    time::timeout,
};

/// How many acts a listener may be behind before it misses some, and is told how many.
const BEHIND: usize = 1_024;

/// Where acts are announced.
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
    /// Every act that commits from now on, on whichever server, in the order of their places. Now and then it gives
    /// one that committed just before. Who is too slow is told by `RecvError::Lagged`, and reads anew.
    #[must_use]
    pub fn follow(&self) -> broadcast::Receiver<Arc<activity::Model>> {
        self.announced.subscribe()
    }

    /// How many listen.
    #[must_use]
    pub fn followers(&self) -> usize {
        self.announced.receiver_count()
    }

    /// Says that something was done, so that it is looked for at once and not on the next round.
    pub fn poke(&self) {
        self.poked.notify_one();
    }

    /// Whether anybody listens.
    pub(super) fn is_followed(&self) -> bool {
        self.followers() > 0
    }

    /// Tells those who listen.
    pub(super) fn announce(&self, act: activity::Model) {
        // Nobody may be left to hear it, and that is as well.
        let _ = self.announced.send(Arc::new(act));
    }

    /// Ends when something was done, or after a while.
    pub(super) async fn wait(&self, longest: Duration) {
        let _ = timeout(longest, self.poked.notified()).await;
    }
}
