//! A part of a larger graph: what gateways of Apollo Federation are told of it, and what they find in it.

use axum::{
    body::Body,
    http::{Request, header},
};
use entity::person::PlatformRole;
use serde_json::{Value, json};

use crate::{
    both,
    listings::offer,
    support::{Caller, On, Reply, World},
};

const ENTITIES: &str =
    "query ($representations: [_Any!]!) { _entities(representations: $representations) {
    __typename ... on Node { id } ... on Offer { title } ... on Organisation { name } } }";

async fn entities(caller: &Caller, representations: Value) -> Reply {
    caller
        .ask(ENTITIES, json!({"representations": representations}))
        .await
}

fn represented(kind: &str, id: &str) -> Value {
    json!({"__typename": kind, "id": id})
}

both! {
    async fn gateways_find_things_as_everybody_does_by_their_ids(on) {
        let world = World::new(on).await;
        let (olive, fay) = (world.person("Olive Owner").await, world.person("Fay Foreign").await);
        let elm = olive.organisation("Elm Works").await;
        let published = offer(&olive, &elm, json!({"publish": true})).await;
        let draft = offer(&olive, &elm, json!({})).await;
        let never = "listing:01900000-0000-7000-8000-000000000000";
        let asked = json!([
            represented("Offer", &published), represented("Organisation", &elm), represented("Offer", &draft), represented("Offer", never),
            // It is there, and is something else.
            represented("Request", &published), represented("Offer", &elm), represented("Offer", "nonsense"),
            // What gateways know besides is no business of ours.
            {"__typename": "Offer", "id": published, "carbonSaved": 7, "more": {"of": [null]}},
        ]);
        let of_offer = json!({"__typename": "Offer", "id": published, "title": "Forty refurbished laptops"});
        let of_draft = json!({"__typename": "Offer", "id": draft, "title": "Forty refurbished laptops"});
        let of_elm = json!({"__typename": "Organisation", "id": elm, "name": "Elm Works"});
        for (caller, drafted) in [(&olive, &of_draft), (&fay, &Value::Null), (&world.stranger(), &Value::Null)] {
            let reply = entities(caller, asked.clone()).await;
            assert_eq!(reply.at("_entities"), &json!([of_offer, of_elm, drafted, null, null, null, null, of_offer]));
        }
        // What somebody may not see cannot be told from what never was.
        let (hidden, absent) = (entities(&fay, json!([represented("Offer", &draft)])).await, entities(&fay, json!([represented("Offer", never)])).await);
        assert_eq!(hidden.text, absent.text);
    }

    async fn however_many_are_asked_for_each_kind_is_read_once(on) {
        let world = World::new(on).await;
        let olive = world.person("Olive Owner").await;
        let elm = olive.organisation("Elm Works").await;
        let mut asked = vec![represented("Organisation", &elm)];
        for _ in 0..9 {
            asked.push(represented("Offer", &offer(&olive, &elm, json!({"publish": true})).await));
        }
        let stranger = world.stranger();
        entities(&stranger, json!(asked)).await.at("_entities");
        for (asked, statements) in [(&asked[..1], 1), (&asked[..2], 2), (&asked[..], 2)] {
            let before = world.app.database.statements();
            entities(&stranger, json!(asked)).await.at("_entities");
            assert_eq!(world.app.database.statements() - before, statements, "for {}", asked.len());
        }
    }
}

#[tokio::test]
async fn a_representation_that_is_none_is_told_which_and_why() {
    let world = World::new(On::Sqlite).await;
    let good = represented("Area", "area:x");
    for (representations, told) in [
        (
            json!([good, "nonsense"]),
            "representations: number 2: a representation must be an object with __typename and id",
        ),
        (
            json!([{}]),
            "representations: number 1: a representation must have the text member __typename",
        ),
        (
            json!([{"__typename": 1, "id": "x"}]),
            "representations: number 1: a representation must have the text member __typename",
        ),
        (
            json!([{"__typename": "Offer"}]),
            "representations: number 1: a representation must have the text member id",
        ),
        (
            json!([{"__typename": "Offer", "id": 1}]),
            "representations: number 1: a representation must have the text member id",
        ),
        (
            json!([{"__typename": "Quantity", "id": "x"}]),
            "representations: number 1: \"Quantity\" is not a type with global ids",
        ),
        (
            json!([{"__typename": "Listing", "id": "x"}]),
            "representations: number 1: \"Listing\" is not a type with global ids",
        ),
        (
            json!(vec![good.clone(); 1_001]),
            "representations: at most 1000 in one call",
        ),
    ] {
        let reply = entities(&world.stranger(), representations).await;
        assert_eq!(reply.codes(), ["BAD_USER_INPUT"], "{}", reply.text);
        assert_eq!(reply.body["errors"][0]["message"], told);
    }
    // Many with much of each are too much.
    let much = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Organisation { listings(first: 30) { nodes { id } } } } }";
    let reply = world
        .stranger()
        .ask(much, json!({"r": vec![good; 1_000]}))
        .await;
    assert_eq!(reply.codes(), ["QUERY_TOO_COMPLEX"]);
    let none = entities(&world.stranger(), json!([])).await;
    assert_eq!(none.at("_entities"), &json!([]));
}

#[tokio::test]
async fn what_gateways_are_told_of_the_graph_is_the_contract_with_keys() {
    let world = World::new(On::Sqlite).await;
    let reply = world
        .stranger()
        .ask("{ _service { sdl } }", json!({}))
        .await;
    let told = reply.text("_service.sdl");
    assert_eq!(told, api::schema::subgraph::sdl());
    let nodes = "{ __type(name: \"Node\") { possibleTypes { name } } }";
    let nodes = world.stranger().ask(nodes, json!({})).await;
    let nodes = nodes.at("__type.possibleTypes").as_array().unwrap().clone();
    assert!(nodes.len() > 15);
    for node in nodes {
        let name = node["name"].as_str().unwrap();
        let line = told
            .lines()
            .find(|line| line.starts_with(&format!("type {name} ")));
        assert!(
            line.is_some_and(|line| line.ends_with("@key(fields: \"id\") {")),
            "{name}"
        );
    }
    assert_eq!(
        told.matches("@key").count() - 1,
        told.matches("@key(fields: \"id\") {").count()
    );
}

#[tokio::test]
async fn in_production_the_graph_is_told_to_staff_whatever_it_is_asked_by() {
    let key = World::new(On::Sqlite)
        .await
        .app
        .config
        .token_key_file
        .clone();
    let world = World::with(On::Sqlite, |config| {
        config.production = true;
        config.token_key_file = key;
    })
    .await;
    let person = world.person("Olive Owner").await;
    let broker = world.staff("Bo Broker", PlatformRole::Broker).await;
    let query = "query Q { viewer { kind } ...F } fragment F on Query { graph: _service { sdl } }";
    for caller in [&world.stranger(), &person] {
        assert_eq!(
            caller.ask(query, json!({})).await.codes(),
            ["INTROSPECTION_DISABLED"]
        );
        let events = caller.hear(query, json!({})).await.answer().await;
        assert_eq!(
            events["errors"][0]["extensions"]["code"],
            "INTROSPECTION_DISABLED"
        );
        // Things are found all the same.
        let found = entities(caller, json!([represented("Offer", "nonsense")])).await;
        assert_eq!(found.at("_entities"), &json!([null]));
    }
    assert!(
        broker
            .ask(query, json!({}))
            .await
            .at("graph.sdl")
            .is_string()
    );
    // Nor is it kept by caches where it is told.
    let open = World::new(On::Sqlite).await;
    let request = Request::get("/graphql?query=%7B_service%7Bsdl%7D%7D")
        .body(Body::empty())
        .unwrap();
    let reply = open.stranger().send(request).await;
    assert!(reply.at("_service.sdl").is_string());
    assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
}
