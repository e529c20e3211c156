//! The same as server-sent events.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{A_WHILE, RECORDED, Served, act, told};
use crate::{both, support::Caller};

both! {
    async fn a_subscription_is_told_as_events(on) {
        let served = Served::new(on).await;
        let olive = served.world.person("Olive Owner").await;
        let fay = served.world.person("Fay Foreign").await;
        let elm = olive.organisation("Elm Works").await;
        let (mut hers, mut others) = (served.events(&olive).await, served.events(&fay).await);
        assert_eq!(hers.headers[header::CONTENT_TYPE], "text/event-stream");
        assert_eq!(hers.headers[header::CACHE_CONTROL], "no-store");
        act(&olive, &elm, "A desk").await;
        assert_eq!(told(&hers.answer().await), "listing.drafted");
        assert!(others.is_silent(A_WHILE).await);
        served.world.app.closing.send_replace(true);
        assert_eq!(hers.next().await, Some(("complete".into(), Value::Null)));
        assert_eq!(hers.next().await, None);
    }

    async fn a_query_is_one_event_and_the_end(on) {
        let served = Served::new(on).await;
        let mut events = served.world.stranger().hear("{ viewer { kind } }", json!({})).await;
        assert_eq!(events.answer().await, json!({"data": {"viewer": {"kind": "ANONYMOUS"}}}));
        assert_eq!(events.next().await, Some(("complete".into(), Value::Null)));
        assert_eq!(events.next().await, None);
        let get = Request::get("/graphql/stream?query=%7B__typename%7D").header(header::ACCEPT, "text/event-stream");
        let reply = served.world.stranger().send(get.body(Body::empty()).unwrap()).await;
        assert!(reply.text.ends_with("event: next\ndata: {\"data\":{\"__typename\":\"Query\"}}\n\nevent: complete\ndata:\n\n"), "{}", reply.text);
    }

    async fn what_cannot_be_executed_is_an_event_and_what_cannot_be_read_is_answered_as_json(on) {
        let served = Served::new(on).await;
        let stranger = served.world.stranger();
        for (query, code) in [("nonsense", "GRAPHQL_PARSE_FAILED"), ("subscription { nonsense }", "GRAPHQL_VALIDATION_FAILED"), ("{ nonsense }", "GRAPHQL_VALIDATION_FAILED"),
            ("query ($v: Int!) { offers(first: $v) { totalCount } }", "GRAPHQL_VALIDATION_FAILED"), ("{ ...A } fragment A on Query { ...A }", "CIRCULAR_FRAGMENT")] {
            let mut events = stranger.hear(query, json!({})).await;
            assert_eq!((events.status.as_u16(), events.headers[header::CONTENT_TYPE].to_str().unwrap()), (200, "text/event-stream"), "{query}");
            let answer = events.answer().await;
            assert!(answer.get("data").is_none() && answer["errors"][0]["extensions"]["code"] == code, "{answer}");
            assert_eq!(events.next().await, Some(("complete".into(), Value::Null)));
            assert_eq!(events.next().await, None);
        }
        let events = stranger.hear("", json!({})).await;
        assert_eq!(events.status, 400);
        assert_eq!(events.json().await["errors"][0]["extensions"]["code"], "BAD_REQUEST");
        let mut refused = stranger.hear(RECORDED, json!({})).await;
        assert_eq!(refused.answer().await["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        assert_eq!(refused.next().await, Some(("complete".into(), Value::Null)));
        let broken = Caller::new(served.world.router.clone(), Some("nonsense".into()));
        assert_eq!(broken.hear(RECORDED, json!({})).await.status, 401);
        for (method, accept, query, status) in [("GET", "text/event-stream", "mutation%7BsignOut(input:%7B%7D)%7BuserErrors%7Bcode%7D%7D%7D", 405), ("GET", "application/json", "%7Ba%7D", 406), ("GET", "text/event-stream;Q=0, text/*", "%7Ba%7D", 406), ("GET", "*/*;q=0", "%7Ba%7D", 406), ("PUT", "text/event-stream", "%7Ba%7D", 405)] {
            let request = Request::builder().method(method).uri(format!("/graphql/stream?query={query}")).header(header::ACCEPT, accept);
            let reply = stranger.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(reply.status, status, "{}", reply.text);
            crate::front_door::speaks_plainly(&reply);
        }
    }

    async fn a_subscription_by_post_is_told_where_to_go(on) {
        let served = Served::new(on).await;
        let reply = served.world.stranger().ask(RECORDED, json!({})).await;
        assert_eq!(reply.codes(), ["SUBSCRIPTION_NOT_HERE"]);
        assert!(reply.text.contains("/graphql/ws") && reply.text.contains("/graphql/stream"));
    }

    async fn events_end_when_the_session_does(on) {
        let served = Served::with(on, |config, _| config.session_check = Duration::from_millis(100)).await;
        let olive = served.world.person("Olive Owner").await;
        let mut events = served.events(&olive).await;
        olive.ask("mutation { signOut(input: {}) { userErrors { code } } }", json!({})).await.at("signOut");
        assert_eq!(events.answer().await["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        assert_eq!(events.next().await, Some(("complete".into(), Value::Null)));
        assert_eq!(events.next().await, None);
    }

    async fn a_connection_is_kept_alive(on) {
        let served = Served::with(on, |config, _| config.heartbeat = Duration::from_millis(50)).await;
        let olive = served.world.person("Olive Owner").await;
        let body = json!({"query": RECORDED}).to_string();
        let mut stream = TcpStream::connect(served.address).await.unwrap();
        let head = format!("POST /graphql/stream HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n\
            Authorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{body}", olive.token.unwrap(), body.len());
        stream.write_all(head.as_bytes()).await.unwrap();
        let (mut text, mut bytes) = (String::new(), [0; 1024]);
        while text.matches(":\n\n").count() < 4 {
            let read = stream.read(&mut bytes).await.unwrap();
            assert!(read > 0, "{text}");
            text.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
        }
        assert!(text.starts_with("HTTP/1.1 200 OK") && text.contains("text/event-stream"), "{text}");
    }
}
