//! Partners of events: an organisation that a host names shows nowhere as a partner until it accepts.

use serde_json::{Value, json};

use super::{act, announced, becomes_partner, draft, hosts};
use crate::{
    both,
    support::{Caller, Reply},
};

/// Ends a partnership; the event is at `act.event`.
async fn ends(caller: &Caller, organisation: &str, event: &str) -> Reply {
    let end = "mutation ($event: ID!, $organisation: ID!) {
        act: endEventPartnership(input: {eventId: $event, organisationId: $organisation}) { event { id } userErrors { code field message } } }";
    caller
        .ask(end, json!({"event": event, "organisation": organisation}))
        .await
}

/// Names and states of the partnerships of an event, as somebody sees them.
async fn partnerships(caller: &Caller, event: &str) -> Value {
    let query = "query ($id: ID!) { event(id: $id) { partners { name } partnerships { organisation { name } state } } }";
    caller
        .ask(query, json!({"id": event}))
        .await
        .at("event")
        .clone()
}

/// Kinds of the notifications of somebody, newest first.
async fn told(caller: &Caller) -> Vec<String> {
    let query = "{ viewer { notifications { nodes { kind } } } }";
    caller
        .ask(query, json!({}))
        .await
        .each("viewer.notifications.nodes", "kind")
}

both! {
    async fn an_organisation_is_a_partner_once_it_accepts_and_until_it_leaves(on) {
        let (world, host, elm) = hosts(on).await;
        let (partner, member) = (world.person("Pat Partner").await, world.person("Mo Member").await);
        let oak = partner.organisation("Oak Trust").await;
        partner.admits(&oak, &member, "MEMBER").await;
        let event = announced(&host, &elm, json!({"title": "Together", "partners": [oak]})).await;
        let requested = json!([{"organisation": {"name": "Oak Trust"}, "state": "REQUESTED"}]);
        for (who, sees) in [(&host, &requested), (&partner, &requested), (&member, &requested), (&world.stranger(), &json!([]))] {
            let seen = partnerships(who, &event).await;
            assert_eq!((&seen["partners"], &seen["partnerships"]), (&json!([]), sees));
        }
        let of_oak = "query ($id: ID!) { events(filter: {organisations: [$id]}) { totalCount } }";
        let counts = async |expected: usize| {
            let seen = world.stranger().ask(of_oak, json!({"id": oak})).await;
            assert_eq!(seen.at("events.totalCount"), &json!(expected));
            let calendar = crate::feeds::get(&world, &format!("/calendars/organisations/{oak}.ics")).await;
            assert_eq!(calendar.text.contains("Together"), expected == 1);
        };
        counts(0).await;
        world.tell(api::kit::clock::now()).await;
        assert_eq!(told(&partner).await.first().map(String::as_str), Some("PARTNERSHIP_REQUESTED"));
        assert!(!told(&member).await.contains(&"PARTNERSHIP_REQUESTED".to_owned()));
        assert_eq!(becomes_partner(&member, &oak, &event).await.codes(), ["FORBIDDEN"]);
        assert_eq!(becomes_partner(&host, &oak, &event).await.codes(), ["FORBIDDEN"]);
        let accepted = becomes_partner(&partner, &oak, &event).await;
        assert_eq!(accepted.each("act.event.partners", "name"), ["Oak Trust"]);
        assert_eq!(becomes_partner(&partner, &oak, &event).await.refusals(), ["INVALID_STATE"]);
        counts(1).await;
        world.tell(api::kit::clock::now()).await;
        assert_eq!(told(&host).await.first().map(String::as_str), Some("PARTNERSHIP_ACCEPTED"));
        // The host cannot name it again once it has left.
        ends(&partner, &oak, &event).await.at("act.event");
        assert_eq!(ends(&partner, &oak, &event).await.refusals(), ["INVALID_STATE"]);
        counts(0).await;
        let version = host.ask("query ($id: ID!) { event(id: $id) { version } }", json!({"id": event})).await.at("event.version").clone();
        let again = act(&host, "updateEvent", &event, json!({"version": version, "partners": [oak]})).await;
        assert_eq!(again.refusals(), ["INVALID_STATE partners.0"]);
        assert_eq!(becomes_partner(&partner, &oak, &event).await.refusals(), ["INVALID_STATE"]);
        let other = announced(&host, &elm, json!({"title": "Alone"})).await;
        assert_eq!(ends(&partner, &oak, &other).await.refusals(), ["INVALID_STATE organisationId"]);
    }

    async fn other_words_ask_the_partners_again_and_drafts_ask_nobody(on) {
        let (world, host, elm) = hosts(on).await;
        let partner = world.person("Pat Partner").await;
        let oak = partner.organisation("Oak Trust").await;
        let ash = host.organisation("Ash Trust").await;
        let event = draft(&host, &elm, json!({"title": "Together", "partners": [ash, oak], "audience": "ORGANISATION"})).await.text("act.event.id");
        world.tell(api::kit::clock::now()).await;
        assert_eq!(told(&partner).await, [""; 0]);
        let read = "query ($id: ID!) { event(id: $id) { id } }";
        assert!(partner.ask(read, json!({"id": event})).await.at("event").is_null());
        act(&host, "scheduleEvent", &event, json!({})).await.at("act.event");
        world.tell(api::kit::clock::now()).await;
        assert_eq!(told(&partner).await, ["PARTNERSHIP_REQUESTED"]);
        // The host accepts for its own organisation as it names it.
        assert_eq!(partnerships(&host, &event).await["partners"], json!([{"name": "Ash Trust"}]));
        let stale = json!({"eventId": event, "organisationId": oak, "version": 1});
        let accept = "mutation ($input: AcceptEventPartnershipInput!) { act: acceptEventPartnership(input: $input) { event { id } userErrors { code field } } }";
        assert_eq!(partner.ask(accept, json!({"input": stale})).await.refusals(), ["VERSION_OUTDATED version"]);
        becomes_partner(&partner, &oak, &event).await.at("act.event");
        let names = async || partnerships(&host, &event).await["partners"].as_array().unwrap().len();
        assert_eq!(names().await, 2);
        let update = async |change: Value| {
            let version = host.ask("query ($id: ID!) { event(id: $id) { version } }", json!({"id": event})).await.at("event.version").clone();
            let mut input = change;
            input["version"] = version;
            act(&host, "updateEvent", &event, input).await.at("act.event");
        };
        update(json!({"capacity": 90})).await;
        assert_eq!(names().await, 2);
        update(json!({"title": "Something else"})).await;
        assert_eq!(names().await, 1);
        world.tell(api::kit::clock::now()).await;
        assert_eq!(told(&partner).await, ["PARTNERSHIP_REQUESTED", "PARTNERSHIP_REQUESTED"]);
        ends(&partner, &oak, &event).await.at("act.event");
        update(json!({"title": "Together again"})).await;
        assert_eq!(names().await, 1);
        update(json!({"partners": []})).await;
        assert_eq!(names().await, 0);
        act(&host, "cancelEvent", &event, json!({})).await.at("act.event");
    }
}
