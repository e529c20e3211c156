//! Connections, over a real socket on the loopback address.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use api::http::server::{Timeouts, serve};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::{
    both,
    support::{On, World},
};

/// Short enough for a test, long enough for a busy machine.
const PATIENCE: Timeouts = Timeouts {
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
    serving(World::new(on).await).await
}

async fn serving(world: World) -> Served {
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

    async fn every_refusal_is_the_same_over_a_real_connection(on) {
        let served = served(on).await;
        let json = "POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n";
        let body = |head: &str, body: &str| format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
        let who = r#"{"query":"{ viewer { kind } }"}"#;
        let levels: Vec<String> = (0..30).map(|at| format!("fragment F{at} on Query {{ ...F{0} ...F{0} }} ", at + 1)).collect();
        let levels = levels.concat();
        let bomb = format!("{{\"query\":\"{{ ...F0 }} {levels} fragment F30 on Query {{ __typename }}\"}}");
        let newer = format!("{json}Accept: application/graphql-response+json\r\n");
        for (asked, status, contains) in [
            (body(json, who), 200, "\"ANONYMOUS\""),
            (body(&newer, who), 200, "content-type: application/graphql-response+json; charset=utf-8"),
            (body(&newer, r#"{"query":"{ nothing }"}"#), 400, "GRAPHQL_VALIDATION_FAILED"),
            (body(json, r#"{"query":"{ nothing }"}"#), 200, "GRAPHQL_VALIDATION_FAILED"),
            (body(json, r#"{"query":"{ viewer"}"#), 200, "GRAPHQL_PARSE_FAILED"),
            (body(&newer, "nonsense"), 400, "content-type: application/graphql-response+json; charset=utf-8"),
            (body(json, "[]"), 400, "BATCHES_NOT_SUPPORTED"),
            (body(&json.replace("application/json", "text/plain"), who), 415, "UNSUPPORTED_MEDIA_TYPE"),
            (body(&format!("{json}Accept: text/html\r\n"), who), 406, "NOT_ACCEPTABLE"),
            (body(&format!("{json}Authorization: Bearer x\r\n"), who), 401, "www-authenticate: bearer error=\"invalid_token\""),
            (body(&format!("{json}X-Request-Id: mine-7\r\n"), who), 200, "x-request-id: mine-7"),
            (body(&json.replace("POST", "PUT"), who), 405, "allow: get,head,post"),
            (body(json, &format!("{{\"query\":\"{}\"}}", " ".repeat(1_000_001))), 413, "PAYLOAD_TOO_LARGE"),
            ("GET /graphql?query=mutation%7BsignOut(input:%7B%7D)%7BuserErrors%7Bcode%7D%7D%7D HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".into(), 405, "allow: post"),
            ("GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".into(), 400, "BAD_REQUEST"),
            ("GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".into(), 404, "NOT_FOUND"),
            ("DELETE /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".into(), 405, "METHOD_NOT_ALLOWED"),
            ("GET /graphql/ws HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".into(), 426, "UPGRADE_REQUIRED"),
            ("GET /graphql/ws HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n\r\n".into(), 426, "sec-websocket-version: 13"),
            ("GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n".into(), 400, "BAD_REQUEST"),
            ("GET /health/live HTTP/1.1\r\nHost: x\r\nHost: x\r\nConnection: close\r\n\r\n".into(), 400, "BAD_REQUEST"),
            ("GET /health/live HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n\r\n".into(), 400, "BAD_REQUEST"),
            ("GET http://x/graphql?query=%7Bareas%7Bcode%7D%7D HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".into(), 200, "etag: "),
            ("GET /graphql?query=%7Bareas%7Bcode%7D%7D HTTP/1.0\r\n\r\n".into(), 200, "etag: "),
            (format!("{json}Content-Length: 99999999999\r\n\r\n{{"), 413, "PAYLOAD_TOO_LARGE"),
            (body(&format!("{json}Content-Encoding: gzip\r\n"), who), 415, "accept-encoding: identity"),
            (format!("{json}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 501, "NOT_IMPLEMENTED"),
            (format!("{json}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{who}\r\n0\r\n\r\n", who.len()), 200, "\"ANONYMOUS\""),
            (body(json, &bomb), 200, "DOCUMENT_TOO_LARGE"),
            (body(json, &format!("{{\"query\":\"{{ {} }}\"}}", "a: __typename ".repeat(300))), 200, "TOO_MANY_ALIASES"),
            (body(json, &format!("{{\"query\":\"{}\"}}", "{a".repeat(40_000))), 200, "QUERY_TOO_DEEP"),
            (body(json, &format!("{{\"query\":\"{{ __typename }}\",\"variables\":{{\"a\":[{}1]}}}}", "1,".repeat(20_000))), 413, "TOO_MANY_VALUES"),
            (body(json, r#"{"query":"query ($n: Int = 1e3) { offers(first: $n) { totalCount } }"}"#), 200, "GRAPHQL_VALIDATION_FAILED"),
            (body(json, r#"{"query":"query ($no: Boolean = true) { viewer { kind @skip(if: $no) } }"}"#), 200, r#"{"data":{"viewer":{}}}"#),
            (body(json, r#"{"query":"{ b: viewer { kind } a: __typename }"}"#), 200, r#"{"data":{"b":{"kind":"ANONYMOUS"},"a":"Query"}}"#),
            (body(json, r#"{"query":"{ __type(name: \"Node\") { interfaces { name } } }"}"#), 200, r#"{"data":{"__type":{"interfaces":[]}}}"#),
            (body(json, r#"{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"00"}}}"#), 200, "PERSISTED_QUERY_NOT_FOUND"),
            (body(&format!("{json}Accept-Encoding: gzip\r\n"), r#"{"query":"{ areas { code name kind } }"}"#), 200, "content-encoding: gzip"),
            (body(&format!("{json}Accept-Encoding: br\r\n"), r#"{"query":"{ areas { code name kind } }"}"#), 200, "content-encoding: br"),
            ("GET /graphql?query=%7Bareas%7Bcode%7D%7D HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".into(), 200, "cache-control: public"),
            ("GET /graphql?query=%7Bareas%7Bcode%7D%7D HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".into(), 200, "etag: "),
            ("GET /graphiql/%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".into(), 400, "BAD_REQUEST"),
        ] {
            let shown: String = asked.chars().take(200).collect();
            let answer = talk(served.address, move |mut stream| {
                // Who is refused in the middle of a large body may be hung up on.
                let _ = stream.write_all(asked.as_bytes());
                rest(&mut stream)
            })
            .await;
            let low = answer.to_lowercase();
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) || answer.starts_with(&format!("HTTP/1.0 {status} ")), "{shown}: {answer}");
            assert!(low.contains(&contains.to_lowercase()), "{shown}: {answer}");
            assert!(low.contains("charset=utf-8") && low.contains("x-content-type-options: nosniff"), "{shown}: {answer}");
        }
    }

    async fn a_body_that_drips_is_answered_with_408(on) {
        let served = served(on).await;
        let answer = talk(served.address, |mut stream| {
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            stream.write_all(b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{").unwrap();
            let begun = Instant::now();
            let mut answer = [0; 2_000];
            let read = stream.read(&mut answer).unwrap();
            (String::from_utf8_lossy(&answer[..read]).into_owned(), begun.elapsed())
        })
        .await;
        assert!(answer.0.starts_with("HTTP/1.1 408 ") && answer.0.contains("REQUEST_TIMEOUT"), "{}", answer.0);
        assert!(answer.1 < Duration::from_secs(15), "after {:?}", answer.1);
    }

    async fn a_client_that_closes_its_half_holds_nothing_and_nobody_up(on) {
        let served = served(on).await;
        for said in ["", "GET /health/live HTTP/1.1\r\nHost: loc", "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{", ASK] {
            let (answer, waited) = talk(served.address, move |mut stream| {
                stream.write_all(said.as_bytes()).unwrap();
                stream.shutdown(std::net::Shutdown::Write).unwrap();
                let begun = Instant::now();
                (rest(&mut stream), begun.elapsed())
            })
            .await;
            // Whoever hangs up before the answer may have gone away altogether: what they asked may be left.
            assert!(waited < PATIENCE.headers, "{said:?}: after {waited:?}");
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 ") || answer.starts_with("HTTP/1.1 200 ") && said == ASK, "{said:?}: {answer}");
        }
        // Any number of them, held open from the other side, and whoever asks is answered at once.
        let (held, took) = talk(served.address, |stream| {
            let address = stream.peer_addr().unwrap();
            let held: Vec<TcpStream> = (0..200).map(|_| {
                let mut half = TcpStream::connect(address).unwrap();
                half.write_all(b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{").unwrap();
                half.shutdown(std::net::Shutdown::Write).unwrap();
                half
            }).collect();
            let begun = Instant::now();
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(ASK.as_bytes()).unwrap();
            assert!(answer(&mut stream).starts_with("HTTP/1.1 200"));
            (held, begun.elapsed())
        })
        .await;
        assert!(took < Duration::from_secs(5), "after {took:?}");
        for mut half in held {
            half.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            rest(&mut half);
        }
    }

    async fn who_asks_too_much_over_one_address_is_told_to_wait(on) {
        let served = serving(World::with(on, |config| config.rate_limits.points_per_address = 3).await).await;
        let answers = talk(served.address, |mut stream| {
            (0..5).map(|_| {
                stream.write_all(ASK.as_bytes()).unwrap();
                answer(&mut stream)
            }).collect::<Vec<_>>()
        })
        .await;
        let statuses: Vec<&str> = answers.iter().map(|answer| &answer[9..12]).collect();
        assert_eq!(statuses, ["200", "200", "200", "429", "429"]);
        assert!(answers[0].contains("ratelimit: \"points\";r=2;t=20") && answers[4].contains("retry-after: "), "{answers:?}");
    }

    async fn an_idle_client_of_http_2_is_told_to_go_though_it_answers_pings(on) {
        let served = served(on).await;
        let (kinds, waited) = talk(served.address, |mut stream| {
            let frame = |kind: u8, flags: u8, id: u8, payload: &[u8]| {
                let length = u8::try_from(payload.len()).unwrap();
                [&[0, 0, length, kind, flags, 0, 0, 0, id], payload].concat()
            };
            // :method GET, :scheme http, :path and :authority, by the static table of HPACK.
            let headers = [&[0x82, 0x86, 0x04, 12][..], b"/health/live", &[0x01, 1], b"x"].concat();
            let asked = [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &frame(4, 0, 0, &[]), &frame(4, 1, 0, &[]), &frame(1, 5, 1, &headers)].concat();
            stream.write_all(&asked).unwrap();
            let (begun, mut kinds, mut head) = (Instant::now(), Vec::new(), [0; 9]);
            while stream.read_exact(&mut head).is_ok() {
                let mut payload = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
                stream.read_exact(&mut payload).unwrap();
                kinds.push(head[3]);
                if head[3] == 6 && head[4] == 0 {
                    let _ = stream.write_all(&frame(6, 1, 0, &payload));
                }
            }
            (kinds, begun.elapsed())
        })
        .await;
        assert!(kinds.contains(&1) && kinds.contains(&7), "headers and a goodbye: {kinds:?}");
        assert!(waited >= PATIENCE.headers && waited < Duration::from_secs(6), "after {waited:?}");
    }

    async fn unfinished_bodies_of_one_network_take_no_more_than_its_share(on) {
        let served = serving(World::with(on, |config| {
            config.limits.max_bodies_bytes = 4_000_000;
            config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        }).await).await;
        let address = served.address;
        let begins = |client: String, length: usize, body: usize| {
            let head = format!("POST /graphql HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {client}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n");
            let query = r#"{"query":"{ viewer { kind } }"}"#;
            format!("{head}{query}{}", " ".repeat(body.saturating_sub(query.len())))
        };
        let attackers: Vec<_> = (0..24).map(|at| {
            let said = begins(format!("203.0.113.{}", at % 8), 1_000_000, 900_000);
            let mut stream = TcpStream::connect(address).unwrap();
            std::thread::spawn(move || {
                let begun = Instant::now();
                stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
                // Who is refused in the middle of a large body may be hung up on.
                let _ = stream.write_all(said.as_bytes());
                let mut answer = [0; 2_000];
                let read = stream.read(&mut answer).unwrap_or_default();
                (String::from_utf8_lossy(&answer[..read]).into_owned(), begun.elapsed())
            })
        }).collect();
        tokio::time::sleep(Duration::from_secs(3)).await;
        for (client, length) in [("198.51.100.7", 31), ("2001:db8::7", 10_000), ("198.51.100.7", 400_000), ("203.0.114.1", 31)] {
            let said = begins(client.into(), length, length);
            let answer = talk(address, move |mut stream| {
                stream.write_all(said.as_bytes()).unwrap();
                answer(&mut stream)
            }).await;
            assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("ANONYMOUS"), "{client} {length}: {answer}");
        }
        let answers: Vec<_> = tokio::task::spawn_blocking(move || attackers.into_iter().map(|one| one.join().unwrap()).collect()).await.unwrap();
        let late = answers.iter().filter(|(answer, _)| answer.starts_with("HTTP/1.1 408")).count();
        let early = answers.iter().filter(|(answer, took)| *took < Duration::from_secs(5) && (answer.is_empty() || answer.contains("TOO_MANY_BODIES"))).count();
        assert!(late <= 2 && late + early == 24 && answers.iter().any(|(answer, _)| answer.starts_with("HTTP/1.1 429")), "{answers:?}");
    }
}
