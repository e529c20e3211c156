//! Operations over a socket: the same as by POST, with the same refusals.

use entity::person::PlatformRole;
use serde_json::{Value, json};

use super::{A_WHILE, RECORDED, Served};
use crate::both;

both! {
    async fn queries_and_mutations_are_answered_once(on) {
        let served = Served::new(on).await;
        let person = served.world.person("Olive Owner").await;
        let mut socket = served.socket_of(&person).await;
        socket.subscribe("q", "{ viewer { kind } b: viewer { kind } }", json!({})).await;
        assert_eq!(socket.answer("q").await.to_string(), r#"{"data":{"viewer":{"kind":"PERSON"},"b":{"kind":"PERSON"}}}"#);
        assert_eq!(socket.hear().await, json!({"id": "q", "type": "complete"}));
        let create = "mutation { createOrganisation(input: {name: \"Elm Works\", kind: CHARITY}) { organisation { name } userErrors { code } } }";
        socket.subscribe("q", create, json!({})).await;
        assert_eq!(socket.answer("q").await["data"]["createOrganisation"]["organisation"]["name"], "Elm Works");
        assert_eq!(socket.hear().await["type"], "complete");
    }

    async fn what_cannot_be_executed_is_one_error_with_a_list_and_the_socket_stays(on) {
        let served = Served::new(on).await;
        let stranger = served.world.stranger();
        let mut socket = served.socket_of(&stranger).await;
        let deep = format!("{{ {} }}", "viewer { ".repeat(30) + "kind" + &" }".repeat(30));
        let many = format!("{{ {} }}", "a: __typename ".repeat(300));
        for (query, code) in [
            ("", "BAD_REQUEST"),
            ("nonsense {", "GRAPHQL_PARSE_FAILED"),
            ("{ nonsense }", "GRAPHQL_VALIDATION_FAILED"),
            ("query ($id: ID!) { node(id: $id) { id } }", "GRAPHQL_VALIDATION_FAILED"),
            (&deep, "QUERY_TOO_DEEP"),
            (&many, "TOO_MANY_ALIASES"),
            ("{ organisations(first: 100) { nodes { listings(first: 100) { nodes { activities(first: 100) { nodes { act } } } } } } }", "QUERY_TOO_COMPLEX"),
            ("subscription { nonsense }", "GRAPHQL_VALIDATION_FAILED"),
            ("subscription { a: activityRecorded { act } b: activityRecorded { act } }", "GRAPHQL_VALIDATION_FAILED"),
            ("subscription { __typename }", "GRAPHQL_VALIDATION_FAILED"),
            ("subscription { activityRecorded { nonsense } }", "GRAPHQL_VALIDATION_FAILED"),
            ("subscription { activityRecorded(organisationId: \"nonsense\") { act } }", "BAD_USER_INPUT"),
            (RECORDED, "UNAUTHENTICATED"),
        ] {
            socket.subscribe("1", query, json!({})).await;
            let heard = socket.hear().await;
            assert!(heard["type"] == "error" && heard["id"] == "1", "{query}: {heard}");
            let codes: Vec<&Value> = heard["payload"].as_array().unwrap().iter().map(|error| &error["extensions"]["code"]).collect();
            assert!(!codes.is_empty() && codes.iter().all(|found| **found == code), "{query}: {heard}");
        }
        socket.subscribe("1", "{ viewer { kind } }", json!({})).await;
        assert_eq!(socket.answer("1").await["data"]["viewer"]["kind"], "ANONYMOUS");
    }

    async fn the_field_of_a_subscription_may_stand_in_fragments(on) {
        let served = Served::new(on).await;
        let person = served.world.person("Olive Owner").await;
        let mut socket = served.socket_of(&person).await;
        let query = "subscription S($o: ID) { ...F ... on Subscription { it: activityRecorded(organisationId: $o) { subjectId } } }
            fragment F on Subscription { it: activityRecorded(organisationId: $o) { act } }";
        served.listens(&mut socket, "1", query, json!({})).await;
        person.organisation("Elm Works").await;
        let answer = socket.answer("1").await;
        assert_eq!(answer["data"]["it"]["act"], "organisation.created");
        assert!(answer["data"]["it"]["subjectId"].is_string());
    }

    async fn what_was_completed_is_heard_no_more_and_its_name_is_free(on) {
        let served = Served::new(on).await;
        let person = served.world.person("Olive Owner").await;
        let mut socket = served.listener(&person, json!({})).await;
        socket.say_json(json!({"id": "1", "type": "complete"})).await;
        socket.say_json(json!({"type": "ping"})).await;
        assert_eq!(socket.hear().await["type"], "pong");
        person.organisation("Elm Works").await;
        assert!(socket.is_silent(A_WHILE).await);
        served.listens(&mut socket, "1", RECORDED, json!({})).await;
        person.organisation("Beech House").await;
        socket.answer("1").await;
        socket.say_json(json!({"type": "ping", "payload": {"at": 1}})).await;
        assert_eq!(socket.hear().await, json!({"type": "pong", "payload": {"at": 1}}));
    }

    async fn in_production_the_schema_is_told_to_staff_over_sockets_too(on) {
        let key = crate::support::database::config("").token_key_file;
        // The key was made by a program that was not in production.
        drop(Served::new(on).await);
        let served = Served::with(on, |_, config| {
            config.production = true;
            config.token_key_file = key;
        }).await;
        let (person, broker) = (served.world.person("Olive Owner").await, served.world.staff("Bo Broker", PlatformRole::Broker).await);
        for query in ["{ __schema { queryType { name } } }", "{ ...F } fragment F on Query { __type(name: \"Offer\") { name } }", "{ _service { sdl } }"] {
            for caller in [&served.world.stranger(), &person] {
                let mut socket = served.socket_of(caller).await;
                socket.subscribe("1", query, json!({})).await;
                let heard = socket.hear().await;
                assert!(heard["type"] == "error" && heard["payload"][0]["extensions"]["code"] == "INTROSPECTION_DISABLED", "{query}: {heard}");
            }
            let mut socket = served.socket_of(&broker).await;
            socket.subscribe("1", query, json!({})).await;
            assert!(socket.answer("1").await["errors"].is_null(), "{query}");
        }
    }
}
