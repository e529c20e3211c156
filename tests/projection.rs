//! Each field of a row that is read column by column has the same value alone and with all columns.

use serde_json::{Value, json};

use crate::{
    both, events, listings,
    support::{Caller, World},
};

/// Fields of a type that can be selected without arguments, each with a selection of its leaf fields if it has one.
async fn fields(caller: &Caller, kind: &str) -> Vec<String> {
    let query =
        "query ($name: String!) { __type(name: $name) { fields { name args { name type { kind } }
        type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } }";
    let reply = caller.ask(query, json!({"name": kind})).await;
    let mut selections = Vec::new();
    for field in reply
        .body
        .pointer("/data/__type/fields")
        .unwrap()
        .as_array()
        .unwrap()
    {
        let required = field["args"]
            .as_array()
            .unwrap()
            .iter()
            .any(|arg| arg["type"]["kind"] == "NON_NULL");
        if required {
            continue;
        }
        let mut ty = &field["type"];
        let mut list = false;
        while ty["name"].is_null() {
            list |= ty["kind"] == "LIST";
            ty = &ty["ofType"];
        }
        let name = field["name"].as_str().unwrap();
        match ty["kind"].as_str().unwrap() {
            "SCALAR" | "ENUM" => selections.push(name.to_owned()),
            _ if list => selections.push(format!("{name} {{ __typename }}")),
            _ => {
                let leaves = leaves(caller, ty["name"].as_str().unwrap()).await;
                selections.push(format!("{name} {{ __typename {leaves} }}"));
            }
        }
    }
    selections
}

async fn leaves(caller: &Caller, kind: &str) -> String {
    let query = "query ($name: String!) { __type(name: $name) { fields { name args { name }
        type { kind ofType { kind } } } } }";
    let reply = caller.ask(query, json!({"name": kind})).await;
    let leaf = |field: &&Value| {
        let kinds = [&field["type"]["kind"], &field["type"]["ofType"]["kind"]];
        let is_leaf = kinds
            .iter()
            .any(|kind| ["SCALAR", "ENUM"].iter().any(|leaf| *kind == leaf));
        is_leaf && field["args"].as_array().unwrap().is_empty()
    };
    let fields = reply.body.pointer("/data/__type/fields").unwrap();
    let Some(fields) = fields.as_array() else {
        return String::new();
    };
    let names: Vec<&str> = fields
        .iter()
        .filter(leaf)
        .map(|field| field["name"].as_str().unwrap())
        .collect();
    names.join(" ")
}

/// Compares each field of a type, read alone through a list, with the same field of the whole row.
async fn compare(caller: &Caller, kind: &str, list: &str, id: &str) {
    let selections = fields(caller, kind).await;
    assert!(
        selections.len() > 15,
        "{kind} has few fields: {selections:?}"
    );
    for selection in selections {
        let alone = format!("{{ found: {list} {{ nodes {{ id {selection} }} }} }}");
        let whole = format!(
            "query ($id: ID!) {{ node(id: $id) {{ ... on {kind} {{ id {selection} }} }} }}"
        );
        let alone = caller.ask(&alone, json!({})).await;
        let whole = caller.ask(&whole, json!({"id": id})).await;
        let nodes = alone.at("found.nodes").as_array().unwrap().clone();
        let read = nodes.iter().find(|node| node["id"] == id).unwrap();
        assert_eq!(
            read,
            whole.at("node"),
            "{kind}.{selection} is wrong if it is read alone: see `needs` in projection.rs"
        );
    }
}

both! {
    async fn a_field_that_is_read_alone_has_the_value_of_the_whole_row(on) {
        let world = World::new(on).await;
        let owner = world.person("Olive Owner").await;
        let organisation = owner.organisation("Elm Works").await;
        let more = json!({"publish": true, "description": "Wiped and tested.", "tags": ["it"],
            "place": {"town": "Esher", "postcode": "KT10 9RL", "addressLines": ["High Street"]},
            "pictures": [{"url": "https://example.org/a.png", "alt": "A laptop"}]});
        let offer = listings::offer(&owner, &organisation, more).await;
        compare(&owner, "Offer", "offers(first: 5)", &offer).await;
        let event = events::announced(&owner, &organisation, json!({})).await;
        compare(&owner, "Event", "events(first: 5)", &event).await;
    }
}
