//! What comes in: methods, media types, bodies, tokens.

use std::time::{Duration, Instant};

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use futures_util::stream;
use serde_json::json;

use super::{WHO, address, asking, get, post, refused};
use crate::support::{On, World};

#[tokio::test]
async fn methods_and_media_types_have_each_their_answer() {
    let world = World::new(On::Sqlite).await;
    let anyone = world.stranger();
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
        let request = Request::builder()
            .method(method)
            .uri("/graphql")
            .body(Body::empty())
            .unwrap();
        let reply = anyone.send(request).await;
        refused(&reply, 405, "METHOD_NOT_ALLOWED");
        assert_eq!(reply.headers[header::ALLOW], "GET,HEAD,POST");
    }
    for media in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/jsonp",
    ] {
        let request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, media)
            .body(asking(WHO).into())
            .unwrap();
        refused(&anyone.send(request).await, 415, "UNSUPPORTED_MEDIA_TYPE");
    }
    refused(
        &anyone
            .send(Request::post("/graphql").body(asking(WHO).into()).unwrap())
            .await,
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    );
    for media in [
        "application/json",
        "APPLICATION/JSON",
        "application/json; charset=utf-8",
        " application/json ;x=y",
    ] {
        let request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, media)
            .body(asking(WHO).into())
            .unwrap();
        assert_eq!(
            anyone.send(request).await.at("viewer.kind"),
            "ANONYMOUS",
            "{media}"
        );
    }
}

#[tokio::test]
async fn the_client_chooses_the_media_type_of_the_answer() {
    let world = World::new(On::Sqlite).await;
    let anyone = world.stranger();
    let (newer, older) = (
        "application/graphql-response+json; charset=utf-8",
        "application/json; charset=utf-8",
    );
    for (accept, media, not_executed) in [
        (None, older, 200),
        (Some("*/*"), older, 200),
        (Some("application/*"), older, 200),
        (Some("application/json"), older, 200),
        (Some("application/graphql-response+json"), newer, 400),
        (
            Some("application/graphql-response+json, application/json;q=0.9"),
            newer,
            400,
        ),
        (
            Some("application/graphql-response+json;q=0.5, application/json"),
            older,
            200,
        ),
        (Some("text/html, application/json"), older, 200),
        (
            Some("APPLICATION/GRAPHQL-RESPONSE+JSON ; Q=0.9, application/json;q=0.8"),
            newer,
            400,
        ),
        (
            Some("application/graphql-response+json;Q=0, application/json;Q=0.1"),
            older,
            200,
        ),
        (Some("*/*, application/json;q=0"), newer, 400),
    ] {
        let ask = |body: String| {
            let mut request = post(body);
            if let Some(accept) = accept {
                request
                    .headers_mut()
                    .insert(header::ACCEPT, accept.parse().unwrap());
            }
            anyone.send(request)
        };
        let good = ask(asking(WHO)).await;
        assert_eq!(
            (
                good.status.as_u16(),
                good.headers[header::CONTENT_TYPE].to_str().unwrap()
            ),
            (200, media),
            "{accept:?}"
        );
        let bad = ask(asking("{ nothing }")).await;
        refused(&bad, not_executed, "GRAPHQL_VALIDATION_FAILED");
        assert_eq!(bad.headers[header::CONTENT_TYPE], media);
        // What was executed in part was executed.
        let part = ask(asking("{ viewer { kind } listing { id } }")).await;
        assert_eq!(
            (part.status.as_u16(), part.codes()),
            (200, vec!["BAD_USER_INPUT"])
        );
    }
    for accept in [
        "text/html",
        "application/xml",
        "application/json;q=0, application/graphql-response+json;q=0",
        "APPLICATION/JSON;Q=0, application/*; Q=0.0",
        "*/*;q=0",
    ] {
        let mut request = post(asking(WHO));
        request
            .headers_mut()
            .insert(header::ACCEPT, accept.parse().unwrap());
        refused(&anyone.send(request).await, 406, "NOT_ACCEPTABLE");
    }
}

#[tokio::test]
async fn queries_come_by_get_too_and_nothing_else_does() {
    let world = World::new(On::Sqlite).await;
    let anyone = world.stranger();
    let two = "query A { viewer { kind } } query B($code: String!) { area(code: $code) { code } }";
    let variables = json!({"code": "elmbridge"}).to_string();
    let reply = anyone
        .send(get(&address(&[
            ("query", two),
            ("operationName", "B"),
            ("variables", &variables),
        ])))
        .await;
    assert_eq!(reply.at("area.code"), "elmbridge");
    let reply = anyone
        .send(get(&address(&[
            ("query", two),
            ("operationName", "A"),
            ("variables", ""),
        ])))
        .await;
    assert_eq!(reply.at("viewer.kind"), "ANONYMOUS");
    let write = "mutation { signUp(input: {email: \"a@b.example\", password: \"seven wooden otters\", displayName: \"Amy\"}) { accessToken } }";
    let reply = anyone.send(get(&address(&[("query", write)]))).await;
    refused(&reply, 405, "METHOD_NOT_ALLOWED");
    assert_eq!(reply.headers[header::ALLOW], "POST");
    let admin = world.admin().await;
    assert_eq!(
        admin
            .ask("{ people { totalCount } }", json!({}))
            .await
            .at("people.totalCount"),
        1
    );
    for (members, code) in [
        (vec![], "BAD_REQUEST"),
        (vec![("query", " \n")], "BAD_REQUEST"),
        (vec![("query", WHO), ("variables", "[1]")], "BAD_REQUEST"),
        (vec![("query", WHO), ("variables", "{")], "BAD_REQUEST"),
    ] {
        refused(&anyone.send(get(&address(&members))).await, 400, code);
    }
}

#[tokio::test]
async fn a_body_that_is_no_request_is_told_so() {
    let world = World::new(On::Sqlite).await;
    let anyone = world.stranger();
    let deep = format!(
        "{{\"query\": \"{{ viewer {{ kind }} }}\", \"variables\": {{\"a\": {}{}}}}}",
        "[".repeat(15_000),
        "]".repeat(15_000)
    );
    for body in [
        "",
        " ",
        "{",
        "null",
        "1",
        "\"{ viewer { kind } }\"",
        "{\"query\": 1}",
        "{\"query\": \"\"}",
        "{\"query\": null}",
        "{}",
        "{\"query\": \"{ viewer { kind } }\", \"variables\": [1]}",
        "{\"query\": \"{ viewer { kind } }\", \"variables\": \"{}\"}",
        "{\"query\": \"{ viewer { kind } }\", \"operationName\": 7}",
        "{\"query\": \"{ viewer { kind } }\", \"variables\": {\"a\": NaN}}",
        "{\"query\": \"{ viewer { kind } }\", \"variables\": {\"a\": 1e400}}",
        "{\"query\": \"{ viewer { kind } }\", \"variables\": {\"a\": \"\\ud800\"}}",
        "{\"query\": \"{ viewer { kind } }\"} {}",
        "{\"query\": \"{ viewer { kind } }\", \"query\": \"{ viewer { kind } }\"}",
        &deep,
    ] {
        refused(
            &anyone.send(post(body.to_owned())).await,
            400,
            "BAD_REQUEST",
        );
    }
    refused(
        &anyone.send(post(vec![b'{', b'"', 0xff, 0xfe])).await,
        400,
        "BAD_REQUEST",
    );
    for batch in [
        "[]",
        "[{\"query\": \"{ viewer { kind } }\"}]",
        "\n [\"{ viewer { kind } }\", null, null]",
    ] {
        refused(
            &anyone.send(post(batch)).await,
            400,
            "BATCHES_NOT_SUPPORTED",
        );
    }
    refused(
        &anyone
            .send(post(format!(
                "{{\"query\": \"{}\"}}",
                " ".repeat(1_000_000)
            )))
            .await,
        413,
        "PAYLOAD_TOO_LARGE",
    );
    for (values, refused_) in [(19_990, false), (20_010, true)] {
        let body = json!({"query": WHO, "variables": {"a": vec![1; values]}});
        let reply = anyone.send(post(body.to_string())).await;
        if refused_ {
            refused(&reply, 413, "TOO_MANY_VALUES");
        } else {
            assert_eq!(reply.at("viewer.kind"), "ANONYMOUS");
        }
    }
    let reply = anyone.send(post("{\"query\": \"{ viewer { kind } }\", \"variables\": null, \"operationName\": null, \"extensions\": null}")).await;
    assert_eq!(reply.at("viewer.kind"), "ANONYMOUS");
}

#[tokio::test]
async fn a_member_of_the_wrong_type_is_named() {
    let world = World::new(On::Sqlite).await;
    let anyone = world.stranger();
    for (body, told) in [
        ("{\"query\": 1}", "query must be a string."),
        (
            "{\"query\": \"{ viewer { kind } }\", \"extensions\": 1}",
            "extensions must be a JSON object.",
        ),
        (
            "{\"query\": \"{ viewer { kind } }\", \"extensions\": []}",
            "extensions must be a JSON object.",
        ),
        (
            "{\"query\": \"{ viewer { kind } }\", \"extensions\": \"{}\"}",
            "extensions must be a JSON object.",
        ),
        (
            "{\"query\": \"{ viewer { kind } }\", \"variables\": [1]}",
            "variables must be a JSON object.",
        ),
        (
            "{\"query\": \"{ viewer { kind } }\", \"operationName\": {}}",
            "operationName must be a string.",
        ),
        ("{\"documentId\": 7}", "documentId must be a string."),
        (
            "{\"query\": \"{ viewer { kind } }\", \"extensions\": {\"persistedQuery\": []}}",
            "extensions.persistedQuery has no sha256Hash, the hash of the document.",
        ),
        (
            "{\"query\": \"{ viewer { kind } }\", \"extensions\": {\"persistedQuery\": {\"sha256Hash\": 1}}}",
            "extensions.persistedQuery has no sha256Hash, the hash of the document.",
        ),
    ] {
        let reply = anyone.send(post(body)).await;
        refused(&reply, 400, "BAD_REQUEST");
        assert_eq!(reply.body["errors"][0]["message"], told, "{body}");
    }
    for extensions in ["[]", "1", "\"{}\"", "{", "{\"persistedQuery\": 1}"] {
        let members = [("query", WHO), ("extensions", extensions)];
        refused(
            &anyone.send(get(&address(&members))).await,
            400,
            "BAD_REQUEST",
        );
    }
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_not_waited_for() {
    let world = World::new(On::Sqlite).await;
    let begun = Instant::now();
    let never = Body::from_stream(stream::pending::<Result<Vec<u8>, std::io::Error>>());
    refused(
        &world.stranger().send(post(never)).await,
        408,
        "REQUEST_TIMEOUT",
    );
    assert!(begun.elapsed() < Duration::from_secs(25));
}

#[tokio::test]
async fn a_broken_token_is_told_how_to_mend_it() {
    let world = World::new(On::Sqlite).await;
    for value in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic YTpi",
        "bearer a.b.c",
        "Token x",
        "Bearer \u{e9}",
    ] {
        let mut request = post(asking(WHO));
        let value = axum::http::HeaderValue::from_bytes(value.as_bytes()).unwrap();
        request.headers_mut().insert(header::AUTHORIZATION, value);
        let reply = world.stranger().send(request).await;
        refused(&reply, 401, "UNAUTHENTICATED");
        assert!(
            reply.headers[header::WWW_AUTHENTICATE]
                .to_str()
                .unwrap()
                .starts_with("Bearer ")
        );
    }
}
