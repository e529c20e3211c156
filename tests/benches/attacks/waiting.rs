//! Attacks that wait: many clients of one address that never finish what they began. Beside each, an ordinary client of
//! another network asks as in peace.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    task::JoinSet,
    time::{Instant, interval, sleep, timeout},
};
use tokio_tungstenite::{
    client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

use super::{
    Server,
    ordinary::{Ordinary, ordinary},
    wire::{Answer, ask_from, connect},
};

/// Unfinished bodies that are under way at once.
const BODIES: usize = 1_500;
/// Bytes of each that are sent, of those that are announced.
const SENT: usize = 900_000;
const ANNOUNCED: usize = 1_000_000;
/// Idle sockets that are open at once.
const SOCKETS: usize = 540;
/// Time in which each attacker begins once, as long as the server waits for a body.
const EVERY: Duration = Duration::from_secs(10);
/// Address of all attackers.
const ATTACKER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Address of the ordinary client.
const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 9, 1));

/// Carries out both attacks and prints what the ordinary client and the server's memory felt of them.
pub async fn measure(server: &Server, asked: &[u8], time: Duration) {
    println!(
        "\n| an ordinary client, for {} s | asked | lost | median | 99 of 100 | longest | peak memory of the server |",
        time.as_secs()
    );
    println!("|---|---:|---:|---:|---:|---:|---:|");
    let address = server.address;
    let asks = || {
        let asked = asked.to_vec();
        async move { ask_from(CLIENT, address, &asked).await }
    };
    let listens = || over_a_socket(address);
    tell(server, "requests, in peace", ordinary(time, asks)).await;
    let attack = many(BODIES, move || unfinished_body(address));
    let name = format!("requests, beside {BODIES} unfinished bodies");
    tell(server, &name, ordinary(time, asks)).await;
    drop(attack);
    // The server gives up on those that are left.
    sleep(Duration::from_secs(12)).await;
    tell(server, "sockets, in peace", ordinary(time, listens)).await;
    let attack = many(SOCKETS, move || idle_socket(address));
    sleep(Duration::from_secs(3)).await;
    let name = format!("sockets, beside {SOCKETS} idle ones");
    tell(server, &name, ordinary(time, listens)).await;
    drop(attack);
}

async fn tell(server: &Server, name: &str, client: impl Future<Output = Ordinary>) {
    server.forget_peak();
    let client = client.await;
    let peak = server.peak_memory();
    client.tell(name, &format!(" {} MB |", peak / 1_000_000));
}

/// So many attackers, each of which begins anew every ten seconds, whether it was refused or hung up on.
fn many<F>(count: usize, attack: impl Fn() -> F + Copy + Send + 'static) -> JoinSet<()>
where
    F: Future<Output = ()> + Send,
{
    let mut all = JoinSet::new();
    for _ in 0..count {
        all.spawn(async move {
            let mut turns = interval(EVERY);
            loop {
                turns.tick().await;
                attack().await;
            }
        });
    }
    all
}

async fn unfinished_body(address: SocketAddr) {
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {ANNOUNCED}\r\n\r\n"
    );
    let Ok(mut stream) = connect(ATTACKER, address).await else {
        return;
    };
    let part = [b' '; 15_000];
    let mut fits = stream.write_all(head.as_bytes()).await.is_ok();
    for _ in 0..SENT / part.len() {
        fits = fits && stream.write_all(&part).await.is_ok();
    }
    let _ = stream.read_to_end(&mut Vec::new()).await;
}

async fn idle_socket(address: SocketAddr) {
    if let Some(mut socket) = open(ATTACKER, address).await {
        while let Some(Ok(_)) = socket.next().await {}
    }
}

type Socket = tokio_tungstenite::WebSocketStream<tokio::net::TcpStream>;

/// A socket whose client is known, as somebody without a name.
async fn open(from: IpAddr, address: SocketAddr) -> Option<Socket> {
    let stream = connect(from, address).await.ok()?;
    let mut request = format!("ws://{address}/graphql/ws")
        .into_client_request()
        .ok()?;
    let protocol = "graphql-transport-ws".parse().ok()?;
    request
        .headers_mut()
        .insert("sec-websocket-protocol", protocol);
    let (mut socket, _) = client_async(request, stream).await.ok()?;
    let init = Message::text(r#"{"type":"connection_init"}"#);
    socket.send(init).await.ok()?;
    socket.next().await?.ok()?;
    Some(socket)
}

/// Opens a socket, asks a question over it and hears the answer.
async fn over_a_socket(address: SocketAddr) -> Answer {
    let begun = Instant::now();
    let asked = async {
        let mut socket = open(CLIENT, address).await?;
        let question = r#"{"id":"1","type":"subscribe","payload":{"query":"{ listings(first: 1) { totalCount } }"}}"#;
        socket.send(Message::text(question)).await.ok()?;
        let answer = socket.next().await?.ok()?.into_text().ok()?.to_string();
        let _ = socket.close(None).await;
        Some(answer)
    };
    let body = timeout(Duration::from_secs(35), asked).await.ok().flatten();
    Answer {
        status: if body.is_some() { 200 } else { 0 },
        body: body.unwrap_or_default(),
        took: begun.elapsed(),
    }
}
