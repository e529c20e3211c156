//! Requests of one connection, from their headers to the end of their responses, by which an idle connection is known.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{body::Body, extract::Request, http::Version, middleware::Next, response::Response};
use http_body_util::BodyExt;
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// Requests of one connection.
#[derive(Debug)]
pub struct Requests {
    opened: Instant,
    state: Mutex<State>,
    idle: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// True from the first request on.
    came: bool,
    running: usize,
    /// End of the last response of an HTTP/2 connection; `None` while a request is running.
    idle_since: Option<Instant>,
}

/// Request that is running. Dropping it notes its end.
#[derive(Debug)]
pub struct Running {
    requests: Arc<Requests>,
    version: Version,
}

impl Requests {
    /// Requests of a connection that was opened now.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            opened: Instant::now(),
            state: Mutex::default(),
            idle: Notify::new(),
        })
    }

    /// Notes the beginning of a request.
    pub fn begin(self: &Arc<Self>, version: Version) -> Arc<Running> {
        let mut state = self.state();
        state.came = true;
        state.running += 1;
        state.idle_since = None;
        drop(state);
        let requests = Arc::clone(self);
        Arc::new(Running { requests, version })
    }

    /// Completes if no request has come within this time after the connection was opened. The header timeout of the
    /// connection builder starts only once the protocol is known.
    pub async fn never_came(&self, limit: Duration) {
        sleep_until(self.opened + limit).await;
        if self.state().came {
            std::future::pending::<()>().await;
        }
    }

    /// Completes once an HTTP/2 connection has been without a request for this time. HTTP/1.1 has the header timeout of
    /// the connection builder.
    pub async fn ceased(&self, limit: Duration) {
        loop {
            let since = self.state().idle_since;
            let Some(since) = since else {
                self.idle.notified().await;
                continue;
            };
            sleep_until(since + limit).await;
            if self.state().idle_since == Some(since) {
                return;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.requests.state();
        state.running -= 1;
        if state.running == 0 && self.version == Version::HTTP_2 {
            state.idle_since = Some(Instant::now());
            self.requests.idle.notify_one();
        }
    }
}

/// Keeps the [`Running`] of a request until the end of the response.
pub async fn follow(mut request: Request, next: Next) -> Response {
    let running = request.extensions_mut().remove::<Arc<Running>>();
    let response = next.run(request).await;
    response.map(|body| {
        Body::new(body.inspect_frame(move |_| {
            // Held by this closure, which ends with the body.
            let _ = &running;
        }))
    })
}
