//! The front door: what it takes, what it refuses, and with which words. Most of it asks no database.
#![expect(
    clippy::format_collect,
    reason = "documents are written the short way here"
)]

use std::time::{Duration, Instant};

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use entity::person::PlatformRole;
use futures_util::stream;
use serde_json::{Value, json};

use crate::{
    both,
    support::{Caller, On, Reply, World},
};

const WHO: &str = "{ viewer { kind } }";
/// Words of the tools that it is built with, which mean nothing to clients.
pub const LEAKS: [&str; 24] = [
    "serde",
    "pest",
    "panicked",
    "unwrap",
    "Option<",
    "Vec<",
    "NaiveDate",
    "Utc",
    "chrono",
    "rust",
    "src/",
    ".rs:",
    "sqlx",
    "sqlite",
    "postgres",
    "SELECT ",
    "UNIQUE",
    "constraint",
    "column `",
    "column \"",
    "EOF while",
    "at line",
    "invalid type",
    "premature end",
];

/// An answer of the API in words of ours, with a code for every error.
#[track_caller]
pub fn speaks_plainly(reply: &Reply) {
    for word in LEAKS {
        assert!(!reply.text.contains(word), "`{word}` in {}", reply.text);
    }
    for error in reply.body["errors"].as_array().into_iter().flatten() {
        let code = error["extensions"]["code"].as_str().unwrap_or_default();
        let fits = !code.is_empty()
            && code
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        assert!(fits, "no code: {}", reply.text);
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|message| !message.is_empty()),
            "no message: {}",
            reply.text
        );
    }
}

fn post(body: impl Into<Body>) -> Request<Body> {
    Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.into())
        .unwrap()
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

fn asking(query: &str) -> String {
    json!({"query": query}).to_string()
}

fn address(members: &[(&str, &str)]) -> String {
    let encode = |text: &str| {
        text.bytes()
            .map(|byte| format!("%{byte:02X}"))
            .collect::<String>()
    };
    let members: Vec<String> = members
        .iter()
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    format!("/graphql?{}", members.join("&"))
}

#[track_caller]
fn refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!(
        (reply.status.as_u16(), reply.codes()),
        (status, vec![code]),
        "{}",
        reply.text
    );
    assert!(
        reply.body.get("data").is_none(),
        "nothing was done: {}",
        reply.text
    );
    speaks_plainly(reply);
}

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
        assert_eq!(reply.headers[header::ALLOW], "GET, POST");
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
        "[".repeat(100_000),
        "]".repeat(100_000)
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
    let reply = anyone.send(post("{\"query\": \"{ viewer { kind } }\", \"variables\": null, \"operationName\": null, \"extensions\": {}}")).await;
    assert_eq!(reply.at("viewer.kind"), "ANONYMOUS");
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

/// Fragments of which each spreads the next one twice, and the last one something else.
fn doubling(levels: usize, last: &str) -> String {
    let fragments = (0..levels).map(|at| {
        format!(
            "fragment F{at} on Query {{ ...F{} ...F{} }} ",
            at + 1,
            at + 1
        )
    });
    format!(
        "{{ ...F0 }} {} fragment F{levels} on Query {{ {last} }}",
        fragments.collect::<String>()
    )
}

#[tokio::test]
async fn documents_that_would_keep_it_busy_are_refused_at_once() {
    let world = World::new(On::Sqlite).await;
    let anyone = world.stranger();
    let chain = (0..500).map(|at| format!("fragment F{at} on Query {{ ...F{} }} ", at + 1));
    let bomb = "fields { type { ofType { fields { type { ofType { fields { type { ofType { fields { name } } } } } } } } } }";
    for (document, code) in [
        (doubling(30, "__typename"), "DOCUMENT_TOO_LARGE"),
        (doubling(30, "...Nowhere"), "DOCUMENT_TOO_LARGE"),
        (doubling(40, "viewer { kind }"), "QUERY_TOO_DEEP"),
        (format!("{{ ...F0 }} {} fragment F500 on Query {{ __typename }}", chain.collect::<String>()), "QUERY_TOO_DEEP"),
        ("{ ...A } fragment A on Query { ...A }".into(), "CIRCULAR_FRAGMENT"),
        ("{ ...A } fragment A on Query { viewer { kind } ...B } fragment B on Query { ...A }".into(), "CIRCULAR_FRAGMENT"),
        ("{ viewer { kind } } fragment A on Query { ...B } fragment B on Query { ...A }".into(), "CIRCULAR_FRAGMENT"),
        (format!("{{ {} }}", (0..10_000).map(|at| format!("a{at}:__typename ")).collect::<String>()), "DOCUMENT_TOO_LONG"),
        (format!("{{ {} }}", (0..2_000).map(|at| format!("a{at}:__typename ")).collect::<String>()), "TOO_MANY_ALIASES"),
        (format!("{{ {} }} fragment A on Query {{ a: __typename b: __typename }}", "...A ".repeat(101)), "TOO_MANY_ALIASES"),
        (format!("{{ {} }}", "__typename ".repeat(5_001)), "DOCUMENT_TOO_LARGE"),
        (format!("{{ {} }}", "a ".repeat(10_001)), "TOO_MANY_TOKENS"),
        ("{a".repeat(100_000), "DOCUMENT_TOO_LONG"),
        ("{a".repeat(45_000), "QUERY_TOO_DEEP"),
        ("{...".repeat(20_000), "QUERY_TOO_DEEP"),
        (format!("{{ a(b: {}", "[".repeat(90_000)), "QUERY_TOO_DEEP"),
        (format!("{{ a(b: {}", "{b:".repeat(30_000)), "QUERY_TOO_DEEP"),
        (format!("query ($a: {}Int{}) {{ a }}", "[".repeat(40_000), "]".repeat(40_000)), "QUERY_TOO_DEEP"),
        (format!("query ($a: Int = {}1{}) {{ a }}", "[".repeat(40_000), "]".repeat(40_000)), "QUERY_TOO_DEEP"),
        (format!("{{ {} __typename {} }}", "... { ".repeat(33), "} ".repeat(33)), "QUERY_TOO_DEEP"),
        (format!("{{ {} x {} }}", "a { ".repeat(19), "} ".repeat(19)), "QUERY_TOO_DEEP"),
        (format!("{{ viewer {} {{ kind }} }}", "@skip(if: false) ".repeat(11)), "TOO_MANY_DIRECTIVES"),
        (format!("{{ ... {} {{ __typename }} }}", "@skip(if: false) ".repeat(11)), "TOO_MANY_DIRECTIVES"),
        ("{ listings(first: 100) { nodes { organisation { listings(first: 100) { nodes { title } } } } } }".into(), "QUERY_TOO_COMPLEX"),
        (format!("{{ __schema {{ types {{ {bomb} }} }} }}"), "QUERY_TOO_COMPLEX"),
        (format!("{{ __schema {{ types {{ {} }} }} }}", (0..60).map(|at| format!("a{at}: fields {{ type {{ fields {{ type {{ name }} }} }} }} ")).collect::<String>()), "QUERY_TOO_COMPLEX"),
        ("#".repeat(90_000), "GRAPHQL_PARSE_FAILED"),
        (format!("{{ a(b: \"\"\"{}", "\\\"\"\"".repeat(20_000)), "GRAPHQL_PARSE_FAILED"),
        (format!("{{ a(b: \"{}", "\\".repeat(80_000)), "GRAPHQL_PARSE_FAILED"),
        ("\u{0}".into(), "GRAPHQL_PARSE_FAILED"),
        ("query Q() { viewer { kind } }".repeat(3_000), "TOO_MANY_TOKENS"),
    ] {
        let begun = Instant::now();
        let reply = anyone.ask(&document, json!({})).await;
        assert_eq!(reply.codes(), [code], "{}: {}", &document[..document.len().min(80)], reply.text);
        assert!(begun.elapsed() < Duration::from_secs(5), "{} took {:?}", &document[..document.len().min(80)], begun.elapsed());
        speaks_plainly(&reply);
    }
    assert_eq!(
        anyone.ask(WHO, json!({})).await.at("viewer.kind"),
        "ANONYMOUS"
    );
}

#[tokio::test]
async fn what_tools_ask_of_the_schema_is_answered() {
    let world = World::new(On::Sqlite).await;
    let of_type = "ofType { kind name ".repeat(9);
    let query = format!(
        "query IntrospectionQuery {{ __schema {{ description queryType {{ name kind }} mutationType {{ name kind }} subscriptionType {{ name kind }}
            types {{ ...FullType }} directives {{ name description isRepeatable locations args(includeDeprecated: true) {{ ...InputValue }} }} }} }}
        fragment FullType on __Type {{ kind name description specifiedByURL isOneOf
            fields(includeDeprecated: true) {{ name description args(includeDeprecated: true) {{ ...InputValue }} type {{ ...TypeRef }} isDeprecated deprecationReason }}
            inputFields(includeDeprecated: true) {{ ...InputValue }} interfaces {{ ...TypeRef }}
            enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }} possibleTypes {{ ...TypeRef }} }}
        fragment InputValue on __InputValue {{ name description type {{ ...TypeRef }} defaultValue isDeprecated deprecationReason }}
        fragment TypeRef on __Type {{ kind name {of_type} {} }}",
        "}".repeat(9),
    );
    let reply = world.stranger().ask(&query, json!({})).await;
    assert!(reply.at("__schema.types").as_array().unwrap().len() > 100);
}

#[tokio::test]
async fn a_document_that_does_not_fit_is_told_what_does_not_and_no_name_is_let_out() {
    let world = World::new(On::Sqlite).await;
    for (document, code) in [
        ("{ viewr { kind } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ viewer { knd } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ viewer }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "{ offers(fist: 3) { totalCount } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "{ offers(orderBy: NEWES) { totalCount } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "{ offers(filter: {txt: \"a\"}) { totalCount } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "query ($a: Int!) { offers(first: $a) { totalCount } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "{ offers(first: $a) { totalCount } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("{ ...Nowhere }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "{ viewer { ... on Offr { id } } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "{ a: viewer { kind } a: areas { name } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "mutation { sgnUp { accessToken } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("subscription { anything }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "query A { viewer { kind } } query B { viewer { kind } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("{ viewer { kind }", "GRAPHQL_PARSE_FAILED"),
        ("type A { b: Int }", "GRAPHQL_PARSE_FAILED"),
        (
            "{ listing(reference: \"\\ud800\") { id } }",
            "GRAPHQL_PARSE_FAILED",
        ),
        (
            "{ offers(first: 1e400) { totalCount } }",
            "GRAPHQL_PARSE_FAILED",
        ),
    ] {
        let reply = world.stranger().ask(document, json!({})).await;
        assert_eq!(reply.status, 200);
        assert!(
            reply.codes().iter().all(|found| *found == code) && !reply.codes().is_empty(),
            "{document}: {}",
            reply.text
        );
        assert!(
            !reply.text.to_lowercase().contains("did you mean"),
            "{}",
            reply.text
        );
        speaks_plainly(&reply);
    }
}

#[tokio::test]
async fn a_variable_that_is_left_out_is_not_null_and_defaults_count_everywhere() {
    let world = World::new(On::Sqlite).await;
    let admin = world.admin().await;
    let save = "mutation ($code: String!, $name: String, $kind: AreaKind, $parent: String) {
        saveArea(input: {code: $code, name: $name, kind: $kind, parent: $parent}) { area { name parent { code } } userErrors { code field message } } }";
    let made = admin.ask(save, json!({"code": "north-towns", "name": "North Towns", "kind": "CUSTOM", "parent": "surrey"})).await;
    assert_eq!(made.at("saveArea.area.parent.code"), "surrey");
    let renamed = admin
        .ask(
            save,
            json!({"code": "north-towns", "name": "Northern Towns"}),
        )
        .await;
    assert_eq!(
        renamed.at("saveArea.area"),
        &json!({"name": "Northern Towns", "parent": {"code": "surrey"}})
    );
    let moved = admin
        .ask(save, json!({"code": "north-towns", "parent": null}))
        .await;
    assert_eq!(
        moved.at("saveArea.area"),
        &json!({"name": "Northern Towns", "parent": null})
    );
    for (query, variables, expected) in [
        (
            "query ($no: Boolean! = true) { viewer { kind @skip(if: $no) __typename } }",
            json!({}),
            json!({"viewer": {"__typename": "Viewer"}}),
        ),
        (
            "query ($yes: Boolean! = true) { viewer { kind @include(if: $yes) } }",
            json!({}),
            json!({"viewer": {"kind": "PERSON"}}),
        ),
        (
            "query ($yes: Boolean! = true) { viewer { kind @include(if: $yes) __typename } }",
            json!({"yes": false}),
            json!({"viewer": {"__typename": "Viewer"}}),
        ),
        (
            "query Named($no: Boolean! = true) { viewer @skip(if: $no) { kind } }",
            json!({}),
            json!({}),
        ),
        (
            "query ($code: String = \"woking\") { area(code: \"woking\") { code } priorityEdition(code: $code) { code } }",
            json!({}),
            json!({"area": {"code": "woking"}, "priorityEdition": null}),
        ),
        (
            "query Named($n: Int) { offers(first: $n) { totalCount } }",
            json!({}),
            json!({"offers": {"totalCount": 0}}),
        ),
        (
            "query ($n: Int) { offers(first: $n) { totalCount } }",
            json!({"n": null, "more": 1}),
            json!({"offers": {"totalCount": 0}}),
        ),
        (
            "query ($areas: [String!], $need: Boolean) { offers(filter: {areas: $areas, stillNeeded: $need}) { totalCount } }",
            json!({}),
            json!({"offers": {"totalCount": 0}}),
        ),
    ] {
        let reply = admin.ask(query, variables).await;
        assert_eq!(reply.body, json!({"data": expected}), "{query}");
    }
    for (uses, variables) in [
        ("$code: String!", json!({})),
        ("$code: String!", json!({"code": null})),
        ("$code: String! = \"woking\"", json!({"code": null})),
    ] {
        let query = format!("mutation Both({uses}) {{
            a: saveArea(input: {{code: \"south-towns\", name: \"South Towns\", kind: CUSTOM}}) {{ area {{ code }} }}
            b: saveArea(input: {{code: $code}}) {{ area {{ code }} }} }}");
        refused(
            &admin.ask(&query, variables).await,
            200,
            "GRAPHQL_VALIDATION_FAILED",
        );
    }
    let nothing = admin
        .ask("{ area(code: \"south-towns\") { code } }", json!({}))
        .await;
    assert_eq!(
        nothing.at("area"),
        &Value::Null,
        "nothing was done of what could not be done whole"
    );
}

/// The members of objects in the order in which they stand, each level in brackets.
fn order(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(key, value)| format!("{key}{}", order(value)))
                .collect();
            format!("({})", members.join(" "))
        }
        Value::Array(items) => items.first().map(order).unwrap_or_default(),
        _ => String::new(),
    }
}

both! {
    async fn members_come_in_the_order_in_which_they_are_asked_for(on) {
        let world = World::new(on).await;
        let owner = world.person("Olive Owner").await;
        let organisation = owner.organisation("Elm Works").await;
        for _ in 0..3 {
            crate::listings::offer(&owner, &organisation, json!({"publish": true})).await;
        }
        let query = "query ($id: ID!) { requests { totalCount nodes { id } } z: viewer { kind memberships { role organisation { name id } } person { displayName } }
            ...More offers(first: 2) { nodes { postedBy { displayName } title organisation { listings(first: 1) { totalCount nodes { kind id } } name } id } totalCount }
            a: areas { name } organisation(id: $id) { members { nodes { person { displayName } role } } } ... on Query { organisation(id: $id) { name } } }
            fragment More on Query { activities(first: 2) { nodes { actor { displayName } act } } viewer { kind } }";
        for _ in 0..20 {
            let reply = owner.ask(query, json!({"id": organisation})).await;
            assert_eq!(order(&serde_json::from_str(&reply.text).unwrap()), "(data(requests(totalCount nodes) \
                z(kind memberships(role organisation(name id)) person(displayName)) activities(nodes(actor(displayName) act)) viewer(kind) \
                offers(nodes(postedBy(displayName) title organisation(listings(totalCount nodes(kind id)) name) id) totalCount) \
                a(name) organisation(members(nodes(person(displayName) role)) name)))");
        }
    }

    async fn a_field_that_fails_is_null_and_one_that_must_not_be_takes_its_parent_along(on) {
        let world = World::new(on).await;
        let owner = world.person("Olive Owner").await;
        let organisation = owner.organisation("Elm Works").await;
        let offer = crate::listings::offer(&owner, &organisation, json!({"publish": true})).await;
        let wrong = "members(first: 101) { totalCount }";
        for (query, data) in [
            ("{ listing { id } viewer { kind } }".to_owned(), json!({"listing": null, "viewer": {"kind": "PERSON"}})),
            ("{ viewer { kind } a: listing { id } b: listing { id } }".into(), json!({"viewer": {"kind": "PERSON"}, "a": null, "b": null})),
            ("{ viewer { kind } offers(first: 101) { totalCount } }".into(), json!(null)),
            ("{ viewer { kind listings(first: 101) { totalCount } } }".into(), json!(null)),
            (format!("{{ viewer {{ kind }} organisation(id: \"{organisation}\") {{ name {wrong} }} }}"), json!({"viewer": {"kind": "PERSON"}, "organisation": null})),
            (format!("{{ organisation(id: \"{organisation}\") {{ {wrong} }} }}"), json!({"organisation": null})),
            (format!("{{ organisations {{ nodes {{ name {wrong} }} }} }}"), json!(null)),
            (format!("{{ nodes(ids: [\"{organisation}\", \"{offer}\", \"{organisation}\"]) {{ ... on Organisation {{ {wrong} }} ... on Offer {{ title organisation {{ ...F }} }} }} }}
                fragment F on Organisation {{ name {wrong} }}"),
                json!({"nodes": [null, {"title": "Forty refurbished laptops", "organisation": null}, null]})),
            (format!("{{ viewer {{ memberships {{ role organisation {{ {wrong} }} }} }} }}"), json!({"viewer": {"memberships": [{"role": "OWNER", "organisation": null}]}})),
            ("{ node(id: \"\") { id } listing(id: \"nonsense\") { id } }".into(), json!({"node": null, "listing": null})),
        ] {
            let reply = owner.ask(&query, json!({})).await;
            assert_eq!(reply.body.get("data"), Some(&data), "{query}: {}", reply.text);
            assert!(!reply.codes().is_empty() && reply.codes().iter().all(|code| *code == "BAD_USER_INPUT"), "{}", reply.text);
            assert!(reply.body["errors"][0]["path"].is_array(), "{}", reply.text);
        }
        let act = "mutation ($id: ID!) { a: pauseListing(input: {id: $id}) { listing { state activities(first: 101) { totalCount } } userErrors { code } }
            b: signOut(input: {}) { userErrors { code } } }";
        let reply = owner.ask(act, json!({"id": offer})).await;
        assert_eq!(reply.body["data"], json!({"a": {"listing": null, "userErrors": []}, "b": {"userErrors": []}}));
    }
}

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
    assert_eq!(packed.headers[header::CONTENT_ENCODING], "gzip");
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
    world.app.database.read.clone().close().await.unwrap();
    assert_eq!(world.stranger().send(get("/health/live")).await.status, 200);
    refused(
        &world.stranger().send(get("/health/ready")).await,
        503,
        "NOT_READY",
    );
    let lost = world
        .stranger()
        .ask("{ offers { nodes { title } } }", json!({}))
        .await;
    assert_eq!(lost.codes(), ["INTERNAL"]);
    speaks_plainly(&lost);
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
