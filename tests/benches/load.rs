//! Asking as sixteen clients at once, over connections that stay open.
//!
//! Written on the socket itself: a client library would take more of the machine than what it measures.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// How many ask at once.
pub const CLIENTS: usize = 16;

/// What to ask, in turn, of one address and path.
#[derive(Clone)]
pub struct Target {
    /// Where the server listens.
    pub address: SocketAddr,
    requests: Arc<Vec<Vec<u8>>>,
}

/// What a run took.
pub struct Run {
    /// How many answers came.
    pub answers: usize,
    /// How long all of it took.
    pub took: Duration,
    /// How long each answer took, in microseconds, the shortest first.
    pub latencies: Vec<u128>,
}

impl Target {
    /// These bodies, sent to a path with these headers.
    pub fn new(address: SocketAddr, path: &str, headers: &str, bodies: &[String]) -> Self {
        let request = |body: &String| {
            let length = body.len();
            format!(
                "POST {path} HTTP/1.1\r\nHost: {address}\r\nAccept: application/json\r\n\
                 Content-Type: application/json\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
            )
            .into_bytes()
        };
        let requests = Arc::new(bodies.iter().map(request).collect());
        Self { address, requests }
    }

    /// The answer to each request, one after the other.
    pub async fn answers(&self) -> Vec<Value> {
        let mut client = Client::connect(self.address).await;
        let mut answers = Vec::new();
        for request in self.requests.iter() {
            let body = client.ask(request).await;
            answers.push(serde_json::from_slice(body).unwrap());
        }
        answers
    }

    /// Asks for so long, and at most so often, after a run-up for connections and plans to settle.
    pub async fn run(&self, time: Duration, most: usize, before: impl FnOnce()) -> Run {
        let mut clients = Vec::new();
        for _ in 0..CLIENTS {
            clients.push(Client::connect(self.address).await);
        }
        for client in &mut clients {
            client.ask(&self.requests[0]).await;
        }
        before();
        let begun = Instant::now();
        let sent = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = clients
            .into_iter()
            .map(|mut client| {
                let (requests, sent) = (Arc::clone(&self.requests), Arc::clone(&sent));
                tokio::spawn(async move {
                    let mut latencies = Vec::new();
                    while begun.elapsed() < time {
                        let turn = sent.fetch_add(1, Ordering::Relaxed);
                        if turn >= most {
                            break;
                        }
                        let asked = Instant::now();
                        client.ask(&requests[turn % requests.len()]).await;
                        latencies.push(asked.elapsed().as_micros());
                    }
                    latencies
                })
            })
            .collect();
        let mut latencies = Vec::new();
        for task in tasks {
            latencies.extend(task.await.unwrap());
        }
        let took = begun.elapsed();
        latencies.sort_unstable();
        Run {
            answers: latencies.len(),
            took,
            latencies,
        }
    }
}

/// One connection.
struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    /// The body of the answer, which must be a success.
    async fn ask(&mut self, request: &[u8]) -> &[u8] {
        self.stream.write_all(request).await.unwrap();
        self.buffer.clear();
        let mut body = None;
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await.unwrap();
            assert!(read > 0, "the server closed a connection");
            if body.is_none() {
                body = head(&self.buffer);
            }
            if let Some((begin, end)) = body
                && self.buffer.len() >= end
            {
                return &self.buffer[begin..end];
            }
        }
    }
}

/// Where the body begins and ends, once the head is there.
fn head(buffer: &[u8]) -> Option<(usize, usize)> {
    let begin = buffer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&buffer[..begin]).unwrap();
    assert!(
        head.starts_with("HTTP/1.1 200 "),
        "not a success: {}",
        String::from_utf8_lossy(buffer)
    );
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().unwrap())
    });
    Some((
        begin,
        begin + length.expect("answers say how long they are"),
    ))
}
