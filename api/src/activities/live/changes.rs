//! Acts for one subscriber, as they happen: in the order of commits, without duplicates or gaps, and only those that
//! the caller may see at that moment.

use std::{collections::VecDeque, sync::Arc};

use entity::activity;
use futures_util::{Stream, stream};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::sleep,
};

use super::{Caller, principal::AGAIN};
use crate::{
    App,
    activities::{self, outbox},
    kit::{Error, Viewer},
};

/// Maximum number of acts that a subscriber reads at a time to catch up.
const BATCH: u64 = 500;

/// One act, with the subscriber's current rights.
#[derive(Clone)]
pub struct Change {
    /// The act.
    pub activity: Arc<activity::Model>,
    /// The subscriber, with the rights loaded after the act.
    pub viewer: Arc<Viewer>,
    /// Application state, to read the subject of the act.
    pub app: App,
}

/// Filter of a subscription, independent of visibility.
pub type Wanted = Box<dyn Fn(&activity::Model) -> bool + Send + Sync>;

/// Audience of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Only subscribers who may see the act.
    Concerned,
    /// All subscribers. The visibility of the content is checked when it is read.
    Anybody,
}

struct Follower {
    caller: Arc<Caller>,
    told: Audience,
    wanted: Wanted,
    heard: Receiver<Arc<activity::Model>>,
    /// True if acts were missed and have not been read yet.
    behind: bool,
    /// Missed acts that were read from the database.
    missed: VecDeque<Arc<activity::Model>>,
    /// Position of the last act examined.
    last: i64,
    /// The caller's rights, cached until an act that may grant access.
    known: Option<Arc<Viewer>>,
}

/// Returns the stream of acts from now on that match `wanted` and that the caller may see. The stream ends only with
/// the program: the server of the connection closes it when the caller's session ends, after which it yields nothing.
pub async fn follow(
    caller: Arc<Caller>,
    told: Audience,
    wanted: Wanted,
) -> Result<impl Stream<Item = Change> + Send + 'static, Error> {
    let last = outbox::service::end(&caller.app().database.read).await?;
    let heard = caller.app().outbox.follow();
    let follower = Follower {
        caller,
        told,
        wanted,
        heard,
        // Acts between the two reads are fetched from the database.
        behind: true,
        missed: VecDeque::new(),
        last,
        known: None,
    };
    Ok(stream::unfold(follower, |mut follower| async move {
        let change = follower.change().await?;
        Some((change, follower))
    }))
}

impl Follower {
    async fn change(&mut self) -> Option<Change> {
        loop {
            let activity = self.activity().await?;
            // Most acts concern few subscribers; checking them for the others must not query the database.
            if grants_access(self.caller.app(), &activity) {
                self.known = None;
            }
            if !(self.wanted)(&activity) {
                continue;
            }
            let seen = |viewer: &Arc<Viewer>| {
                self.told == Audience::Anybody || activities::rules::visible(viewer, &activity)
            };
            if self.known.as_ref().is_some_and(|known| !seen(known)) {
                continue;
            }
            let viewer = self.caller.after(self.last).await;
            if seen(&viewer) {
                let app = self.caller.app().clone();
                return Some(Change {
                    activity,
                    viewer,
                    app,
                });
            }
            self.known = Some(viewer);
        }
    }

    /// Returns the next act, whatever it concerns; `None` when the program ends.
    async fn activity(&mut self) -> Option<Arc<activity::Model>> {
        loop {
            if self.behind && self.missed.is_empty() {
                self.catch_up().await;
            }
            if let Some(next) = self.missed.pop_front() {
                self.last = next.seq.unwrap_or(self.last);
                return Some(next);
            }
            let next = match self.heard.recv().await {
                Ok(next) => next,
                Err(RecvError::Lagged(_)) => {
                    self.behind = true;
                    continue;
                }
                Err(RecvError::Closed) => return None,
            };
            let seq = next.seq.unwrap_or(self.last);
            if seq == self.last + 1 {
                self.last = seq;
                return Some(next);
            }
            // Positions have no gaps: a later one means that an act is missing, an earlier one was read before.
            self.behind |= seq > self.last;
        }
    }

    /// Reads the next batch of missed acts.
    async fn catch_up(&mut self) {
        let conn = &self.caller.app().database.read;
        match outbox::service::after(conn, self.last, BATCH).await {
            Ok(acts) => {
                self.behind = acts.len() as u64 == BATCH;
                self.missed.extend(acts.into_iter().map(Arc::new));
            }
            Err(error) => {
                tracing::error!(?error, "failed to read the acts that a subscription missed");
                sleep(AGAIN).await;
            }
        }
    }
}

/// Returns true if an act may make more visible to a person. Assumed for acts that this version does not know.
fn grants_access(app: &App, act: &activity::Model) -> bool {
    app.catalogue
        .entry(act)
        .is_none_or(|entry| entry.grants_access)
}
