//! Accepting connections with a timeout, and graceful shutdown.
//!
//! A client that sends nothing, or its headers a byte at a time, would hold a connection for ever, so the server closes
//! a connection that sends no request in time. On shutdown it accepts no more connections, closes idle ones and waits
//! for the responses in progress.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, http::Request};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tower::ServiceExt;

use crate::http::server::client_ip::Peer;

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
    let protocols = protocols(patience);
    let open = GracefulShutdown::new();
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
    drop(listener);
    if timeout(patience.goodbye, open.shutdown()).await.is_err() {
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
    open: &GracefulShutdown,
) {
    // Sends small responses at once. If the option cannot be set, they are sent a little later.
    let _ = stream.set_nodelay(true);
    // Ends a connection whose client does not read its response, or is gone.
    #[cfg(target_os = "linux")]
    let _ = rustix::net::sockopt::set_tcp_user_timeout(&stream, UNREAD_MILLISECONDS);
    let asked = Arc::new(AtomicBool::new(false));
    let service = router.map_request({
        let asked = Arc::clone(&asked);
        move |mut request: Request<_>| {
            asked.store(true, Ordering::Relaxed);
            request.extensions_mut().insert(peer);
            request
        }
    });
    let connection = protocols
        .serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service))
        .into_owned();
    let connection = open.watch(connection);
    tokio::spawn(async move {
        tokio::select! {
            ended = connection => if let Err(error) = ended {
                tracing::debug!(error, "a connection ended early");
            },
            () = client_timeout(&asked, patience.headers) => tracing::debug!("hung up on a client that asked nothing"),
        }
    });
}

/// Completes if no request arrives in time. The header timeout of the connection builder starts only once the protocol
/// is known.
async fn client_timeout(asked: &AtomicBool, patience: Duration) {
    sleep(patience).await;
    if asked.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
}
