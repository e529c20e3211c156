//! What goes out: in the order in which it was asked for, with null where it belongs.

use serde_json::{Value, json};

use crate::{both, support::World};

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
        let query = "query ($id: ID!) { requests { totalCount nodes { id } } z: viewer { kind memberships { nodes { role organisation { name id } } } person { displayName } }
            ...More offers(first: 2) { nodes { postedBy { displayName } title organisation { listings(first: 1) { totalCount nodes { kind id } } name } id } totalCount }
            a: areas { name } organisation(id: $id) { members { nodes { person { displayName } role } } } ... on Query { organisation(id: $id) { name } } }
            fragment More on Query { activities(first: 2) { nodes { actor { displayName } act } } viewer { kind } }";
        for _ in 0..20 {
            let reply = owner.ask(query, json!({"id": organisation})).await;
            assert_eq!(order(&serde_json::from_str(&reply.text).unwrap()), "(data(requests(totalCount nodes) \
                z(kind memberships(nodes(role organisation(name id))) person(displayName)) activities(nodes(actor(displayName) act)) viewer(kind) \
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
            (format!("{{ viewer {{ memberships {{ nodes {{ role organisation {{ {wrong} }} }} }} }} }}"), json!({"viewer": {"memberships": {"nodes": [{"role": "OWNER", "organisation": null}]}}})),
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
