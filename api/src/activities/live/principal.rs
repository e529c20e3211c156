//! Caller of an open connection. Rights are loaded again for every event, because those at connection time may be out
//! of date.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use tokio::{
    sync::{Mutex, watch},
    time::sleep,
};

use crate::{
    App,
    accounts::{sessions, tokens::Claims},
    kit::{Error, Viewer, clock},
};

/// Interval between attempts to read the caller's rights after a database error.
pub(super) const AGAIN: Duration = Duration::from_secs(1);

/// Caller of an open connection: a person, or anonymous.
pub struct Caller {
    app: App,
    claims: Option<Claims>,
    /// True if a check found that the token or its session has ended.
    over: watch::Sender<bool>,
    /// Rights as they were loaded last, with the position of the act after which they were loaded.
    known: Mutex<Option<(i64, Arc<Viewer>)>>,
}

impl Caller {
    /// Returns an anonymous caller.
    #[must_use]
    pub fn nobody(app: App) -> Self {
        Self::new(app, None)
    }

    /// Returns the caller of an access token; `None` if the token is invalid or its session has ended.
    pub async fn of_token(app: App, token: &str) -> Result<Option<Self>, Error> {
        let Some(claims) = app.tokens.check(token) else {
            return Ok(None);
        };
        let caller = Self::new(app, Some(claims));
        Ok(caller.viewer().await?.map(|_| caller))
    }

    fn new(app: App, claims: Option<Claims>) -> Self {
        Self {
            app,
            claims,
            over: watch::Sender::new(false),
            known: Mutex::default(),
        }
    }

    /// Returns the application state.
    #[must_use]
    pub const fn app(&self) -> &App {
        &self.app
    }

    /// Returns the id of the person who presented a token; `None` for anonymous callers.
    #[must_use]
    pub fn person(&self) -> Option<uuid::Uuid> {
        self.claims.as_ref().map(|claims| claims.sub)
    }

    /// Loads the caller's current roles and memberships; `None` after the token or session has ended.
    pub async fn viewer(&self) -> Result<Option<Arc<Viewer>>, Error> {
        let Some(claims) = &self.claims else {
            return Ok(Some(Arc::new(Viewer::anonymous())));
        };
        let now = clock::now();
        let found = if self.ends().is_some_and(|ends| ends <= now) {
            None
        } else {
            sessions::load_viewer(&self.app, now, claims.sub, claims.sid).await?
        };
        if found.is_none() {
            self.over.send_replace(true);
        }
        Ok(found.map(Arc::new))
    }

    /// Rights loaded after the act at this position. All subscriptions of the connection share one load. Like
    /// [`Self::now`], it waits for ever once the session has ended.
    pub(super) async fn after(&self, position: i64) -> Arc<Viewer> {
        let mut known = self.known.lock().await;
        if let Some((loaded, viewer)) = &*known
            && *loaded >= position
        {
            return Arc::clone(viewer);
        }
        let viewer = self.now().await;
        *known = Some((position, Arc::clone(&viewer)));
        viewer
    }

    /// Like `viewer`, but retries after database errors, and waits for ever once the token or session has ended, so
    /// that the subscription yields nothing more.
    pub(super) async fn now(&self) -> Arc<Viewer> {
        loop {
            match self.viewer().await {
                Ok(Some(viewer)) => return viewer,
                Ok(None) => std::future::pending().await,
                Err(error) => {
                    tracing::error!(?error, "failed to load the rights of a subscriber");
                    sleep(AGAIN).await;
                }
            }
        }
    }

    /// Returns the expiry of the token, if any.
    fn ends(&self) -> Option<DateTime<Utc>> {
        let claims = self.claims.as_ref()?;
        DateTime::from_timestamp(claims.exp, 0)
    }

    /// Waits until the token has expired or the session has ended. Checks the session at the interval `every`.
    pub async fn over(self: Arc<Self>, every: Duration) {
        let Some(ends) = self.ends() else {
            return std::future::pending().await;
        };
        let mut over = self.over.subscribe();
        loop {
            let left = (ends - clock::now()).to_std().unwrap_or_default();
            tokio::select! {
                () = sleep(left.min(every)) => {}
                _ = over.wait_for(|over| *over) => return,
            }
            match self.viewer().await {
                Ok(None) => return,
                Ok(Some(_)) => {}
                Err(error) => tracing::error!(?error, "failed to check if a session is active"),
            }
        }
    }
}
