//! Other addresses, and what every answer carries.

use std::time::{Duration, Instant};

use api::kit::database::ConnectionLimits;
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use entity::person::PlatformRole;
use sea_orm::ConnectionTrait;
use serde_json::json;
use tokio::time::sleep;
use uuid::Uuid;

use super::{WHO, asking, get, post, refused, speaks_plainly};
use crate::{
    both,
    support::{Caller, On, World},
};

#[tokio::test]
async fn other_addresses_answer_in_json_too() {
    let world = World::new(On::Sqlite).await;
    let anyone = world.stranger();
    for path in [
        "/nothing",
        "/graphql/",
        "/graphql/x",
        "/.env",
        "/health",
        "/graphiql/../Cargo.toml",
        "/graphiql/..%2f..%2fCargo.toml",
        "/graphiql/%2e%2e/%2e%2e/Cargo.toml",
    ] {
        refused(&anyone.send(get(path)).await, 404, "NOT_FOUND");
    }
    for path in ["/graphiql/%ff", "/mail/unsubscribe?token=a&token=b"] {
        refused(&anyone.send(get(path)).await, 400, "BAD_REQUEST");
    }
    for path in [
        "/health/live",
        "/health/ready",
        "/.well-known/jwks.json",
        "/graphiql",
        "/",
    ] {
        let reply = anyone
            .send(Request::post(path).body(Body::empty()).unwrap())
            .await;
        refused(&reply, 405, "METHOD_NOT_ALLOWED");
        assert!(
            reply.headers[header::ALLOW]
                .to_str()
                .unwrap()
                .contains("GET"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_request_is_known_by_its_id() {
    let world = World::new(On::Sqlite).await;
    let mut request = post(asking(WHO));
    request
        .headers_mut()
        .insert("x-request-id", "of-mine-7".parse().unwrap());
    assert_eq!(
        world.stranger().send(request).await.headers["x-request-id"],
        "of-mine-7"
    );
    for odd in ["", "a b", "{}", &"x".repeat(200), "a\tb"] {
        let mut request = post(asking(WHO));
        request
            .headers_mut()
            .insert("x-request-id", odd.parse().unwrap());
        let given = world.stranger().send(request).await.headers["x-request-id"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(given != odd && given.len() == 36, "{odd:?}: {given}");
    }
    let (one, two) = (
        world.stranger().send(post(asking(WHO))).await,
        world.stranger().send(get("/nothing")).await,
    );
    assert_ne!(one.headers["x-request-id"], two.headers["x-request-id"]);
}

#[tokio::test]
async fn pages_of_other_origins_may_call_where_the_settings_say_so() {
    let closed = World::new(On::Sqlite).await;
    let open = World::with(On::Sqlite, |config| {
        config.origins = vec!["https://app.example.org".into()];
    })
    .await;
    for (world, origin, allowed) in [
        (&closed, "https://app.example.org", false),
        (&open, "https://app.example.org", true),
        (&open, "https://app.example.org.evil.example", false),
        (&open, "null", false),
    ] {
        let preflight = Request::options("/graphql")
            .header(header::ORIGIN, origin)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .header(
                header::ACCESS_CONTROL_REQUEST_HEADERS,
                "authorization,content-type",
            );
        let mut request = post(asking(WHO));
        request
            .headers_mut()
            .insert(header::ORIGIN, origin.parse().unwrap());
        for reply in [
            world
                .stranger()
                .send(preflight.body(Body::empty()).unwrap())
                .await,
            world.stranger().send(request).await,
        ] {
            let answer = reply
                .headers
                .get(header::ACCESS_CONTROL_ALLOW_ORIGIN)
                .map(|value| value.to_str().unwrap());
            assert_eq!(answer, allowed.then_some(origin), "{origin}");
            assert!(
                !reply
                    .headers
                    .contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS)
            );
        }
    }
}

#[tokio::test]
async fn answers_are_small_private_and_not_guessed_at() {
    let world = World::new(On::Sqlite).await;
    let long = asking("{ areas { code name kind } }");
    let mut request = post(long.clone());
    request
        .headers_mut()
        .insert(header::ACCEPT_ENCODING, "gzip, br".parse().unwrap());
    let packed = world.stranger().send(request).await;
    assert_eq!(packed.headers[header::CONTENT_ENCODING], "br");
    let mut small = post(asking(WHO));
    small
        .headers_mut()
        .insert(header::ACCEPT_ENCODING, "gzip, br".parse().unwrap());
    assert!(
        !world
            .stranger()
            .send(small)
            .await
            .headers
            .contains_key(header::CONTENT_ENCODING)
    );
    let plain = world.stranger().send(post(long)).await;
    assert!(!plain.headers.contains_key(header::CONTENT_ENCODING));
    assert!(plain.at("areas").as_array().unwrap().len() > 10);
    assert!(packed.text.len() * 2 < plain.text.len());
    for reply in [
        &plain,
        &world.stranger().send(post("")).await,
        &world.stranger().send(get("/nothing")).await,
    ] {
        assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(reply.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(reply.headers[header::REFERRER_POLICY], "no-referrer");
        assert_eq!(reply.headers[header::X_FRAME_OPTIONS], "DENY");
        assert_eq!(
            reply.headers[header::CONTENT_SECURITY_POLICY],
            "default-src 'none'; frame-ancestors 'none'"
        );
        assert!(
            reply.headers[header::CONTENT_TYPE]
                .to_str()
                .unwrap()
                .ends_with("charset=utf-8")
        );
    }
    assert!(
        plain
            .headers
            .get_all(header::VARY)
            .iter()
            .any(|vary| vary.to_str().unwrap().contains("authorization"))
    );
}

#[tokio::test]
async fn the_playground_comes_with_a_policy_or_says_that_it_is_not_there() {
    let world = World::new(On::Sqlite).await;
    let home = world.stranger().send(get("/")).await;
    assert_eq!(
        (
            home.status,
            home.headers[header::LOCATION].to_str().unwrap()
        ),
        (StatusCode::TEMPORARY_REDIRECT, "/graphiql")
    );
    let page = world.stranger().send(get("/graphiql")).await;
    if page.status == StatusCode::NOT_FOUND {
        refused(&page, 404, "NOT_FOUND");
        return;
    }
    assert!(
        page.headers[header::CONTENT_TYPE]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    let policy = page.headers[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap();
    for part in [
        "default-src 'none'",
        "script-src 'self';",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(
        !page.text.contains("https://unpkg") && !page.text.contains("//cdn"),
        "it loads nothing from elsewhere"
    );
}

#[tokio::test]
async fn others_can_check_tokens_by_the_public_keys() {
    let world = World::new(On::Sqlite).await;
    let reply = world.stranger().send(get("/.well-known/jwks.json")).await;
    let key = &reply.body["keys"][0];
    for (member, value) in [
        ("kty", "OKP"),
        ("crv", "Ed25519"),
        ("alg", "EdDSA"),
        ("use", "sig"),
    ] {
        assert_eq!(key[member], value);
    }
    assert_eq!(key["x"].as_str().unwrap().len(), 43);
    assert!(
        key.get("d").is_none(),
        "the private part is nobody's business"
    );
    assert!(key["kid"].as_str().is_some_and(|kid| !kid.is_empty()));
}

#[tokio::test]
async fn it_says_whether_it_lives_and_whether_it_is_ready() {
    let world = World::new(On::Sqlite).await;
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(world.stranger().send(get(path)).await.status, 200, "{path}");
    }
    world.app.database.read.close().await.unwrap();
    world.app.database.probe.clone().close().await.unwrap();
    sleep(Duration::from_millis(2_100)).await;
    assert_eq!(world.stranger().send(get("/health/live")).await.status, 200);
    refused(
        &world.stranger().send(get("/health/ready")).await,
        503,
        "NOT_READY",
    );
    world.app.closing.send_replace(true);
    let stops = world.stranger().send(get("/health/ready")).await;
    assert!(stops.status == 503 && stops.text.contains("The server stops."));
    let lost = world
        .stranger()
        .ask("{ offers { nodes { title } } }", json!({}))
        .await;
    assert_eq!(lost.codes(), ["INTERNAL"]);
    speaks_plainly(&lost);
}

#[tokio::test]
async fn prometheus_reads_what_went_on_and_nothing_of_whom() {
    let world = World::new(On::Sqlite).await;
    let person = world.person("Olive Owner").await;
    for query in [WHO, WHO, "{ listing { id } }", "{ olive: nothing }"] {
        person.ask(query, json!({})).await;
    }
    let metrics = Caller::new(api::http::metrics_router(world.app.clone()), None);
    let told = metrics.send(get("/metrics")).await.text;
    for line in [
        "marketplace_operations_total{field=\"viewer\",outcome=\"Ok\"} 2",
        "marketplace_operations_total{field=\"listing\",outcome=\"Failed\"} 1",
        "marketplace_operations_total{field=\"none\",outcome=\"Refused\"} 1",
        "marketplace_operation_seconds_count{field=\"viewer\"} 2",
        "marketplace_documents_known_total 1",
        "marketplace_reference_readings 1",
        "marketplace_database_connections{pool=\"write\",state=\"Closed\"} 0",
        "# EOF",
    ] {
        assert!(told.lines().any(|told| told == line), "{line}: {told}");
    }
    assert!(
        told.contains("marketplace_statements ")
            && !told.contains("olive")
            && !told.contains("Olive")
    );
    super::refused(
        &world.stranger().send(get("/metrics")).await,
        404,
        "NOT_FOUND",
    );
}

#[tokio::test]
async fn strangers_and_staff_meet_the_same_door() {
    let world = World::new(On::Sqlite).await;
    let staff = world.staff("Bo Broker", PlatformRole::Broker).await;
    for caller in [&world.stranger(), &staff] as [&Caller; 2] {
        refused(
            &caller
                .ask("{ ...A } fragment A on Query { ...A }", json!({}))
                .await,
            200,
            "CIRCULAR_FRAGMENT",
        );
    }
}

both! {
    async fn it_is_ready_while_requests_use_every_connection_and_says_that_they_do(on) {
        let world = World::new(on).await;
        let limits = ConnectionLimits::new(4, false);
        let slow = (0..4).map(|_| {
            let (database, request) = (world.app.database.clone(), limits.request(Some(Uuid::now_v7()), None, None));
            tokio::spawn(request.run(async move { database.read.execute_unprepared(slow(on)).await }))
        });
        let slow: Vec<_> = slow.collect();
        sleep(Duration::from_millis(300)).await;
        let anyone = world.stranger();
        let waits = tokio::spawn({
            let anyone = anyone.clone();
            async move { anyone.ask("{ offers { nodes { title } } }", json!({})).await }
        });
        for _ in 0..3 {
            let begun = Instant::now();
            assert_eq!(anyone.send(get("/health/ready")).await.status, 200);
            assert!(begun.elapsed() < Duration::from_secs(2), "after {:?}", begun.elapsed());
        }
        let metrics = Caller::new(api::http::metrics_router(world.app.clone()), None);
        let told = metrics.send(get("/metrics")).await.text;
        let pool = if on == On::Sqlite { "read" } else { "statements" };
        let busy = format!("marketplace_database_connections{{pool=\"{pool}\",state=\"Busy\"}} 4");
        assert!(told.lines().any(|line| line == busy), "{told}");
        assert!(!waits.is_finished(), "whoever asks the database waits");
        slow.iter().for_each(tokio::task::JoinHandle::abort);
        assert!(waits.await.unwrap().codes().is_empty());
    }
}

/// A statement that takes three seconds on PostgreSQL, and on SQLite until it is stopped.
pub const fn slow(on: On) -> &'static str {
    match on {
        On::Sqlite => {
            "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT COUNT(*) FROM t"
        }
        On::Postgres => "SELECT pg_sleep(3)",
    }
}
