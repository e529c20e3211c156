//! Whoever holds a connection open: who they were when they came says nothing of who they are now.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use tokio::{sync::watch, time::sleep};

use crate::{
    App,
    accounts::{sessions, tokens::Claims},
    kit::{Error, Viewer, clock},
};

/// How long to wait before the database is asked again what it could not say.
pub(super) const AGAIN: Duration = Duration::from_secs(1);

/// Somebody, or nobody, who holds a connection open.
pub struct Caller {
    app: App,
    claims: Option<Claims>,
    /// Whether a look has found the token or its session to be over.
    over: watch::Sender<bool>,
}

impl Caller {
    /// Whoever came without a token.
    #[must_use]
    pub fn nobody(app: App) -> Self {
        Self::new(app, None)
    }

    /// Whoever an access token stands for; `None` where it is not valid, or its session has ended.
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
        }
    }

    /// The program that serves them.
    #[must_use]
    pub const fn app(&self) -> &App {
        &self.app
    }

    /// Whether they came with a token, and whose it is.
    #[must_use]
    pub fn person(&self) -> Option<uuid::Uuid> {
        self.claims.as_ref().map(|claims| claims.sub)
    }

    /// Who they are at this moment, with roles and memberships as they are now; `None` once their time is over.
    pub async fn viewer(&self) -> Result<Option<Arc<Viewer>>, Error> {
        let Some(claims) = &self.claims else {
            return Ok(Some(Arc::new(Viewer::nobody())));
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

    /// Who they are at this moment, asked again where the database cannot say. Waits for ever once they are nobody any
    /// more: silence tells them nothing.
    pub(super) async fn now(&self) -> Arc<Viewer> {
        loop {
            match self.viewer().await {
                Ok(Some(viewer)) => return viewer,
                Ok(None) => std::future::pending().await,
                Err(error) => {
                    tracing::error!(?error, "who subscribes could not be read");
                    sleep(AGAIN).await;
                }
            }
        }
    }

    /// When their token ends, if they have one.
    fn ends(&self) -> Option<DateTime<Utc>> {
        let claims = self.claims.as_ref()?;
        DateTime::from_timestamp(claims.exp, 0)
    }

    /// Waits until their token has expired or their session has ended, looking every so often.
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
                Err(error) => tracing::error!(?error, "whether a session lasts could not be read"),
            }
        }
    }
}
