//! What attacks cost, and whether anybody else feels them: `make attacks`.
//!
//! The marketplace runs in a process of its own on SQLite with the demonstration, without limits of rate, so that every
//! hostile request is looked at. First each kind of attack comes alone, every request another, and the processor time of
//! the server is divided by their number. Then all of them come at a fixed rate (`ATTACKS_PER_SECOND`, 40) for a fixed time
//! (`ATTACK_SECONDS`, 15), while an ordinary client asks; its lost requests are counted, and its waiting compared with the same
//! time in peace. At last come those who never finish what they began, with the peak of the server's memory.
//! `ATTACKS_ONLY=waiting` leaves out all but these.
//!
//! `documents` is what is sent, `wire` sends it, `ordinary` is the ordinary client, and `waiting` are those who wait.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measurement that cannot go on should say where"
)]

mod documents;
mod ordinary;
mod waiting;
mod wire;

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use documents::{Attack, attacks};
use ordinary::{ORDINARY, ordinary};
use tokio::time::{interval, sleep};
use wire::{Answer, ask, hold};

/// How often each attack comes, to be measured.
const TIMES: u32 = 40;
/// How many hold a connection without asking.
const HELD: u32 = 200;
/// What the ordinary client asks.
const QUESTION: &str = "{ listings(first: 20) { totalCount nodes { id title organisation { name } areas { name } } } }";

#[tokio::main]
async fn main() {
    let rate: u32 = setting("ATTACKS_PER_SECOND").map_or(40, |text| text.parse().unwrap());
    let seconds: u64 = setting("ATTACK_SECONDS").map_or(15, |text| text.parse().unwrap());
    let server = Server::start();
    let address = server.address;
    let asked = wire::post(address, &documents::body(QUESTION));
    for _ in 0..20 {
        assert_eq!(ask(address, &asked).await.status, 200);
    }
    let time = Duration::from_secs(seconds);
    if setting("ATTACKS_ONLY").as_deref() != Some("waiting") {
        documents_and_connections(&server, &asked, rate, time).await;
    }
    waiting::measure(&server, &asked, time).await;
}

async fn documents_and_connections(server: &Server, asked: &[u8], rate: u32, time: Duration) {
    let address = server.address;
    let idle = server.idle().await;
    println!(
        "at rest the server takes {:.1} ms a second\n",
        idle * 1000.0
    );

    println!("| attack | bytes | answer | CPU of the server, each | longest wait |");
    println!("|---|---:|---|---:|---:|");
    let attacks = attacks();
    for attack in &attacks {
        alone(server, attack, idle).await;
    }
    held(
        server,
        "slow headers",
        b"GET /health/live HTTP/1.1\r\nHost: a\r\nX-Slow: ",
        false,
        idle,
    )
    .await;
    held(server, "slow bodies", SLOW_BODY, false, idle).await;
    held(server, "half-closed sockets", SLOW_BODY, true, idle).await;

    println!(
        "\n| an ordinary client, {ORDINARY} times a second for {} s | asked | lost | median | 99 of 100 | longest |",
        time.as_secs()
    );
    println!("|---|---:|---:|---:|---:|---:|");
    let asks = || {
        let asked = asked.to_vec();
        async move { ask(address, &asked).await }
    };
    ordinary(time, asks).await.tell("in peace", "");
    let attacking = tokio::spawn(attack_for(address, attacks, rate, time));
    let beside = ordinary(time, asks).await;
    let sent = attacking.await.unwrap();
    let when = format!("beside {sent} hostile requests, {rate} a second");
    beside.tell(&when, "");
}

const SLOW_BODY: &[u8] =
    b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{";

/// One kind of attack, request after request.
async fn alone(server: &Server, attack: &Attack, idle: f64) {
    let (before, begun) = (server.cpu(), Instant::now());
    let (mut longest, mut told) = (Duration::ZERO, String::new());
    let mut bytes = 0;
    for turn in 0..TIMES {
        let request = (attack.request)(server.address, turn as usize);
        bytes = request.len();
        let answer = ask(server.address, &request).await;
        longest = longest.max(answer.took);
        told = answer.told();
    }
    let cpu = server.cpu() - before - idle * begun.elapsed().as_secs_f64();
    row(attack.name, bytes, &told, cpu / f64::from(TIMES), longest);
}

/// Many who hold a connection and say no more, until they are hung up on.
async fn held(server: &Server, name: &str, beginning: &'static [u8], half: bool, idle: f64) {
    let (before, begun) = (server.cpu(), Instant::now());
    let address = server.address;
    let all: Vec<_> = (0..HELD)
        .map(|_| tokio::spawn(hold(address, beginning, half)))
        .collect();
    let mut longest = Duration::ZERO;
    let mut told = String::new();
    for one in all {
        let answer: Answer = one.await.unwrap();
        longest = longest.max(answer.took);
        told = answer.told();
    }
    let cpu = server.cpu() - before - idle * begun.elapsed().as_secs_f64();
    row(
        &format!("{HELD} {name} at once"),
        beginning.len(),
        &told,
        cpu / f64::from(HELD),
        longest,
    );
}

fn row(name: &str, bytes: usize, told: &str, cpu: f64, longest: Duration) {
    let cpu = cpu.max(0.0) * 1000.0;
    println!(
        "| {name} | {bytes} | {told} | {cpu:.1} ms | {:.0} ms |",
        longest.as_secs_f64() * 1000.0
    );
}

/// All kinds in turn, at a fixed rate, whether they are answered or not; how many were sent.
async fn attack_for(address: SocketAddr, attacks: Vec<Attack>, rate: u32, time: Duration) -> usize {
    let begun = Instant::now();
    let mut ticks = interval(Duration::from_secs(1) / rate);
    let mut sent = 0;
    let mut under_way = Vec::new();
    while begun.elapsed() < time {
        ticks.tick().await;
        let request = (attacks[sent % attacks.len()].request)(address, TIMES as usize + sent);
        sent += 1;
        under_way.push(tokio::spawn(async move { ask(address, &request).await }));
    }
    for one in under_way {
        one.await.unwrap();
    }
    sent
}

/// The marketplace in a process of its own, which ends with this one.
struct Server {
    child: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Server {
    fn start() -> Self {
        let program =
            setting("MARKETPLACE_BIN").expect("set MARKETPLACE_BIN, or run `make attacks`");
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(program)
            .args(["serve", "--demo"])
            .current_dir(folder.path())
            .env_clear()
            .env("DATABASE_URL", "sqlite://marketplace.db")
            .env("MARKETPLACE_LISTEN", "127.0.0.1:0")
            .env("MARKETPLACE_POINTS_PER_ADDRESS", "0")
            .env("MARKETPLACE_SIGN_INS_PER_ADDRESS", "0")
            .env("RUST_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut lines = output.lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let rest = line.strip_prefix("GraphQL     http://")?;
            rest.split('/').next()?.parse().ok()
        });
        // What else it says is of no interest, but must go somewhere.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            address: address.expect("the server says where it listens"),
            _folder: folder,
        }
    }

    /// The processor time that it has taken, in seconds.
    fn cpu(&self) -> f64 {
        let text = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = text
            .rsplit_once(')')
            .unwrap()
            .1
            .split_whitespace()
            .collect();
        let ticks: f64 = [11, 12]
            .map(|at: usize| fields[at].parse::<f64>().unwrap())
            .iter()
            .sum();
        ticks / 100.0
    }

    /// The most memory that it has held at once, in bytes, since the start or since this was forgotten.
    fn peak_memory(&self) -> u64 {
        let text = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = peak.and_then(|peak| peak.split_whitespace().next()?.parse::<u64>().ok());
        kilobytes.unwrap_or_default() * 1_024
    }

    /// Begins to measure the peak of its memory anew.
    fn forget_peak(&self) {
        fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").unwrap();
    }

    /// What it takes in a second while nobody asks.
    async fn idle(&self) -> f64 {
        let before = self.cpu();
        sleep(Duration::from_secs(5)).await;
        (self.cpu() - before) / 5.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "settings of a measurement are none of the product"
)]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
