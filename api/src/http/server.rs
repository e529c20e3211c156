//! Connections: taken, given little time to say what they want, and let go of in good order.
//!
//! A client that sends nothing, or its headers a byte at a time, would hold a connection for ever: whoever has
//! not asked in time is hung up on. When the server stops it takes no more connections, closes those that
//! are idle, and waits for the answers that are under way.

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

pub use super::address::Peer;

/// How long things on a connection may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From the beginning, or from the end of the last answer, until the next request's headers are there.
    pub headers: Duration,
    /// From the signal to stop until what is still going on is cut off.
    pub goodbye: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            headers: Duration::from_secs(10),
            goodbye: super::LONGEST,
        }
    }
}

/// Serves until `stop` ends, and then until the last answer is given.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Patience,
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
            // Too many open files, mostly: those who hang up make room.
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

/// HTTP/1.1 and HTTP/2, whichever the client speaks.
fn protocols(patience: Patience) -> auto::Builder<TokioExecutor> {
    let mut protocols = auto::Builder::new(TokioExecutor::new());
    protocols
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.headers);
    // A peer that has gone away without a word is found out by asking it.
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
    patience: Patience,
    open: &GracefulShutdown,
) {
    // Small answers go out at once; where that cannot be had they go out a little later.
    let _ = stream.set_nodelay(true);
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
            () = silence(&asked, patience.headers) => tracing::debug!("hung up on a client that asked nothing"),
        }
    });
}

/// Ends if nothing was asked in time. The header time-out begins only once the protocol is known.
async fn silence(asked: &AtomicBool, patience: Duration) {
    sleep(patience).await;
    if asked.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
}
