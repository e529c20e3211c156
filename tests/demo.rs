//! The demonstration: what it holds, and where it is refused.

use api::{demo, kit::Error};
use serde_json::json;

use crate::{both, support::World};

async fn load(world: &World) -> Result<(), String> {
    demo::load(&world.app).await.map_err(|error| match error {
        Error::Refused(errors) => format!("{errors:?}"),
        error => format!("{error:?}"),
    })
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

    async fn an_administrator_and_an_owner_sign_in_with_the_printed_password(on) {
        let world = World::new(on).await;
        load(&world).await.unwrap();
        let sign_ins = demo::sign_ins(&world.app).await.map_err(|error| error.message()).unwrap();
        let mut seen = Vec::new();
        for (email, _) in sign_ins {
            let reply = world.stranger().ask(
                "mutation ($email: String!, $password: String!) { signIn(input: {email: $email, password: $password}) {
                    viewer { platformRoles memberships { role organisation { verification { status } } } } userErrors { code } } }",
                json!({"email": email, "password": demo::PASSWORD}),
            ).await;
            let viewer = reply.at("signIn.viewer");
            seen.push((viewer["platformRoles"].clone(), viewer["memberships"][0]["role"].clone()));
        }
        assert_eq!(seen, [(json!(["PROGRAMME_ADMIN"]), json!("OWNER")), (json!([]), json!("OWNER"))]);
    }

    async fn it_is_refused_where_there_is_somebody_already(on) {
        let world = World::new(on).await;
        world.person("Mary Major").await;
        let refusal = load(&world).await.unwrap_err();
        assert!(refusal.contains("an empty one only"), "{refusal}");
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
