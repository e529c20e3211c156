//! The end of the program, when it is told to stop by the signal that containers are stopped by.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{connect, get, post, rest};
use crate::{
    both,
    live::Socket,
    support::{Program, World},
};

/// Long enough for what was said to arrive.
const A_WHILE: Duration = Duration::from_millis(300);
const PUBLISHED: &str = "subscription { listingPublished { id } }";

both! {
    async fn who_is_served_is_answered_and_who_listens_is_told_that_it_ends(on) {
        let world = World::new(on).await;
        let key = world.app.config.token_key_file.clone().unwrap();
        let (program, address) = Program::serve(world.database_url(), &key, &[]);
        // Somebody listens over a socket, somebody to events, and somebody is in the middle of asking.
        let mut socket = Socket::open(address, &[]).await;
        socket.begin(None).await;
        socket.subscribe("1", PUBLISHED, json!({})).await;
        let listens = json!({"query": PUBLISHED}).to_string();
        let mut events = connect(address);
        events.write_all(post("/graphql/stream", "text/event-stream", &listens).as_bytes()).unwrap();
        let asks = post("/graphql", "application/json", &json!({"query": "{ viewer { kind } }"}).to_string());
        let (first, second) = asks.split_at(asks.len() - 10);
        let mut asking = connect(address);
        asking.write_all(first.as_bytes()).unwrap();
        let mut idle = connect(address);
        idle.write_all(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        assert!(idle.read(&mut [0; 2_000]).unwrap() > 0);
        tokio::time::sleep(A_WHILE).await;

        program.terminate();
        let told = Instant::now();
        assert_eq!(socket.goodbye().await, (1001, "The server stops".into()));
        let heard = rest(&mut events);
        assert!(heard.starts_with("HTTP/1.1 200 ") && heard.contains("event: complete\ndata:\n\n"), "{heard}");
        assert!(heard.ends_with("0\r\n\r\n"), "the answer is whole: {heard}");
        assert_eq!(rest(&mut idle), "", "the idle are hung up on");
        while TcpStream::connect(address).is_ok() {
            assert!(told.elapsed() < Duration::from_secs(5), "it still takes connections");
            std::thread::sleep(Duration::from_millis(10));
        }
        asking.write_all(second.as_bytes()).unwrap();
        let answer = rest(&mut asking);
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"ANONYMOUS\""), "{answer}");
        let ended = program.end();
        assert!(ended.status.success(), "{ended:?}");
        assert!(told.elapsed() < Duration::from_secs(15), "after {:?}", told.elapsed());
    }

    async fn who_never_says_what_they_want_does_not_keep_it(on) {
        let world = World::new(on).await;
        let key = world.app.config.token_key_file.clone().unwrap();
        let (program, address) = Program::serve(world.database_url(), &key, &[]);
        let mut slow = connect(address);
        slow.write_all(b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{").unwrap();
        assert!(get(address, "/health/ready", "").contains("\"ready\""));
        program.terminate();
        let told = Instant::now();
        let answer = rest(&mut slow);
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        let ended = program.end();
        assert!(ended.status.success(), "{ended:?}");
        assert!(told.elapsed() < Duration::from_secs(25), "after {:?}", told.elapsed());
    }
}
