//! When to look again at what one caller is shown, where it is made of many things and of the time: not at every act,
//! but soon after the acts that may matter, and now and then.

use std::{sync::Arc, time::Duration};

use entity::activity;
use futures_util::{Stream, stream};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Instant, sleep, timeout_at},
};

use super::{Caller, Event};
use crate::{App, activities, kit::Viewer};

/// How long acts are gathered: many come at once, and one look is enough for all of them.
const GATHERED: Duration = Duration::from_millis(500);
/// How long until the next look where nothing was done, for time changes things too.
const QUIET: Duration = Duration::from_mins(1);

/// A moment at which to look, and whoever looks as they are then.
pub struct Moment {
    /// Who looks.
    pub viewer: Arc<Viewer>,
    /// The program, to read with.
    pub app: App,
}

impl Moment {
    /// Shows a thing to whoever looks.
    pub fn show<T>(&self, thing: T) -> Event<T> {
        Event::new(thing, self.app.clone(), Arc::clone(&self.viewer))
    }
}

struct Watch {
    caller: Arc<Caller>,
    heard: Receiver<Arc<activity::Model>>,
    /// Who the caller was when they looked last.
    known: Option<Arc<Viewer>>,
}

/// The moments at which the caller should look: the first at once. It does not end: whoever serves the connection
/// ends it when the caller's time is over, from which moment it gives nothing.
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

    /// Waits until something was done of which this viewer may read, or for long enough; `None` when the program ends.
    async fn wait(&mut self, known: &Viewer) -> Option<()> {
        let until = Instant::now() + QUIET;
        loop {
            match timeout_at(until, self.heard.recv()).await {
                Ok(Ok(act)) if activities::rules::visible(known, &act) => break,
                Ok(Ok(_)) => {}
                // What was missed may have been of theirs.
                Ok(Err(RecvError::Lagged(_))) => break,
                Ok(Err(RecvError::Closed)) => return None,
                Err(_) => return Some(()),
            }
        }
        sleep(GATHERED).await;
        // What came meanwhile is looked at together with it.
        self.heard = self.heard.resubscribe();
        Some(())
    }
}
