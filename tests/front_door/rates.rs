//! How much one caller may ask for, and how much all of them at once.

use std::time::{Duration, Instant};

use api::http::server::Peer;
use axum::http::{HeaderMap, header};
use futures_util::future::join_all;
use serde_json::json;

use super::{WHO, asking, get, post, refused};
use crate::{
    both,
    support::{Caller, On, Reply, World},
};

async fn from(caller: &Caller, address: &str, said: Option<&str>, query: &str) -> Reply {
    let mut request = post(asking(query));
    let address = format!("{address}:4000").parse().unwrap();
    request.extensions_mut().insert(Peer(address));
    if let Some(said) = said {
        request
            .headers_mut()
            .insert("x-forwarded-for", said.parse().unwrap());
    }
    caller.send(request).await
}

/// What somebody at an address gets who reads without GraphQL.
async fn read(caller: &Caller, address: &str, path: &str, tag: Option<&str>) -> Reply {
    let mut request = get(path);
    let address = format!("{address}:4000").parse().unwrap();
    request.extensions_mut().insert(Peer(address));
    if let Some(tag) = tag {
        let headers = request.headers_mut();
        headers.insert(header::IF_NONE_MATCH, tag.parse().unwrap());
    }
    caller.send(request).await
}

/// How many points an answer says are left.
fn left(reply: &Reply) -> u64 {
    let left = reply.headers["ratelimit"].to_str().unwrap();
    let left = left.strip_prefix("\"points\";r=").unwrap();
    left.split(';').next().unwrap().parse().unwrap()
}

fn number(headers: &HeaderMap, name: &str) -> u64 {
    headers[name].to_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn who_asks_too_much_waits_and_nobody_else_does() {
    let world = World::with(On::Sqlite, |config| {
        (
            config.rate_limits.points_per_address,
            config.rate_limits.points_per_person,
        ) = (5, 40);
        config.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    })
    .await;
    let (anyone, person) = (world.stranger(), world.person("Olive Owner").await);
    for remaining in [4, 3, 2, 1, 0] {
        let reply = from(&anyone, "203.0.113.9", Some("198.51.100.7"), WHO).await;
        assert_eq!(reply.at("viewer.kind"), "ANONYMOUS");
        assert_eq!(reply.headers["ratelimit-policy"], "\"points\";q=5;w=60");
        let left = reply.headers["ratelimit"].to_str().unwrap();
        assert!(
            left.starts_with(&format!("\"points\";r={remaining};t=")),
            "{left}"
        );
    }
    // What does not even parse has its price, and a header that anybody can write is no way out.
    for query in [WHO, "nonsense {"] {
        let reply = from(&anyone, "203.0.113.9", Some("198.51.100.8"), query).await;
        refused(&reply, 429, "RATE_LIMITED");
        assert!((1..=12).contains(&number(&reply.headers, "retry-after")));
        assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
    }
    for (address, said) in [
        ("203.0.113.10", None),
        ("10.0.0.1", Some("203.0.113.11")),
        ("10.0.0.1", Some("203.0.113.9, 203.0.113.12")),
    ] {
        assert_eq!(
            from(&anyone, address, said, WHO).await.status,
            200,
            "{address} {said:?}"
        );
    }
    refused(
        &from(&anyone, "10.0.0.1", Some("203.0.113.9"), WHO).await,
        429,
        "RATE_LIMITED",
    );
    // Who signed in pays by themselves, by what they ask for.
    assert_eq!(
        from(&person, "203.0.113.9", None, WHO)
            .await
            .at("viewer.kind"),
        "PERSON"
    );
    let large = "{ offers(first: 100) { nodes { id title state kind version updatedAt } } }";
    let mut outcomes = Vec::new();
    for _ in 0..8 {
        outcomes.push(
            from(&person, "203.0.113.9", None, large)
                .await
                .status
                .as_u16(),
        );
    }
    assert_eq!(outcomes, [200, 200, 200, 200, 200, 429, 429, 429]);
}

#[tokio::test]
async fn passwords_are_tried_so_often_from_one_address() {
    let world = World::with(On::Sqlite, |config| {
        config.rate_limits.sign_ins_per_address = 4;
    })
    .await;
    let anyone = world.stranger();
    let tries = |times: usize| {
        let one = "signIn(input: {email: \"a@b.example\", password: \"seven wooden otters\"}) { accessToken }";
        let fields: Vec<String> = (0..times).map(|at| format!("a{at}: {one}")).collect();
        format!("mutation {{ {} }}", fields.join(" "))
    };
    assert_eq!(
        from(&anyone, "203.0.113.9", None, &tries(3)).await.status,
        200
    );
    // Aliases are tries too.
    refused(
        &from(&anyone, "203.0.113.9", None, &tries(2)).await,
        429,
        "RATE_LIMITED",
    );
    assert_eq!(
        from(&anyone, "203.0.113.10", None, &tries(1)).await.status,
        200
    );
    // Mail to whatever address a stranger names comes out of the same purse.
    let event = uuid::Uuid::now_v7();
    let asks = format!(
        "mutation {{ registerAsGuest(input: {{eventId: \"event:{event}\", name: \"Gus\", email: \"a@b.example\", consent: true}}) {{ mailedTo }} }}"
    );
    assert_eq!(
        from(&anyone, "203.0.113.9", None, &asks).await.status,
        200,
        "the fourth"
    );
    refused(
        &from(&anyone, "203.0.113.9", None, &asks).await,
        429,
        "RATE_LIMITED",
    );
    assert_eq!(
        from(&anyone, "203.0.113.9", None, WHO).await.status,
        200,
        "the rest goes on"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_can_be_done_is_put_off_and_its_health_is_told_all_the_same() {
    let world = World::with(On::Sqlite, |config| {
        (
            config.concurrency.max_in_work,
            config.concurrency.max_waiting,
        ) = (1, 2);
        config.concurrency.max_wait_milliseconds = 60_000;
    })
    .await;
    let anyone = world.stranger();
    let slow = "mutation { signIn(input: {email: \"a@b.example\", password: \"seven wooden otters\"}) { accessToken } }";
    let replies = join_all((0..12).map(|_| anyone.ask(slow, json!({}))));
    let metrics = Caller::new(api::http::metrics_router(world.app.clone()), None);
    let figures = async || {
        let told = metrics.send(get("/metrics")).await.text;
        ["in_work", "waiting", "turned_away"].map(|figure| {
            let name = format!("marketplace_requests_{figure} ");
            let found = told.lines().find_map(|line| line.strip_prefix(&name));
            found.expect(figure).parse::<usize>().unwrap()
        })
    };
    let health = async {
        let mut told = Vec::new();
        while figures().await[..2] != [1, 2] {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        for path in ["/health/live", "/health/ready", "/health/ready"] {
            told.push(anyone.send(get(path)).await.status.as_u16());
        }
        told
    };
    let (replies, health) = tokio::join!(replies, health);
    assert_eq!(health, [200, 200, 200]);
    let (done, put_off): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    assert!(
        done.len() >= 3 && !put_off.is_empty(),
        "{} done",
        done.len()
    );
    assert_eq!(figures().await, [0, 0, put_off.len()]);
    for reply in put_off {
        refused(reply, 503, "OVERLOADED");
        assert_eq!(number(&reply.headers, "retry-after"), 2);
    }
    assert_eq!(anyone.ask(WHO, json!({})).await.status, 200);
}

/// What is read without GraphQL and the points that each costs.
const DOCUMENTS: [(&str, u64); 9] = [
    ("/calendars/areas/surrey.ics", 101),
    ("/calendars/private.ics?token=none", 101),
    ("/feeds/listings.rpde", 21),
    ("/feeds/events.rpde?limit=500", 51),
    ("/feeds/events.atom", 6),
    ("/events/EVT-7K3M9-Q2X4T.ics", 1),
    ("/listings/OFF-7K3M9-Q2X4T.jsonld", 1),
    ("/guests?token=none", 1),
    ("/verify-email?token=none", 1),
];

both! {
    async fn what_is_read_without_graphql_is_paid_for_as_graphql_is(on) {
        let world = World::with(on, |config| config.rate_limits.points_per_address = 400).await;
        let anyone = world.stranger();
        let mut points = 400;
        // Some come back meanwhile: 400 in a minute.
        let begun = Instant::now();
        let spent = |reply: &Reply, before: u64, price: u64| {
            let slack = 7 + 7 * begun.elapsed().as_secs();
            assert!((before - price..=before - price + slack).contains(&left(reply)), "{} of {before}", left(reply));
            left(reply)
        };
        for (path, price) in DOCUMENTS {
            let reply = read(&anyone, "203.0.113.9", path, None).await;
            points = spent(&reply, points, price);
        }
        // Whoever has it already pays a part, and all of it where it has changed.
        let area = DOCUMENTS[0].0;
        let known = read(&anyone, "203.0.113.10", area, None).await;
        points = spent(&known, 400, 101);
        let tag = known.headers[header::ETAG].to_str().unwrap();
        let same = read(&anyone, "203.0.113.10", area, Some(tag)).await;
        points = spent(&same, points, 26);
        let changed = read(&anyone, "203.0.113.10", area, Some("\"old\"")).await;
        spent(&changed, points, 101);
        assert_eq!([same.status.as_u16(), changed.status.as_u16()], [304, 200]);

        while read(&anyone, "203.0.113.9", area, None).await.status == 200 {}
        let reply = read(&anyone, "203.0.113.9", area, None).await;
        refused(&reply, 429, "RATE_LIMITED");
        assert!((1..=16).contains(&number(&reply.headers, "retry-after")));
        let large = "{ offers(first: 100) { nodes { id title state kind version organisation { id name kind } } } }";
        let graphql = async |address: &str| {
            let mut last = from(&anyone, address, None, large).await;
            while last.status == 200 && left(&last) > 100 {
                last = from(&anyone, address, None, large).await;
            }
            last
        };
        assert!(left(&graphql("203.0.113.11").await) <= 100);
        refused(&read(&anyone, "203.0.113.11", area, None).await, 429, "RATE_LIMITED");
        for path in ["/health/live", "/health/ready", "/.well-known/jwks.json", "/graphiql", "/nothing"] {
            let reply = read(&anyone, "203.0.113.9", path, None).await;
            assert!(reply.status != 429 && !reply.headers.contains_key("ratelimit"), "{path}");
        }
    }

    async fn what_is_read_without_graphql_waits_for_its_turn(on) {
        let world = World::with(on, |config| {
            (config.concurrency.max_in_work, config.concurrency.max_waiting) = (1, 0);
        })
        .await;
        let anyone = world.stranger();
        let turn = world.app.concurrency.permit().await.unwrap();
        for (path, _) in DOCUMENTS {
            let reply = anyone.send(get(path)).await;
            refused(&reply, 503, "OVERLOADED");
            assert_eq!(number(&reply.headers, "retry-after"), 2);
        }
        for path in ["/health/live", "/health/ready", "/.well-known/jwks.json", "/graphiql"] {
            assert_ne!(anyone.send(get(path)).await.status, 503, "{path}");
        }
        drop(turn);
        for (path, _) in DOCUMENTS {
            let reply = anyone.send(get(path)).await;
            assert!([200, 404].contains(&reply.status.as_u16()), "{path}: {}", reply.status);
        }
        assert_eq!(world.app.concurrency.running(), 0);
    }
}
