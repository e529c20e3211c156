//! Timing of refreshes for subscriptions whose content depends on many rows and on the time: not at every act, but soon
//! after the acts that may matter, and at regular intervals.

use std::{sync::Arc, time::Duration};

use entity::activity;
use futures_util::{Stream, stream};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Instant, sleep, timeout_at},
};

use super::{Caller, Event};
use crate::{App, activities, kit::Viewer};

/// Delay after an act, so that one refresh covers acts that come together.
const GATHERED: Duration = Duration::from_millis(500);
/// Interval between refreshes without acts, because content also changes with time.
const QUIET: Duration = Duration::from_mins(1);

/// One refresh, with the subscriber's rights at that moment.
pub struct Moment {
    /// The subscriber.
    pub viewer: Arc<Viewer>,
    /// Application state, to read with.
    pub app: App,
}

impl Moment {
    /// Wraps a value as an event for the subscriber.
    pub fn show<T>(&self, thing: T) -> Event<T> {
        Event::new(thing, self.app.clone(), Arc::clone(&self.viewer))
    }
}

struct Watch {
    caller: Arc<Caller>,
    heard: Receiver<Arc<activity::Model>>,
    /// The caller's rights at the last refresh.
    known: Option<Arc<Viewer>>,
}

/// Returns the stream of refreshes for a caller, the first at once. The stream ends only with the program: the server
/// of the connection closes it when the caller's session ends, after which it yields nothing.
pub fn look(caller: Arc<Caller>) -> impl Stream<Item = Moment> + Send {
    let watch = Watch {
        heard: caller.app().outbox.follow(),
        caller,
        known: None,
    };
    stream::unfold(watch, |mut watch| async move {
        let moment = watch.next().await?;
        Some((moment, watch))
    })
}

impl Watch {
    async fn next(&mut self) -> Option<Moment> {
        if let Some(known) = self.known.take() {
            self.wait(&known).await?;
        }
        let viewer = self.caller.now().await;
        self.known = Some(Arc::clone(&viewer));
        let app = self.caller.app().clone();
        Some(Moment { viewer, app })
    }

    /// Waits for an act that this viewer may see, at most one interval; `None` when the program ends.
    async fn wait(&mut self, known: &Viewer) -> Option<()> {
        let until = Instant::now() + QUIET;
        loop {
            match timeout_at(until, self.heard.recv()).await {
                Ok(Ok(act)) if activities::rules::visible(known, &act) => break,
                Ok(Ok(_)) => {}
                // The missed acts may concern this viewer.
                Ok(Err(RecvError::Lagged(_))) => break,
                Ok(Err(RecvError::Closed)) => return None,
                Err(_) => return Some(()),
            }
        }
        sleep(GATHERED).await;
        // The coming refresh also covers the acts received during the delay.
        self.heard = self.heard.resubscribe();
        Some(())
    }
}
