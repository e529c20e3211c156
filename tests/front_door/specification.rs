//! Where the engine takes another view than the specification: what is promised is the specification's.

use serde_json::{Value, json};

use super::refused;
use crate::{
    both,
    support::{On, World},
};

#[tokio::test]
async fn a_selection_of_which_nothing_is_left_is_an_empty_object() {
    let world = World::new(On::Sqlite).await;
    let owner = world.person("Olive Owner").await;
    let elm = owner.organisation("Elm Works").await;
    for (query, expected) in [
        ("{ viewer { kind @skip(if: true) } }".to_owned(), json!({"viewer": {}})),
        ("{ viewer { ... @include(if: false) { kind } } }".into(), json!({"viewer": {}})),
        ("query ($no: Boolean = false) { viewer { ...F @include(if: $no) } } fragment F on Viewer { kind }".into(), json!({"viewer": {}})),
        (format!("{{ node(id: \"{elm}\") {{ ... on Offer {{ title }} }} }}"), json!({"node": {}})),
        (format!("{{ nodes(ids: [\"{elm}\", \"{elm}\"]) {{ ...F }} }} fragment F on Offer {{ title }}"), json!({"nodes": [{}, {}]})),
        ("{ offers { pageInfo { hasNextPage @skip(if: true) } nodes { id @skip(if: true) } } }".into(), json!({"offers": {"pageInfo": {}, "nodes": []}})),
        ("{ viewer @skip(if: true) { kind } }".into(), json!({})),
        ("{ __schema { queryType { name @skip(if: true) } } }".into(), json!({"__schema": {"queryType": {}}})),
        ("{ viewer { ... { kind } } }".into(), json!({"viewer": {"kind": "PERSON"}})),
        // Nothing there and nothing asked for are two things.
        ("{ node(id: \"organisation:none\") { ... on Offer { title } } viewer { kind } }".into(), json!({"node": null, "viewer": {"kind": "PERSON"}})),
    ] {
        let reply = owner.ask(&query, json!({})).await;
        assert_eq!(reply.body, json!({"data": expected}), "{query}");
    }
}

#[tokio::test]
async fn texts_are_written_in_every_way_that_the_language_knows() {
    let world = World::new(On::Sqlite).await;
    let owner = world.person("Olive Owner").await;
    for (at, (written, meant)) in [
        (r#""Elm \u0041""#, "Elm A"),
        (r#""Elm \u{41}""#, "Elm A"),
        (r#""Elm \u{1F3C3}""#, "Elm \u{1f3c3}"),
        (r#""Elm \uD83C\uDFC3""#, "Elm \u{1f3c3}"),
        (r#""Elm \"\\\/ works""#, "Elm \"\\/ works"),
        (r#""""Elm \""" works""""#, "Elm \"\"\" works"),
        ("\"Elm \u{1f3c3}\"", "Elm \u{1f3c3}"),
    ]
    .into_iter()
    .enumerate()
    {
        let query = format!(
            "mutation {{ createOrganisation(input: {{name: {written}, kind: CHARITY, idempotencyKey: \"{at}\"}}) {{ organisation {{ name }} userErrors {{ code }} }} }}"
        );
        let reply = owner.ask(&query, json!({})).await;
        assert_eq!(
            reply.text("createOrganisation.organisation.name"),
            meant,
            "{written}"
        );
    }
    for written in [
        r#""\u{110000}""#,
        r#""\uD83C""#,
        r#""\uDFC3\uD83C""#,
        r#""\u{}""#,
        r#""\x""#,
    ] {
        let query = format!("{{ listing(reference: {written}) {{ id }} }}");
        refused(
            &owner.ask(&query, json!({})).await,
            200,
            "GRAPHQL_PARSE_FAILED",
        );
    }
}

both! {
    async fn nothing_is_done_of_a_mutation_that_is_not_valid_as_a_whole(on) {
        let world = World::new(on).await;
        let admin = world.admin().await;
        let first = "a: saveArea(input: {code: \"south-towns\", name: \"South Towns\", kind: CUSTOM}) { area { code } }";
        for rest in [
            "b: nosuch",
            "b: saveArea(input: {code: \"x\", nosuch: 1}) { area { code } }",
            "b: saveArea(input: {code: 1}) { area { code } }",
            "b: saveArea(input: {code: \"x\", code: \"y\"}) { area { code } }",
            "b: saveArea(input: {code: \"x\"}) { area }",
            "b: saveArea(input: {code: \"x\"}) { area { code { x } } }",
            "b: saveArea(input: {code: \"x\"}) { area { code } ... on Offer { id } }",
            "b: saveArea(input: {code: \"x\"}) { area { code: name code } }",
            "b: saveArea(input: {code: $nosuch}) { area { code } }",
            "b: saveArea(input: {code: \"x\"}, input: {code: \"x\"}) { area { code } }",
            "b: saveArea { area { code } }",
            "b: saveArea(input: {code: \"x\"}) @nosuch { area { code } }",
            "__typename @skip",
            "... on Query { viewer { kind } }",
        ] {
            let query = format!("mutation {{ {first} {rest} }}");
            let reply = admin.ask(&query, json!({})).await;
            assert!(reply.body.get("data").is_none() && reply.codes().iter().all(|code| *code == "GRAPHQL_VALIDATION_FAILED"), "{rest}: {}", reply.text);
            crate::front_door::speaks_plainly(&reply);
        }
        for (variables, told) in [
            (json!({"v": {"code": 1}}), "The variable $v.code must be a String."),
            (json!({"v": {"code": "x", "nosuch": 1}}), "The variable $v has a field \"nosuch\", which SaveAreaInput has not."),
            (json!({"v": {"name": "x"}}), "The variable $v.code is required."),
            (json!({"v": {"code": "x", "kind": "NOSUCH"}}), "The variable $v.kind must be one of the values of AreaKind."),
            (json!({"v": null}), "The variable $v is required."),
        ] {
            let query = format!("mutation ($v: SaveAreaInput!) {{ {first} b: saveArea(input: $v) {{ area {{ code }} }} }}");
            let reply = admin.ask(&query, variables).await;
            refused(&reply, 200, "GRAPHQL_VALIDATION_FAILED");
            assert_eq!(reply.body["errors"][0]["message"], told);
        }
        let nothing = admin.ask("{ area(code: \"south-towns\") { code } }", json!({})).await;
        assert_eq!(nothing.at("area"), &Value::Null);
    }
}

#[tokio::test]
async fn the_schema_tells_all_of_itself() {
    let world = World::new(On::Sqlite).await;
    let anyone = world.stranger();
    let reply = anyone.ask("{ viewer { kind } __type(name: \"Listing\") { kind name interfaces { name } possibleTypes { name } isOneOf } i: __type(name: \"ListingFilter\") { one: isOneOf fields { name } } __typename }", json!({})).await;
    assert_eq!(
        reply.text,
        r#"{"data":{"viewer":{"kind":"ANONYMOUS"},"__type":{"kind":"INTERFACE","name":"Listing","interfaces":[{"name":"Node"}],"possibleTypes":[{"name":"Offer"},{"name":"Request"}],"isOneOf":null},"i":{"one":false,"fields":null},"__typename":"Query"}}"#
    );
    for (query, variables, expected) in [
        (
            "query ($n: String!) { __type(name: $n) { name } }",
            json!({"n": "Offer"}),
            json!({"__type": {"name": "Offer"}}),
        ),
        (
            "query ($n: String = \"Node\") { __type(name: $n) { interfaces { name } } }",
            json!({}),
            json!({"__type": {"interfaces": []}}),
        ),
        (
            "{ __type(name: \"Nothing\") { name } }",
            json!({}),
            json!({"__type": null}),
        ),
        (
            "{ __schema { queryType { name } mutationType { name } subscriptionType { name } directives { name } } }",
            json!({}),
            json!({"__schema": {"queryType": {"name": "Query"}, "mutationType": {"name": "Mutation"}, "subscriptionType": {"name": "Subscription"},
                "directives": [{"name": "cost"}, {"name": "listSize"}, {"name": "rateLimit"}, {"name": "skip"}, {"name": "include"}, {"name": "deprecated"}, {"name": "specifiedBy"}]}}),
        ),
    ] {
        let reply = anyone.ask(query, variables).await;
        let mut data = reply.body["data"].clone();
        if let Some(directives) = data
            .pointer_mut("/__schema/directives")
            .and_then(Value::as_array_mut)
        {
            let order = [
                "cost",
                "listSize",
                "rateLimit",
                "skip",
                "include",
                "deprecated",
                "specifiedBy",
            ];
            directives.sort_by_key(|one| order.iter().position(|name| one["name"] == *name));
        }
        assert_eq!(data, expected, "{query}");
    }
}

#[tokio::test]
async fn what_is_asked_of_an_interface_has_its_price_too() {
    let world = World::new(On::Sqlite).await;
    let anyone = world.stranger();
    let costly = "query ($n: Int) { listings(first: $n) { nodes { activities(first: $n) { nodes { subject { ... on Listing { activities(first: $n) { nodes { act } } } } } } } } }";
    refused(
        &anyone.ask(costly, json!({"n": 100})).await,
        200,
        "QUERY_TOO_COMPLEX",
    );
    assert_eq!(
        anyone
            .ask(costly, json!({"n": 5}))
            .await
            .at("listings.nodes"),
        &json!([])
    );
}

#[tokio::test]
async fn limits_are_settings() {
    let world = World::with(On::Sqlite, |config| {
        (config.limits.max_aliases, config.limits.max_tokens) = (2, 500);
        (config.limits.max_complexity, config.limits.max_body_bytes) = (1_000, 5_000);
        config.limits.known_documents_bytes = 0;
    })
    .await;
    let anyone = world.stranger();
    for (query, code) in [
        ("{ a: __typename b: __typename c: __typename }".to_owned(), "TOO_MANY_ALIASES"),
        (format!("{{ {} }}", "__typename ".repeat(600).trim()), "PAYLOAD_TOO_LARGE"),
        (format!("{{ {} }}", "a ".repeat(600)), "TOO_MANY_TOKENS"),
        ("{ offers(first: 50) { nodes { organisation { listings(first: 50) { nodes { id } } } } } }".into(), "QUERY_TOO_COMPLEX"),
    ] {
        assert_eq!(anyone.ask(&query, json!({})).await.codes(), [code], "{query}");
    }
    assert_eq!(
        anyone
            .ask("{ a: __typename b: __typename }", json!({}))
            .await
            .at("a"),
        "Query"
    );
}
