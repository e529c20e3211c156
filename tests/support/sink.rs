//! A mail server in the test's own process: it takes all mail and keeps it, or refuses as often as it is told to.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// A mail that was taken.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The address in the envelope.
    pub to: String,
    head: String,
    body: String,
}

impl Mail {
    fn read(to: String, data: &str) -> Self {
        let (head, body) = data.split_once("\r\n\r\n").unwrap_or((data, ""));
        // Long lines go on after a break and a blank.
        let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        Self {
            to,
            body: body.to_owned(),
            head,
        }
    }

    /// What stands in a header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        let start = format!("{}:", name.to_lowercase());
        let mut lines = self.head.split("\r\n");
        let line = lines.find(|line| line.to_lowercase().starts_with(&start));
        line.map_or("", |line| line[start.len()..].trim())
    }

    /// The subject, decoded.
    pub fn subject(&self) -> String {
        let mut subject = String::new();
        for word in self.header("Subject").split(' ') {
            let encoded = word
                .strip_prefix("=?utf-8?b?")
                .and_then(|word| word.strip_suffix("?="));
            match encoded {
                Some(encoded) => {
                    subject
                        .push_str(&String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap());
                }
                None => subject.extend([" ", word]),
            }
        }
        subject.trim().to_owned()
    }

    /// What it says, decoded.
    pub fn text(&self) -> String {
        let bytes = match self.header("Content-Transfer-Encoding") {
            "quoted-printable" => quoted_printable(&self.body),
            "base64" => STANDARD.decode(self.body.replace("\r\n", "")).unwrap(),
            _ => self.body.clone().into_bytes(),
        };
        String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
    }

    /// What it tells, sentence by sentence.
    pub fn sentences(&self) -> Vec<String> {
        let text = self.text();
        let lines = text.lines().filter_map(|line| line.strip_prefix("- "));
        lines.map(str::to_owned).collect()
    }
}

fn quoted_printable(text: &str) -> Vec<u8> {
    let text = text.replace("=\r\n", "");
    let mut parts = text.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend(&part.as_bytes()[2..]);
    }
    bytes
}

/// What the server has taken and will refuse.
#[derive(Default)]
struct Kept {
    mails: Mutex<Vec<Mail>>,
    refusals: AtomicUsize,
    /// Addresses that are rejected for ever, with the answer.
    rejected: Mutex<HashMap<String, &'static str>>,
    milliseconds: AtomicU64,
}

/// The mail server.
pub struct Sink {
    pub url: String,
    kept: Arc<Kept>,
}

impl Sink {
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let kept = Arc::<Kept>::default();
        tokio::spawn({
            let kept = Arc::clone(&kept);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let kept = Arc::clone(&kept);
                    // Who is killed hangs up in the middle of a word, and that is as well.
                    tokio::spawn(async move { talk(stream, &kept).await });
                }
            }
        });
        Self {
            url: format!("smtp://{address}"),
            kept,
        }
    }

    /// Refuses the next mails.
    pub fn refuse(&self, count: usize) {
        self.kept.refusals.store(count, Ordering::Relaxed);
    }

    /// Rejects all mail to an address, with a line such as `550 5.1.1 No such user`.
    pub fn reject(&self, address: &str, answer: &'static str) {
        let mut rejected = self.kept.rejected.lock().unwrap();
        rejected.insert(address.to_owned(), answer);
    }

    /// Rejects no mail any more.
    pub fn reject_none(&self) {
        self.kept.rejected.lock().unwrap().clear();
    }

    /// Takes its time over each mail.
    pub fn take_time(&self, milliseconds: u64) {
        self.kept
            .milliseconds
            .store(milliseconds, Ordering::Relaxed);
    }

    /// What was taken so far.
    pub fn mails(&self) -> Vec<Mail> {
        self.kept.mails.lock().unwrap().clone()
    }

    /// What was taken so far for an address.
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        let mut mails = self.mails();
        mails.retain(|mail| mail.to == address);
        mails
    }
}

/// One connection, from greeting to goodbye.
async fn talk(stream: TcpStream, kept: &Kept) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let (mut line, mut to) = (String::new(), String::new());
    stream.write_all(b"220 sink\r\n").await?;
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let word = line.split_whitespace().next().unwrap_or_default();
        let answer = match word.to_uppercase().as_str() {
            "EHLO" => "250-sink\r\n250 8BITMIME\r\n",
            "RCPT" => {
                let address = line.split(['<', '>']).nth(1);
                address.unwrap_or_default().clone_into(&mut to);
                let rejected = kept.rejected.lock().unwrap();
                rejected.get(&to).copied().unwrap_or("250 OK\r\n")
            }
            "DATA" => {
                stream.write_all(b"354 Go on\r\n").await?;
                let data = data(&mut stream).await?;
                let takes = kept.milliseconds.load(Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(takes)).await;
                if kept.refusals.load(Ordering::Relaxed) > 0 {
                    kept.refusals.fetch_sub(1, Ordering::Relaxed);
                    "451 Not now\r\n"
                } else {
                    kept.mails
                        .lock()
                        .unwrap()
                        .push(Mail::read(to.clone(), &data));
                    "250 OK\r\n"
                }
            }
            "QUIT" => {
                stream.write_all(b"221 Bye\r\n").await?;
                return Ok(());
            }
            _ => "250 OK\r\n",
        };
        stream.write_all(answer.as_bytes()).await?;
    }
}

/// The lines up to a full stop alone, of which each that begins with one has one more.
async fn data(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut data = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 || line == ".\r\n" {
            return Ok(data);
        }
        data.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
