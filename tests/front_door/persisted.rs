//! Documents by their names, and answers that caches may keep.

use axum::{
    body::Body,
    http::{Request, header},
};
use entity::person::PlatformRole;
use serde_json::{Value, json};

use super::{WHO, address, get, post, refused};
use crate::support::{Caller, On, Reply, World};

/// The hash of no document that anybody writes.
const HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

fn persisted(hash: &str) -> Value {
    json!({"persistedQuery": {"version": 1, "sha256Hash": hash}})
}

async fn send(caller: &Caller, body: Value) -> Reply {
    caller.send(post(body.to_string())).await
}

/// The hash under which a document is kept.
fn hash(text: &str) -> String {
    use sha2::{Digest, Sha256};
    format!("{:x}", Sha256::digest(text.as_bytes()))
}

#[tokio::test]
async fn a_document_that_was_sent_once_goes_by_its_hash() {
    let world = World::new(On::Sqlite).await;
    let anyone = world.stranger();
    let hash = hash(WHO);
    assert_ne!(hash, HASH);
    let unknown = send(&anyone, json!({"extensions": persisted(&hash)})).await;
    refused(&unknown, 200, "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(
        unknown.body["errors"][0]["message"],
        "PersistedQueryNotFound"
    );
    let wrong = send(
        &anyone,
        json!({"query": WHO, "extensions": persisted(HASH)}),
    )
    .await;
    refused(&wrong, 200, "PERSISTED_QUERY_HASH_MISMATCH");
    let known = send(
        &anyone,
        json!({"query": WHO, "extensions": persisted(&hash)}),
    )
    .await;
    assert_eq!(known.at("viewer.kind"), "ANONYMOUS");
    for body in [
        json!({"extensions": persisted(&hash)}),
        json!({"documentId": hash}),
        json!({"documentId": format!("sha256:{hash}")}),
    ] {
        assert_eq!(send(&anyone, body).await.at("viewer.kind"), "ANONYMOUS");
    }
    let extensions = persisted(&hash).to_string();
    let by_get = anyone
        .send(get(&address(&[("extensions", &extensions)])))
        .await;
    assert_eq!(by_get.at("viewer.kind"), "ANONYMOUS");
    // What is not valid is not kept.
    let nonsense = "{ nonsense }";
    let hash = self::hash(nonsense);
    refused(
        &send(
            &anyone,
            json!({"query": nonsense, "extensions": persisted(&hash)}),
        )
        .await,
        200,
        "GRAPHQL_VALIDATION_FAILED",
    );
    refused(
        &send(&anyone, json!({"extensions": persisted(&hash)})).await,
        200,
        "PERSISTED_QUERY_NOT_FOUND",
    );
    for body in [
        json!({"extensions": 1, "query": WHO}),
        json!({"extensions": {"persistedQuery": 1}, "query": WHO}),
        json!({"documentId": 7}),
        json!({"extensions": {}}),
    ] {
        refused(&send(&anyone, body).await, 400, "BAD_REQUEST");
    }
}

#[tokio::test]
async fn an_operator_may_admit_only_documents_of_a_list() {
    let list = tempfile::NamedTempFile::new().unwrap();
    let write = "mutation Out { signOut(input: {}) { userErrors { code } } }";
    let documents =
        json!({"Who": WHO, "Out": write, "Schema": "{ __schema { queryType { name } } }"});
    std::fs::write(list.path(), documents.to_string()).unwrap();
    let world = World::with(On::Sqlite, |config| {
        config.trusted_documents = Some(list.path().into());
        config.only_trusted_documents = true;
    })
    .await;
    let anyone = world.stranger();
    for body in [
        json!({"documentId": "Who"}),
        json!({"query": WHO}),
        json!({"extensions": persisted(&hash(WHO))}),
        json!({"query": WHO, "extensions": persisted(&hash(WHO))}),
    ] {
        assert_eq!(send(&anyone, body).await.at("viewer.kind"), "ANONYMOUS");
    }
    let other = "{ viewer { kind kind } }";
    for body in [
        json!({"query": other}),
        json!({"documentId": "Other"}),
        json!({"query": other, "extensions": persisted(&hash(other))}),
        json!({"extensions": persisted(&hash(other))}),
    ] {
        refused(&send(&anyone, body).await, 200, "DOCUMENT_NOT_TRUSTED");
    }
    refused(
        &anyone.send(get(&address(&[("documentId", "Out")]))).await,
        405,
        "METHOD_NOT_ALLOWED",
    );
    let mut events = anyone.hear(other, json!({})).await;
    let refused = events.answer().await;
    assert_eq!(
        refused["errors"][0]["extensions"]["code"],
        "DOCUMENT_NOT_TRUSTED"
    );
}

#[tokio::test]
async fn what_anybody_may_read_can_be_kept_and_asked_for_again() {
    let world = World::new(On::Sqlite).await;
    let anyone = world.stranger();
    let path = address(&[("query", "{ areas { code } }")]);
    let first = anyone.send(get(&path)).await;
    assert_eq!(first.headers[header::CACHE_CONTROL], "public, max-age=15");
    let tag = first.headers[header::ETAG].to_str().unwrap().to_owned();
    assert!(tag.starts_with("W/\"") && tag.len() > 20, "{tag}");
    for (known, status) in [
        (tag.as_str(), 304),
        ("*", 304),
        ("\"x\"", 200),
        (&format!("\"x\", {tag}"), 304),
    ] {
        let again = Request::get(&path).header(header::IF_NONE_MATCH, known);
        let reply = anyone.send(again.body(Body::empty()).unwrap()).await;
        assert_eq!(
            (reply.status.as_u16(), reply.text.is_empty()),
            (status, status == 304),
            "{known}"
        );
        assert_eq!(reply.headers[header::ETAG], tag);
    }
    let vary: Vec<&str> = first
        .headers
        .get_all(header::VARY)
        .iter()
        .map(|vary| vary.to_str().unwrap())
        .collect();
    assert!(vary.join(",").contains("authorization"), "{vary:?}");
    // What is somebody's own, failed, refused or asked by POST is kept by nobody.
    let person = world.person("Olive Owner").await;
    let failed = address(&[("query", "{ listing { id } viewer { kind } }")]);
    let invalid = address(&[("query", "{ nothing }")]);
    for reply in [
        person.send(get(&path)).await,
        anyone.send(get(&failed)).await,
        anyone.send(get(&invalid)).await,
        anyone.ask("{ areas { code } }", json!({})).await,
    ] {
        assert_eq!(
            reply.headers[header::CACHE_CONTROL],
            "no-store",
            "{}",
            reply.text
        );
        assert!(!reply.headers.contains_key(header::ETAG));
    }
}

#[tokio::test]
async fn in_production_the_schema_is_shown_to_staff_and_the_playground_to_nobody() {
    let key = tempfile::NamedTempFile::new().unwrap();
    let made = World::new(On::Sqlite).await;
    std::fs::copy(made.app.config.token_key_file.clone().unwrap(), key.path()).unwrap();
    let world = World::with(On::Sqlite, |config| {
        config.production = true;
        config.token_key_file = Some(key.path().into());
    })
    .await;
    let person = world.person("Olive Owner").await;
    let broker = world.staff("Bo Broker", PlatformRole::Broker).await;
    let schema = "{ viewer { kind } ...F } fragment F on Query { __schema { queryType { name } } }";
    for query in [schema, "{ __type(name: \"Offer\") { name } }"] {
        for caller in [&world.stranger(), &person] {
            refused(
                &caller.ask(query, json!({})).await,
                200,
                "INTROSPECTION_DISABLED",
            );
            let mut events = caller.hear(query, json!({})).await;
            assert_eq!(
                events.answer().await["errors"][0]["extensions"]["code"],
                "INTROSPECTION_DISABLED"
            );
        }
        assert!(broker.ask(query, json!({})).await.codes().is_empty());
    }
    assert_eq!(
        world
            .stranger()
            .ask("{ __typename }", json!({}))
            .await
            .at("__typename"),
        "Query"
    );
    for path in ["/graphiql", "/", "/graphiql/index.html"] {
        refused(&world.stranger().send(get(path)).await, 404, "NOT_FOUND");
    }
    let reply = world.stranger().send(get("/health/live")).await;
    assert!(
        reply
            .headers
            .contains_key(header::STRICT_TRANSPORT_SECURITY)
    );
    let shown = World::with(On::Sqlite, |config| config.playground = Some(false)).await;
    refused(
        &shown.stranger().send(get("/graphiql")).await,
        404,
        "NOT_FOUND",
    );
}

#[tokio::test]
async fn production_mode_names_what_is_missing_and_other_settings_what_is_wrong() {
    let mut config = World::new(On::Sqlite).await.app.config.clone();
    assert_eq!(config.faults(), Vec::<String>::new());
    config.production = true;
    config.demo = true;
    config.token_key_file = None;
    config.database.database_url = "sqlite://data/marketplace.db".into();
    config.public_url = "http://127.0.0.1:8080".parse().unwrap();
    config.origins = vec![
        "https://app.example.org".into(),
        "app.example.org".into(),
        "https://app.example.org/".into(),
    ];
    let faults = config.faults().join("\n");
    for named in [
        "DATABASE_URL",
        "MARKETPLACE_TOKEN_KEY_FILE",
        "MARKETPLACE_PUBLIC_URL",
        "--demo",
        "\"app.example.org\"",
        "\"https://app.example.org/\"",
    ] {
        assert!(faults.contains(named), "{named}: {faults}");
    }
    assert_eq!(faults.lines().count(), 6);
}
