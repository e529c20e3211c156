//! The query language: defaults of variables, descriptions, and positions of errors.

use serde_json::{Value, json};

use super::{address, get, post, refused};
use crate::support::{On, World};

#[tokio::test]
async fn enums_may_be_defaults_wherever_a_default_may_stand() {
    let world = World::new(On::Sqlite).await;
    let admin = world.admin().await;
    let listings = "listings { totalCount }";
    for (variables, uses, given) in [
        (
            "$v: ListingOrder! = NEWEST",
            "listings(orderBy: $v) { totalCount }",
            json!({}),
        ),
        (
            "$v: ListingOrder = CLOSING_SOON",
            "listings(orderBy: $v) { totalCount }",
            json!({}),
        ),
        (
            "$v: ListingOrder = NEWEST",
            "listings(orderBy: $v) { totalCount }",
            json!({"v": "CLOSING_SOON"}),
        ),
        (
            "$v: [IntakeState!]! = [NEW, TRIAGED]",
            "listings: intakes(states: $v) { totalCount }",
            json!({}),
        ),
        (
            "$v: [IntakeState!]! = NEW",
            "listings: intakes(states: $v) { totalCount }",
            json!({}),
        ),
        (
            "$v: IntakeState! = NEW",
            "listings: intakes(states: [$v]) { totalCount }",
            json!({}),
        ),
        (
            "$v: ListingFilter = {states: [PUBLISHED, EXPIRED], resourceKinds: [EQUIPMENT]}",
            "listings(filter: $v) { totalCount }",
            json!({}),
        ),
        (
            "$v: ListingFilter! = {states: PUBLISHED}",
            "listings(filter: $v) { totalCount }",
            json!({}),
        ),
        (
            "$v: [ListingState!] = [PAUSED]",
            "listings(filter: {states: $v}) { totalCount }",
            json!({}),
        ),
        (
            "$v: Boolean! = false",
            &format!("... @skip(if: $v) {{ {listings} }}"),
            json!({}),
        ),
    ] {
        let query = format!("query ({variables}) {{ {uses} }}");
        let reply = admin.ask(&query, given).await;
        assert_eq!(reply.at("listings.totalCount"), 0, "{query}");
    }
    let save = "mutation ($input: SaveAreaInput! = {code: \"north-towns\", name: \"North Towns\", kind: CUSTOM}) {
        saveArea(input: $input) { area { kind } userErrors { message } } }";
    assert_eq!(
        admin.ask(save, json!({})).await.at("saveArea.area.kind"),
        "CUSTOM"
    );
    for (variables, uses) in [
        (
            "$v: ListingOrder = \"NEWEST\"",
            "listings(orderBy: $v) { totalCount }",
        ),
        (
            "$v: ListingOrder = NOSUCH",
            "listings(orderBy: $v) { totalCount }",
        ),
        (
            "$v: ListingFilter = {states: [NOSUCH]}",
            "listings(filter: $v) { totalCount }",
        ),
        ("$v: String = NEWEST", "listing(reference: $v) { id }"),
    ] {
        let reply = admin
            .ask(&format!("query ({variables}) {{ {uses} }}"), json!({}))
            .await;
        refused(&reply, 200, "GRAPHQL_VALIDATION_FAILED");
    }
}

#[tokio::test]
async fn only_another_default_than_null_admits_a_variable_that_may_be_null() {
    let world = World::new(On::Sqlite).await;
    let anyone = world.stranger();
    for (query, fits) in [
        ("query ($v: [ID!] = null) { nodes(ids: $v) { id } }", false),
        ("query ($v: [ID!]) { nodes(ids: $v) { id } }", false),
        ("query ($v: [ID!] = []) { nodes(ids: $v) { id } }", true),
        ("query ($v: ID = null) { nodes(ids: [$v]) { id } }", false),
        ("query ($v: ID = \"x\") { nodes(ids: [$v]) { id } }", true),
        (
            "query ($v: Boolean = null) { viewer { kind @skip(if: $v) } }",
            false,
        ),
        (
            "query ($v: Boolean = false) { viewer { kind @skip(if: $v) } }",
            true,
        ),
        (
            "query ($v: Boolean! = null) { viewer { kind @skip(if: $v) } }",
            false,
        ),
        (
            "query ($v: Float = null) { listings(filter: {near: {point: {latitude: $v, longitude: 0}, withinKm: 1}}) { totalCount } }",
            false,
        ),
        (
            "query ($v: Float = 51.3) { listings(filter: {near: {point: {latitude: $v, longitude: 0}, withinKm: 1}}) { totalCount } }",
            true,
        ),
        ("query ($v: ID) { nodes(ids: [$v]) { id } }", false),
        ("query ($v: [ID!]!) { nodes(ids: [$v]) { id } }", false),
        (
            "query ($v: Int!) { listings(filter: {tags: [$v]}) { totalCount } }",
            false,
        ),
        (
            "query ($v: String) { listings(filter: {areas: [\"guildford\", $v]}) { totalCount } }",
            false,
        ),
        (
            "query ($v: String = \"guildford\") { listings(filter: {areas: [\"guildford\", $v]}) { totalCount } }",
            true,
        ),
        (
            "query ($v: String) { ...F } fragment F on Query { listings(filter: {areas: [$v]}) { totalCount } }",
            false,
        ),
        // Null is a default like any other where null is allowed.
        (
            "query ($v: Int = null) { offers(first: $v) { totalCount } }",
            true,
        ),
        (
            "query A($v: Int = null) { ...F } fragment F on Query { offers(first: $v) { totalCount } }",
            true,
        ),
    ] {
        let reply = anyone.ask(query, json!({})).await;
        if fits {
            assert!(reply.codes().is_empty(), "{query}: {}", reply.text);
        } else {
            refused(&reply, 200, "GRAPHQL_VALIDATION_FAILED");
        }
    }
}

/// Described in every place.
const DESCRIBED: &str = "\"\"\"\n  Asks \"é\", \\\"\"\" and # more.\n\"\"\"\nquery Asks(\"Which one 🏃\" $first: Int = 1, \"\"\"Another\"\"\" $after: String) {
    offers(first: $first, after: $after) { ...Found } }
\"Shown { of it }\" fragment Found on OfferConnection { totalCount }";

#[tokio::test]
async fn descriptions_are_accepted_and_mean_nothing() {
    let world = World::new(On::Sqlite).await;
    let anyone = world.stranger();
    for _ in 0..2 {
        assert_eq!(
            anyone
                .ask(DESCRIBED, json!({}))
                .await
                .at("offers.totalCount"),
            0
        );
    }
    let hash = {
        use sha2::{Digest, Sha256};
        format!("{:x}", Sha256::digest(DESCRIBED.as_bytes()))
    };
    let extensions = json!({"persistedQuery": {"version": 1, "sha256Hash": hash}});
    for body in [
        json!({"query": DESCRIBED, "extensions": extensions}),
        json!({"extensions": extensions}),
    ] {
        assert_eq!(
            anyone
                .send(post(body.to_string()))
                .await
                .at("offers.totalCount"),
            0
        );
    }
    let costly = format!(
        "\"Much\" {}",
        "query ($n: Int = 100) { listings(first: $n) { nodes { organisation { listings(first: $n) { nodes { id title } } } } } }"
    );
    refused(
        &anyone.ask(&costly, json!({})).await,
        200,
        "QUERY_TOO_COMPLEX",
    );
    for wrong in [
        "\"d\" { viewer { kind } }",
        "\"d\" \"e\" query { viewer { kind } }",
        "query { viewer { kind } } \"d\"",
        "query { \"d\" viewer { kind } }",
        "query \"d\" Q { viewer { kind } }",
        "query (\"d\" \"e\" $v: Int) { offers(first: $v) { totalCount } }",
        "query ($v: \"d\" Int) { offers(first: $v) { totalCount } }",
        "query ($v: Int \"d\") { offers(first: $v) { totalCount } }",
        "\"\\x\" query { viewer { kind } }",
        "\"\\uD83C\" query { viewer { kind } }",
        "\"d\n\" query { viewer { kind } }",
        "\"\"\"d query { viewer { kind } }",
        "\"d\" type A { b: Int }",
    ] {
        refused(
            &anyone.ask(wrong, json!({})).await,
            200,
            "GRAPHQL_PARSE_FAILED",
        );
    }
    let long = format!("\"{}\" query {{ viewer {{ kind }} }}", "x".repeat(100_000));
    refused(
        &anyone.ask(&long, json!({})).await,
        200,
        "DOCUMENT_TOO_LONG",
    );
    let many = format!(
        "{}query {{ viewer {{ kind }} }}",
        "\"\" fragment F on Query { a } ".repeat(3_000)
    );
    refused(&anyone.ask(&many, json!({})).await, 200, "TOO_MANY_TOKENS");
}

#[tokio::test]
async fn trusted_documents_may_have_descriptions() {
    let list = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(list.path(), json!({"Asks": DESCRIBED}).to_string()).unwrap();
    let world = World::with(On::Sqlite, |config| {
        config.trusted_documents = Some(list.path().into());
        config.only_trusted_documents = true;
    })
    .await;
    for members in [("documentId", "Asks"), ("query", DESCRIBED)] {
        let reply = world.stranger().send(get(&address(&[members]))).await;
        assert_eq!(reply.at("offers.totalCount"), 0);
    }
}

/// Position of a word as graphql-js 16 gives it: a column counts UTF-16 code units, and lines end with `\n`, `\r` or `\r\n`.
fn position(text: &str, word: &str) -> Value {
    let before = text.split(word).next().unwrap().replace("\r\n", "\n");
    let lines: Vec<&str> = before.split(['\n', '\r']).collect();
    let column = lines.last().unwrap().encode_utf16().count() + 1;
    json!([{"line": lines.len(), "column": column}])
}

#[tokio::test]
async fn errors_are_placed_as_graphql_js_places_them() {
    let world = World::new(On::Sqlite).await;
    let anyone = world.stranger();
    for document in [
        "{ nothing }",
        "# é 🏃\n{ nothing }",
        "{ listing(reference: \"é\") { nothing } }",
        "{ listing(reference: \"🏃🏃\") { nothing } }",
        "\u{feff}{ nothing }",
        "{ # \u{2028} \u{85} \u{b}\r nothing }",
        "{ #\r\n\r\n nothing }",
        "\"é🏃\" query { nothing }",
        "query (\"🏃\" $v: Int) { offers(first: $v) { nothing } }",
        "{ listing(reference: \"é🏃\") { id } } nothing",
        "{ listing(reference: \"🏃\") { id \r\n # é\r ...nothing } }",
    ] {
        let reply = anyone.ask(document, json!({})).await;
        let mut place = position(document, "nothing");
        if document.contains("...") {
            place[0]["column"] = json!(place[0]["column"].as_u64().unwrap() - 3);
        }
        let errors = reply.body["errors"].as_array().unwrap();
        let placed = errors.iter().any(|error| error["locations"] == place);
        assert!(placed, "{place} {document:?}: {}", reply.text);
    }
    // An error of a field that is executed.
    let reply = anyone
        .ask(
            "query ($e: String = \"🏃\") { a: listing(reference: $e) { id } é: viewer { kind } }",
            json!({}),
        )
        .await;
    refused(&reply, 200, "GRAPHQL_PARSE_FAILED");
    let document =
        "{ # 🏃\n a: listing(reference: \"🏃\") { id } offers(first: 101) { totalCount } }";
    let reply = anyone.ask(document, json!({})).await;
    let placed = &reply.body["errors"][0]["locations"];
    assert_eq!(*placed, position(document, "offers"), "{}", reply.text);
}
