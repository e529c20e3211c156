//! The demonstration: what it holds, and where it is refused.

use api::{demo, kit::Error};
use serde_json::json;

use crate::{
    both,
    support::{Caller, World},
};

async fn load(world: &World) -> Result<(), String> {
    demo::load(&world.app).await.map_err(|error| match error {
        Error::Refused(errors) => format!("{errors:?}"),
        error => format!("{error:?}"),
    })
}

async fn sign_in(world: &World, email: &str) -> Caller {
    let reply = world
        .stranger()
        .ask(
            "mutation ($email: String!, $password: String!) { signIn(input: {email: $email, password: $password}) {
                accessToken userErrors { code } } }",
            json!({"email": email, "password": demo::PASSWORD}),
        )
        .await;
    Caller::new(world.router.clone(), Some(reply.text("signIn.accessToken")))
}

both! {
    async fn everybody_finds_what_is_offered_and_sees_it_in_every_state(on) {
        let world = World::new(on).await;
        load(&world).await.unwrap();
        let found = world.stranger().ask(
            r#"{ laptops: offers(filter: {text: "laptop", areas: ["surrey"]}) { nodes { title organisation { name } publishedAt } }
                open: listings(first: 1) { totalCount }
                expired: listings(filter: {states: [EXPIRED]}) { totalCount nodes { state } }
                closed: listings(filter: {states: [CLOSED], stillNeeded: null}) { totalCount nodes { closeReason closedAt } }
                organisations(first: 1) { totalCount } }"#,
            json!({}),
        ).await;
        assert!(found.each("laptops.nodes", "title").contains(&"Forty refurbished laptops".into()));
        assert!(found.at("open.totalCount").as_i64().unwrap() > 150);
        assert!(found.at("expired.totalCount").as_i64().unwrap() > 3);
        assert!(found.at("closed.totalCount").as_i64().unwrap() > 3);
        assert_eq!(found.at("organisations.totalCount"), 48);
    }

    async fn events_are_to_come_full_and_over_and_one_recurs(on) {
        let world = World::new(on).await;
        load(&world).await.unwrap();
        let host = sign_in(&world, "admin@example.org").await;
        let seen = host.ask(
            r#"{ surrey: events(filter: {text: "We Are Surrey"}) { nodes { title remainingPlaces confirmedPlaces waitingCount
                    registrations(states: [WAITLISTED]) { nodes { name position } } } }
                over: events(filter: {states: [COMPLETED]}) { nodes { registrations { nodes { state } } } }
                series: events(filter: {text: "repair"}) { totalCount nodes { series { rule } } }
                room: events(filter: {placesLeft: true, attendanceModes: [ONLINE]}) { totalCount } }"#,
            json!({}),
        ).await;
        let surrey = seen.at("surrey.nodes.0");
        assert_eq!((&surrey["remainingPlaces"], &surrey["confirmedPlaces"], &surrey["waitingCount"]), (&json!(0), &json!(4), &json!(2)));
        assert_eq!(seen.each("surrey.nodes.0.registrations.nodes", "name").len(), 2);
        assert_eq!(seen.each("over.nodes.0.registrations.nodes", "state"), ["ATTENDED", "NO_SHOW", "ATTENDED"]);
        assert_eq!((seen.at("series.totalCount"), seen.at("room.totalCount")), (&json!(6), &json!(1)));
    }

    async fn matches_stand_wherever_a_match_can_stand(on) {
        let world = World::new(on).await;
        load(&world).await.unwrap();
        let broker = sign_in(&world, "broker@example.org").await;
        let seen = broker.ask(
            "{ all: matches(first: 100) { nodes { state createdAt returnedAt thanks { public } deliveries { nodes { state } } } }
                toApprove: matches(filter: {needsApproval: true}) { totalCount }
                stuck: matches(filter: {stuck: true}) { totalCount }
                waiting: matches(filter: {waitsForMe: true}) { totalCount } }",
            json!({}),
        ).await;
        let states = seen.each("all.nodes", "state");
        for state in ["PROPOSED", "COUNTERED", "ACCEPTED", "IN_DELIVERY", "AWAITING_CONFIRMATION", "FULFILLED",
            "DECLINED", "WITHDRAWN", "LAPSED", "CANCELLED", "DISPUTED", "RESOLVED"] {
            assert!(states.contains(&state.to_owned()), "{state}");
        }
        assert_eq!(states.len(), 27);
        let nodes = seen.at("all.nodes").as_array().unwrap();
        assert!(nodes.iter().any(|node| node["returnedAt"].is_string()), "a loan came back");
        let public = |node: &&serde_json::Value| node["thanks"][0]["public"] == true;
        assert!(nodes.iter().filter(public).count() > 2, "thanks for everybody to read");
        assert_eq!((seen.at("toApprove.totalCount"), seen.at("stuck.totalCount")), (&json!(1), &json!(1)));
        let waiting = sign_in(&world, "caroline.obi@example.org").await
            .ask("{ matches { totalCount } }", json!({})).await;
        assert!(waiting.at("matches.totalCount").as_i64().unwrap() > 2);
    }

    async fn what_came_of_it_can_be_told_to_everybody(on) {
        let world = World::new(on).await;
        load(&world).await.unwrap();
        let today = api::kit::clock::local_day(api::kit::clock::now());
        let month = |day: chrono::NaiveDate| day.format("%Y-%m").to_string();
        let (from, until) = (month(today - chrono::Duration::days(330)), month(today));
        let told = world.stranger().ask(&format!(
            "{{ statistics(period: {{from: \"{from}\", until: \"{until}\"}}) {{
                offers matches confirmedDeliveries suppressed {{ figure }} measures {{ unit agreed claimed confirmed }} }} }}"
        ), json!({})).await;
        assert!(told.at("statistics.0.offers").as_i64().unwrap() > 20);
        assert!(told.at("statistics.0.matches").as_i64().unwrap() > 15);
        let measures = told.at("statistics.0.measures").as_array().unwrap();
        let hours = measures.iter().find(|measure| measure["unit"] == "HOUR").unwrap();
        assert_eq!((&hours["agreed"], &hours["confirmed"]), (&json!(null), &json!("0")), "few agreed on hours, and nobody confirmed any");
    }

    async fn an_administrator_and_an_owner_sign_in_with_the_printed_password(on) {
        let world = World::new(on).await;
        load(&world).await.unwrap();
        let sign_ins = demo::sign_ins(&world.app).await.map_err(|error| error.message()).unwrap();
        let mut seen = Vec::new();
        for (email, _) in sign_ins {
            let reply = world.stranger().ask(
                "mutation ($email: String!, $password: String!) { signIn(input: {email: $email, password: $password}) {
                    viewer { platformRoles memberships { nodes { role organisation { verification { status } } } } } userErrors { code } } }",
                json!({"email": email, "password": demo::PASSWORD}),
            ).await;
            let viewer = reply.at("signIn.viewer");
            seen.push((viewer["platformRoles"].clone(), viewer["memberships"]["nodes"][0]["role"].clone()));
        }
        assert_eq!(seen, [(json!(["PROGRAMME_ADMIN"]), json!("OWNER")), (json!([]), json!("OWNER"))]);
    }

    async fn it_is_refused_where_there_is_somebody_already(on) {
        let world = World::new(on).await;
        world.person("Mary Major").await;
        let refusal = load(&world).await.unwrap_err();
        assert!(refusal.contains("an empty database"), "{refusal}");
        assert!(demo::sign_ins(&world.app).await.is_ok_and(|there| there.is_empty()));
    }

    async fn it_is_refused_in_production(on) {
        // The template has made the key that production mode asks for.
        drop(World::new(on).await);
        let world = World::with(on, |config| config.production = true).await;
        let refusal = load(&world).await.unwrap_err();
        assert!(refusal.contains("production"), "{refusal}");
    }
}
