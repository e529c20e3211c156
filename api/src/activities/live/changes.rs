//! Acts as they happen, for one caller: in the order of commits, none twice, none left out, and each only where
//! the caller may read of it at that moment.

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

/// How many acts are read at a time by whoever has fallen behind.
const BATCH: u64 = 500;

/// One act, and whoever it is told to as they are now.
#[derive(Clone)]
pub struct Change {
    /// What was done.
    pub activity: Arc<activity::Model>,
    /// Who is told: loaded for this act, after it.
    pub viewer: Arc<Viewer>,
    /// The program, to read what the change is about.
    pub app: App,
}

/// Which acts a subscription is about, whoever may read of them.
pub type Wanted = Box<dyn Fn(&activity::Model) -> bool + Send + Sync>;

/// Who is told of acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Whoever may read of them.
    Concerned,
    /// Everybody who wants to know: what is shown to them is decided where it is read.
    Anybody,
}

struct Follower {
    caller: Arc<Caller>,
    told: Told,
    wanted: Wanted,
    heard: Receiver<Arc<activity::Model>>,
    /// Whether something was missed that has not been read.
    behind: bool,
    /// What was read of it.
    missed: VecDeque<Arc<activity::Model>>,
    /// The place of the last act that was looked at.
    last: i64,
    /// Who the caller was, where nothing was done since that could let them see more.
    known: Option<Arc<Viewer>>,
}

/// The acts from now on that are wanted and that the caller may read of. It does not end: whoever serves the
/// connection ends it when the caller's time is over, from which moment it gives nothing.
pub async fn follow(
    caller: Arc<Caller>,
    told: Told,
    wanted: Wanted,
) -> Result<impl Stream<Item = Change> + Send + 'static, Error> {
    let last = outbox::service::end(&caller.app().database.read).await?;
    let heard = caller.app().outbox.follow();
    let follower = Follower {
        caller,
        told,
        wanted,
        heard,
        // What falls between the two is read.
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
            // Most acts concern few of those who listen, and the others should cost the database nothing.
            if grants_access(self.caller.app(), &activity) {
                self.known = None;
            }
            if !(self.wanted)(&activity) {
                continue;
            }
            let seen = |viewer: &Arc<Viewer>| {
                self.told == Told::Anybody || activities::rules::visible(viewer, &activity)
            };
            if self.known.as_ref().is_some_and(|known| !seen(known)) {
                continue;
            }
            let viewer = self.caller.now().await;
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

    /// The next act, whoever it concerns; `None` when the program ends.
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
            // Places are dense: what comes later shows that something is missing, what comes earlier was read.
            self.behind |= seq > self.last;
        }
    }

    /// Reads a little of what was missed, until there is no more.
    async fn catch_up(&mut self) {
        let conn = &self.caller.app().database.read;
        match outbox::service::after(conn, self.last, BATCH).await {
            Ok(acts) => {
                self.behind = acts.len() as u64 == BATCH;
                self.missed.extend(acts.into_iter().map(Arc::new));
            }
            Err(error) => {
                tracing::error!(?error, "what a subscription missed could not be read");
                sleep(AGAIN).await;
            }
        }
    }
}

/// Whether an act may let somebody see more than before. It is assumed of an act that this version does not know.
fn grants_access(app: &App, act: &activity::Model) -> bool {
    app.catalogue
        .entry(act)
        .is_none_or(|entry| entry.grants_access)
}
