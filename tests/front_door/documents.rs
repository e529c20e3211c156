//! Documents and variables: what is too large, what does not fit, what is left out.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{WHO, refused, speaks_plainly};
use crate::support::{On, World};

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
        fragments.collect::<Vec<_>>().concat()
    )
}

#[tokio::test]
async fn documents_that_would_keep_it_busy_are_refused_at_once() {
    let world = World::new(On::Sqlite).await;
    let anyone = world.stranger();
    let chain = (0..900).map(|at| format!("fragment F{at} on Query {{ ...F{} }} ", at + 1));
    let bomb = "fields { type { ofType { fields { type { ofType { fields { type { ofType { fields { name } } } } } } } } } }";
    for (document, code) in [
        (doubling(30, "__typename"), "DOCUMENT_TOO_LARGE"),
        (doubling(30, "...Nowhere"), "DOCUMENT_TOO_LARGE"),
        (doubling(40, "viewer { kind }"), "QUERY_TOO_DEEP"),
        (format!("{{ ...F0 }} {} fragment F900 on Query {{ __typename }}", chain.collect::<Vec<_>>()
.concat()), "QUERY_TOO_DEEP"),
        ("{ ...A } fragment A on Query { ...A }".into(), "CIRCULAR_FRAGMENT"),
        ("{ ...A } fragment A on Query { viewer { kind } ...B } fragment B on Query { ...A }".into(), "CIRCULAR_FRAGMENT"),
        ("{ viewer { kind } } fragment A on Query { ...B } fragment B on Query { ...A }".into(), "CIRCULAR_FRAGMENT"),
        (format!("{{ {} }}", (0..10_000).map(|at| format!("a{at}:__typename ")).collect::<Vec<_>>()
.concat()), "DOCUMENT_TOO_LONG"),
        (format!("{{ {} }}", (0..2_000).map(|at| format!("a{at}:__typename ")).collect::<Vec<_>>()
.concat()), "TOO_MANY_ALIASES"),
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
        ("{ listings(first: 100) { nodes { organisation { listings(first: 100) { nodes { id title } } } } } }".into(), "QUERY_TOO_COMPLEX"),
        (format!("{{ __schema {{ types {{ {bomb} }} }} }}"), "QUERY_TOO_COMPLEX"),
        (format!("{{ __schema {{ types {{ {} }} }} }}", (0..60).map(|at| format!("a{at}: fields {{ type {{ fields {{ type {{ name }} }} }} }} ")).collect::<Vec<_>>()
.concat()), "QUERY_TOO_COMPLEX"),
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
        (
            "subscription { activityRecorded { act } }",
            "SUBSCRIPTION_NOT_HERE",
        ),
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
