//! Requests as bytes, each over a connection of its own.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

/// The longest that an answer is waited for.
const LONGEST: Duration = Duration::from_secs(35);

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// What came back.
#[derive(Debug, Default)]
pub struct Answer {
    /// The status; 0 where there was none.
    pub status: u16,
    /// The body.
    pub body: String,
    /// How long it took, from the connection on.
    pub took: Duration,
}

impl Answer {
    /// The status and the code of the first error.
    pub fn told(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let code = body["errors"][0]["extensions"]["code"].as_str();
        match (self.status, code) {
            (0, _) => "hung up".into(),
            (status, code) => format!("{status} {}", code.unwrap_or("done")),
        }
    }
}

/// A request with a JSON body.
pub fn post(address: SocketAddr, body: &str) -> Vec<u8> {
    with(address, "", body)
}

/// The same with another header.
pub fn with(address: SocketAddr, header: &str, body: &str) -> Vec<u8> {
    format!(
        "POST /graphql HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n{header}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Sends a request and reads the answer.
pub async fn ask(address: SocketAddr, request: &[u8]) -> Answer {
    exchange(HERE, address, request, false).await
}

/// Like [`ask`], from another address of this machine.
pub async fn ask_from(from: IpAddr, address: SocketAddr, request: &[u8]) -> Answer {
    exchange(from, address, request, false).await
}

/// Connects from an address of this machine.
pub async fn connect(from: IpAddr, address: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((from, 0).into())?;
    socket.connect(address).await
}

/// Says the beginning of something, closes this side's half or does not, and waits for the end.
pub async fn hold(address: SocketAddr, beginning: &'static [u8], half: bool) -> Answer {
    exchange(HERE, address, beginning, half).await
}

async fn exchange(from: IpAddr, address: SocketAddr, said: &[u8], half: bool) -> Answer {
    let begun = Instant::now();
    let whole = timeout(LONGEST, async {
        let mut heard = Vec::new();
        let Ok(mut stream) = connect(from, address).await else {
            return heard;
        };
        // Who is refused in the middle of a large body may be hung up on.
        let _ = stream.write_all(said).await;
        if half {
            let _ = stream.shutdown().await;
        }
        let _ = stream.read_to_end(&mut heard).await;
        heard
    });
    let whole = whole.await.unwrap_or_default();
    let text = String::from_utf8_lossy(&whole);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.get(9..12).and_then(|status| status.parse().ok());
    Answer {
        status: status.unwrap_or_default(),
        body: body.to_owned(),
        took: begun.elapsed(),
    }
}
