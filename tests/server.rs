//! Connections, over a real socket on the loopback address.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use api::http::server::{Patience, serve};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::{
    both,
    support::{On, World},
};

/// Short enough for a test, long enough for a busy machine.
const PATIENCE: Patience = Patience {
    headers: Duration::from_millis(700),
    goodbye: Duration::from_secs(5),
};
const ASK: &str = "GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n";

struct Served {
    world: World,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

async fn served(on: On) -> Served {
    let world = World::new(on).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let router = world.router.clone();
    let ended = tokio::spawn(serve(listener, router, PATIENCE, async {
        let _ = stopped.await;
    }));
    Served {
        world,
        address,
        stop,
        ended,
    }
}

/// Talks to the server on a thread of its own.
async fn talk<T: Send + 'static>(
    address: SocketAddr,
    what: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> T {
    tokio::task::spawn_blocking(move || {
        let stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        what(stream)
    })
    .await
    .unwrap()
}

/// Everything until the server hangs up.
fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // Whoever still sends while the other side hangs up may be told so by an error.
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One answer, which says how long it is.
fn answer(stream: &mut TcpStream) -> String {
    let (mut bytes, mut byte) = (Vec::new(), [0]);
    loop {
        stream.read_exact(&mut byte).unwrap();
        bytes.push(byte[0]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let whole = text.split_once("\r\n\r\n").and_then(|(head, body)| {
            let head = head.to_lowercase();
            let length = head.split("content-length: ").nth(1)?.lines().next()?;
            Some(body.len() == length.parse::<usize>().unwrap())
        });
        if whole == Some(true) {
            return text;
        }
    }
}

both! {
    async fn a_client_that_asks_is_answered_and_may_ask_again(on) {
        let served = served(on).await;
        let (first, second) = talk(served.address, |mut stream| {
            stream.write_all(ASK.as_bytes()).unwrap();
            let first = answer(&mut stream);
            stream.write_all(ASK.as_bytes()).unwrap();
            (first, answer(&mut stream))
        })
        .await;
        assert!(first.starts_with("HTTP/1.1 200"), "{first}");
        assert!(first.ends_with(r#"{"data":{"__typename":"Query"}}"#), "{first}");
        assert!(second.starts_with("HTTP/1.1 200"), "{second}");
    }

    async fn a_client_that_says_nothing_or_breaks_off_is_hung_up_on(on) {
        let served = served(on).await;
        // The second could yet become HTTP/2, the third is in the middle of a header.
        for beginning in ["", "P", "GET /health/live HTTP/1.1\r\nHost: loc"] {
            let (answer, waited) = talk(served.address, move |mut stream| {
                let begun = Instant::now();
                stream.write_all(beginning.as_bytes()).unwrap();
                (rest(&mut stream), begun.elapsed())
            })
            .await;
            assert!(!answer.contains("200"), "{answer}");
            assert!(waited >= PATIENCE.headers / 2, "{beginning:?}: after {waited:?}");
            assert!(waited < Duration::from_secs(5), "{beginning:?}: after {waited:?}");
        }
    }

    async fn a_client_that_drips_its_headers_is_hung_up_on(on) {
        let served = served(on).await;
        let (sent, answer) = talk(served.address, |mut stream| {
            stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Slow: ").unwrap();
            let sent = (0..60).find(|_| {
                std::thread::sleep(Duration::from_millis(50));
                stream.write_all(b"x").is_err()
            });
            (sent, rest(&mut stream))
        })
        .await;
        assert!(sent.is_some(), "it was listened to for three seconds");
        assert!(!answer.contains("200"), "{answer}");
    }

    async fn a_client_that_was_answered_and_keeps_silent_is_hung_up_on(on) {
        let served = served(on).await;
        let waited = talk(served.address, |mut stream| {
            stream.write_all(ASK.as_bytes()).unwrap();
            answer(&mut stream);
            let begun = Instant::now();
            rest(&mut stream);
            begun.elapsed()
        })
        .await;
        assert!(waited < Duration::from_secs(5), "after {waited:?}");
    }

    async fn a_server_that_stops_takes_no_more_and_hangs_up_on_the_idle(on) {
        let served = served(on).await;
        let mut idle = talk(served.address, |mut stream| {
            stream.write_all(ASK.as_bytes()).unwrap();
            answer(&mut stream);
            stream
        })
        .await;
        served.stop.send(()).unwrap();
        tokio::time::timeout(Duration::from_secs(5), served.ended).await.unwrap().unwrap();
        assert_eq!(tokio::task::spawn_blocking(move || rest(&mut idle)).await.unwrap(), "");
        assert!(TcpStream::connect(served.address).is_err());
        drop(served.world);
    }
}
