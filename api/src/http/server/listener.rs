//! Accepting connections with a timeout, and graceful shutdown.
//!
//! A client that sends nothing, or its headers a byte at a time, would hold a connection for ever, so the server closes
//! a connection that sends no request in time, over HTTP/1.1 and HTTP/2. On shutdown it accepts no more connections, closes idle ones and waits
//! for the responses in progress.

use std::{pin::pin, sync::Arc, time::Duration};

use axum::{Router, http::Request, middleware::from_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{sleep, timeout},
};
use tower::ServiceExt;

use crate::http::server::{
    client_ip::Peer,
    framing::Received,
    idle::{Requests, follow},
};

/// Milliseconds for which a client may leave a response unread before its connection ends.
#[cfg(target_os = "linux")]
const UNREAD_MILLISECONDS: u32 = 20_000;

/// Timeouts of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Time from opening the connection, or from the end of the last response, until the headers of the next request
    /// have arrived. Default 10 seconds.
    pub headers: Duration,
    /// Time from the shutdown signal until open connections are cut off. Default 30 seconds.
    pub goodbye: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            headers: Duration::from_secs(10),
            goodbye: crate::http::REQUEST_TIMEOUT,
        }
    }
}

/// Serves until `stop` completes, and then until the last response is sent or `goodbye` has passed.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Timeouts,
    stop: impl Future<Output = ()>,
) {
    let router = router.layer(from_fn(follow));
    let protocols = protocols(patience);
    // Each connection holds a receiver until it ends.
    let (stopping, open) = watch::channel(false);
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                take(
                    (stream, Peer(peer)),
                    router.clone(),
                    &protocols,
                    patience,
                    &open,
                );
            }
            // Usually too many open files: connections that close free some.
            Err(error) => {
                tracing::error!(%error, "a connection could not be taken");
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
    drop((listener, open));
    stopping.send_replace(true);
    if timeout(patience.goodbye, stopping.closed()).await.is_err() {
        tracing::warn!("some answers were cut off: they took too long");
    }
}

/// Connection builder for HTTP/1.1 and HTTP/2, whichever the client speaks.
fn protocols(patience: Timeouts) -> auto::Builder<TokioExecutor> {
    let mut protocols = auto::Builder::new(TokioExecutor::new());
    protocols
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.headers);
    // Keep-alive pings detect a client that went away without closing the connection.
    protocols
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(patience.headers)
        .keep_alive_timeout(patience.headers);
    protocols
}

fn take(
    (stream, peer): (TcpStream, Peer),
    router: Router,
    protocols: &auto::Builder<TokioExecutor>,
    patience: Timeouts,
    open: &watch::Receiver<bool>,
) {
    // Sends small responses at once. If the option cannot be set, they are sent a little later.
    let _ = stream.set_nodelay(true);
    // Ends a connection whose client does not read its response, or is gone.
    #[cfg(target_os = "linux")]
    let _ = rustix::net::sockopt::set_tcp_user_timeout(&stream, UNREAD_MILLISECONDS);
    let requests = Requests::new();
    let service = router.map_request({
        let requests = Arc::clone(&requests);
        move |mut request: Request<_>| {
            let running = requests.begin(request.version());
            let extensions = request.extensions_mut();
            extensions.insert(peer);
            extensions.insert(running);
            extensions.insert(Received);
            request
        }
    });
    let connection = protocols
        .serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service))
        .into_owned();
    let mut stopping = open.clone();
    tokio::spawn(async move {
        let mut connection = pin!(connection);
        let mut closes = false;
        loop {
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = requests.never_came(patience.headers) => {
                    tracing::debug!("hung up on a client that asked nothing");
                    return;
                }
                // Lets the client read what it was sent, and open another connection.
                () = requests.ceased(patience.headers), if !closes => {
                    closes = true;
                    connection.as_mut().graceful_shutdown();
                    continue;
                }
                _ = stopping.wait_for(|stopping| *stopping), if !closes => {
                    closes = true;
                    connection.as_mut().graceful_shutdown();
                    continue;
                }
            };
            if let Err(error) = ended {
                tracing::debug!(error, "a connection ended early");
            }
            return;
        }
    });
}
