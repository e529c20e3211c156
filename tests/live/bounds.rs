//! How many may listen, from where, and what they cost.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use tokio_tungstenite::tungstenite;

use super::{RECORDED, Served, Socket, act};
use crate::both;

/// The status with which a socket was not opened.
fn status(refused: Result<Socket, tungstenite::Error>) -> u16 {
    match refused {
        Err(tungstenite::Error::Http(response)) => response.status().as_u16(),
        Err(other) => panic!("{other}"),
        Ok(_) => 101,
    }
}

both! {
    async fn a_socket_runs_so_many_operations_and_a_person_holds_so_many_connections(on) {
        let served = Served::with(on, |config, _| {
            (config.running, config.per_person, config.anonymous, config.in_all) = (2, 2, 1, 4);
        }).await;
        let (olive, fay) = (served.world.person("Olive Owner").await, served.world.person("Fay Foreign").await);
        let mut first = served.socket_of(&olive).await;
        for id in ["1", "2", "3"] {
            first.subscribe(id, RECORDED, json!({})).await;
        }
        let heard = first.hear().await;
        assert!(heard["type"] == "error" && heard["id"] == "3" && heard["payload"][0]["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS", "{heard}");
        let second = olive.hear(RECORDED, json!({})).await;
        assert_eq!(olive.hear(RECORDED, json!({})).await.status, 429);
        let mut third = served.socket().await;
        let token = format!("Bearer {}", olive.token.clone().unwrap());
        third.say_json(json!({"type": "connection_init", "payload": {"Authorization": token}})).await;
        assert_eq!(third.closed().await, 1013);
        drop((second, third));
        let _known = served.socket_of(&fay).await;
        let _stranger = served.socket_of(&served.world.stranger()).await;
        let mut again = served.socket().await;
        assert_eq!(status(Socket::try_open(served.address, "graphql-transport-ws", &[]).await), 429);
        again.say_json(json!({"type": "connection_init"})).await;
        assert_eq!(again.closed().await, 1013);
        // Who leaves makes room, a little later.
        first.leave().await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(olive.hear(RECORDED, json!({})).await.status, 200);
    }

    async fn one_address_and_one_network_leave_sockets_to_others(on) {
        let served = Served::with(on, |connections, config| {
            (connections.per_address, connections.per_network) = (2, 3);
            config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        }).await;
        let olive = served.world.person("Olive Owner").await;
        let open = async |client: &str| Socket::try_open(served.address, "graphql-transport-ws", &[("x-forwarded-for", client)]).await;
        let mut held = Vec::new();
        for (client, expected) in [
            ("203.0.113.1", 101), ("203.0.113.1", 101), ("203.0.113.1", 429), ("203.0.113.2", 101), ("203.0.113.3", 429), ("198.51.100.1", 101),
            ("2001:db8:0:1::1", 101), ("2001:db8:0:1::2", 101), ("2001:db8:0:1:ffff::3", 429), ("2001:db8:0:2::1", 101), ("2001:db8:0:3::1", 429), ("2001:db8:1::1", 101),
        ] {
            match open(client).await {
                Ok(socket) => { assert_eq!(expected, 101, "{client}"); held.push(socket); }
                refused => assert_eq!(status(refused), expected, "{client}"),
            }
        }
        // Who says who they are has a limit of their own.
        held[0].begin(olive.token.as_deref()).await;
        held[1].begin(None).await;
        assert_eq!(status(open("203.0.113.1").await), 101);
        held.clear();
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(status(open("203.0.113.3").await), 101);
    }

    async fn pages_of_other_origins_open_no_socket(on) {
        let served = Served::with(on, |_, config| config.origins = vec!["https://app.example.org".into()]).await;
        let own = format!("http://{}", served.address);
        for (origin, expected) in [("https://app.example.org", 101), (own.as_str(), 101), ("https://evil.example", 403), ("null", 403)] {
            let opened = Socket::try_open(served.address, "graphql-transport-ws", &[("origin", origin)]).await;
            assert_eq!(status(opened), expected, "{origin}");
        }
        let plain = axum::http::Request::get("/graphql/ws").body(axum::body::Body::empty()).unwrap();
        let reply = served.world.stranger().send(plain).await;
        assert_eq!((reply.status.as_u16(), reply.codes()), (426, vec!["UPGRADE_REQUIRED"]));
        assert_eq!(reply.headers["sec-websocket-version"], "13");
    }

    async fn a_hundred_listeners_hear_within_a_second_or_so(on) {
        let served = Served::with(on, |config, _| config.per_person = 100).await;
        let olive = served.world.person("Olive Owner").await;
        let elm = olive.organisation("Elm Works").await;
        served.settled().await;
        let mut sockets = join_all((0..100).map(|_| async {
            let mut socket = served.socket_of(&olive).await;
            socket.subscribe("1", RECORDED, json!({"organisation": elm})).await;
            socket
        })).await;
        served.followed_by(100).await;
        let begun = Instant::now();
        act(&olive, &elm, "A desk").await;
        join_all(sockets.iter_mut().map(|socket| socket.answer("1"))).await;
        // A generous bound for a busy machine: it is measured elsewhere.
        assert!(begun.elapsed() < Duration::from_secs(8), "after {:?}", begun.elapsed());
    }

    async fn what_does_not_concern_them_costs_a_hundred_listeners_no_statement(on) {
        let served = Served::with(on, |config, _| config.per_person = 100).await;
        let (olive, fay) = (served.world.person("Olive Owner").await, served.world.person("Fay Foreign").await);
        let elm = olive.organisation("Elm Works").await;
        let mut statements = Vec::new();
        for listeners in [1, 100] {
            let mut sockets = Vec::new();
            while sockets.len() < listeners {
                sockets.push(served.listener(&fay, json!({})).await);
            }
            let mut hers = served.listener(&olive, json!({})).await;
            // The first act shows that it does not concern them.
            act(&olive, &elm, "A desk").await;
            hers.answer("1").await;
            tokio::time::sleep(Duration::from_millis(300)).await;
            let before = served.world.app.database.statements();
            for _ in 0..10 {
                act(&olive, &elm, "A desk").await;
                hers.answer("1").await;
            }
            statements.push(served.world.app.database.statements() - before);
        }
        // Besides them there are only the rounds that look for what was done.
        assert!(statements[1] < statements[0] + 100, "{statements:?}");
    }
}
