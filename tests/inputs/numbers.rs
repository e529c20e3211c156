//! Register numbers: every spelling is one number, which belongs to one organisation.

use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::{both, support::World};

const CREATE: &str = "mutation ($name: String!, $scheme: String!, $value: String!) { createOrganisation(input: {name: $name,
    kind: CHARITY, identifiers: [{scheme: $scheme, value: $value}]}) { organisation { identifiers { value } } userErrors { code field } } }";
const FIND: &str =
    "query ($text: String) { organisations(filter: {text: $text}) { nodes { name } } }";

/// Register, spellings of one number, and its normal form.
const NUMBERS: [(&str, &[&str], &str); 7] = [
    (
        "GB-NIC",
        &["NIC634122", "634122", "nic 634122", "0634122", "NIC-634122"],
        "634122",
    ),
    (
        "GB-COH",
        &["1234567", "01234567", "0123 4567", "0123-4567"],
        "01234567",
    ),
    ("GB-COH", &["sc 1234", "SC001234", "SC-001234"], "SC001234"),
    ("GB-CHC", &["0203644", "203644", "203644-0"], "203644"),
    ("GB-SC", &["SC012345", "sc12345", "12345"], "SC012345"),
    ("GB-MPR", &["IP032153R", "32153r"], "32153R"),
    ("GB-NHS", &["rta-01", "RTA 01"], "RTA01"),
];

both! {
    async fn a_number_in_another_spelling_is_taken_and_found(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        for (at, (scheme, spellings, normal)) in NUMBERS.into_iter().enumerate() {
            let name = format!("Trust {at}");
            for (turn, value) in spellings.iter().enumerate() {
                let reply = mary.ask(CREATE, json!({"name": name, "scheme": scheme, "value": value})).await;
                if turn == 0 {
                    assert_eq!(reply.at("createOrganisation.organisation.identifiers.0.value"), normal);
                } else {
                    assert_eq!(reply.refusals(), ["ALREADY_EXISTS identifiers.0.value"], "{scheme} {value}");
                }
                let found = world.stranger().ask(FIND, json!({"text": value})).await.each("organisations.nodes", "name");
                assert!(found.contains(&name), "{scheme} {value}: {found:?}");
            }
        }
    }

    async fn stored_numbers_and_addresses_take_their_normal_form_unless_it_is_taken(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        let database = &world.app.database;
        for (name, value) in [("One", "634122"), ("Two", "700001"), ("Three", "700002")] {
            mary.ask(CREATE, json!({"name": name.repeat(2), "scheme": "GB-NIC", "value": value})).await.at("createOrganisation.organisation");
        }
        for (stored, value) in [("700001", "NIC634122"), ("700002", "NIC700009")] {
            let write = format!("UPDATE organisation_identifier SET value = '{value}' WHERE value = '{stored}'");
            database.write.execute_unprepared(&write).await.unwrap();
        }
        let write = "UPDATE person SET email = 'mary@bücher.example'";
        database.write.execute_unprepared(write).await.unwrap();
        crate::migrations::without(database, "m0024_normal_forms").await;
        let kept = mary.ask("{ organisations { nodes { identifiers { value } } } viewer { person { email } } }", json!({})).await;
        let mut numbers: Vec<String> = kept.at("organisations.nodes").as_array().unwrap().iter()
            .map(|node| node["identifiers"][0]["value"].as_str().unwrap().to_owned()).collect();
        numbers.sort();
        assert_eq!(numbers, ["634122", "700009", "NIC634122"]);
        assert_eq!(kept.at("viewer.person.email"), "mary@xn--bcher-kva.example");
    }
}
