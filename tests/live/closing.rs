//! Every way in which a socket is closed, by the numbers of graphql-transport-ws.

use std::time::Duration;

use api::kit::clock;
use serde_json::json;
use tokio_tungstenite::tungstenite::{self, Message};

use super::{A_WHILE, RECORDED, Served, Socket, act, told};
use crate::{both, support::Caller};

/// What a token is made of: the person and the session of somebody.
async fn token_for(served: &Served, caller: &Caller, seconds: i64) -> String {
    let app = &served.world.app;
    let claims = app.tokens.check(caller.token.as_deref().unwrap()).unwrap();
    let begun = clock::now() - chrono::Duration::minutes(app.config.access_token_minutes)
        + chrono::Duration::seconds(seconds);
    let made = app.tokens.issue(claims.sub, claims.sid, begun);
    made.map_err(|error| error.message()).unwrap().0
}

both! {
    async fn what_is_no_message_closes_with_4400(on) {
        let served = Served::new(on).await;
        for message in [
            Message::text("nonsense"), Message::text("[]"), Message::text("{}"), Message::text(r#"{"type":"start"}"#),
            Message::text(r#"{"type":"subscribe","payload":{"query":"{ __typename }"}}"#), Message::binary(vec![1, 2, 3]),
            // Arrays, which some readers of JSON take for objects.
            Message::text(r#"["ping"]"#), Message::text(r#"["ping",{}]"#), Message::text(r#"["pong"]"#), Message::text(r#"["connection_init",{}]"#),
            Message::text(r#"["complete","1"]"#), Message::text(r#"["subscribe","1",{"query":"{ __typename }"}]"#),
            Message::text(r#"{"id":"1","type":"subscribe","payload":["{ __typename }"]}"#), Message::text(r#"{"id":"1","type":"subscribe","payload":["{ __typename }",null,{},null,{}]}"#),
            Message::text(r#"{"id":"1","type":"subscribe","payload":{"query":"{ __typename }","extensions":[]}}"#),
            Message::text(r#"{"id":"1","type":"subscribe","payload":{"query":"{ __typename }","extensions":"x"}}"#),
            Message::text(r#"{"id":"1","type":"subscribe","payload":{"query":"{ __typename }","extensions":{"persistedQuery":1}}}"#),
            Message::text(r#"{"id":"1","type":"subscribe","payload":{"query":"{ __typename }","variables":[]}}"#),
            Message::text(r#"{"type":"ping","payload":[]}"#), Message::text(r#"{"type":"connection_init","payload":[]}"#),
        ] {
            let mut socket = served.socket_of(&served.world.stranger()).await;
            socket.say(message.clone()).await;
            assert_eq!(socket.closed().await, 4400, "{message:?}");
        }
        let mut good = served.socket_of(&served.world.stranger()).await;
        good.say_json(json!({"id": "1", "type": "subscribe", "payload": {"query": "{ __typename }", "extensions": null, "variables": null}})).await;
        assert_eq!(good.answer("1").await, json!({"data": {"__typename": "Query"}}));
    }

    async fn asking_before_saying_who_closes_with_4401_and_saying_it_twice_with_4429(on) {
        let served = Served::new(on).await;
        let mut early = served.socket().await;
        early.subscribe("1", "{ __typename }", json!({})).await;
        assert_eq!(early.closed().await, 4401);
        let mut twice = served.socket_of(&served.world.stranger()).await;
        twice.say_json(json!({"type": "connection_init"})).await;
        assert_eq!(twice.closed().await, 4429);
        let mut same = served.socket_of(&served.world.person("Olive Owner").await).await;
        same.subscribe("1", RECORDED, json!({})).await;
        same.subscribe("1", RECORDED, json!({})).await;
        assert_eq!(same.closed().await, 4409);
    }

    async fn a_token_that_is_not_valid_closes_with_4403(on) {
        let served = Served::new(on).await;
        let person = served.world.person("Olive Owner").await;
        let (good, expired) = (person.token.clone().unwrap(), token_for(&served, &person, -5).await);
        for authorization in [json!(format!("Bearer {expired}")), json!(format!("Bearer {good}x")), json!(good), json!("Basic abc"), json!(""), json!(1)] {
            let mut socket = served.socket().await;
            socket.say_json(json!({"type": "connection_init", "payload": {"Authorization": authorization}})).await;
            assert_eq!(socket.closed().await, 4403, "{authorization}");
        }
        let mut broken = Socket::open(served.address, &[("authorization", "Bearer nonsense")]).await;
        broken.say_json(json!({"type": "connection_init"})).await;
        assert_eq!(broken.closed().await, 4403);
        // The header counts where the message says nothing, and only there.
        let header = format!("Bearer {good}");
        let mut by_header = Socket::open(served.address, &[("authorization", &header)]).await;
        by_header.begin(None).await;
        by_header.subscribe("1", "{ viewer { kind } }", json!({})).await;
        assert_eq!(by_header.answer("1").await["data"], json!({"viewer": {"kind": "PERSON"}}));
        let mut by_message = Socket::open(served.address, &[("authorization", "Bearer nonsense")]).await;
        by_message.say_json(json!({"type": "connection_init", "payload": {"authorization": header}})).await;
        assert_eq!(by_message.hear().await["type"], "connection_ack");
    }

    async fn a_socket_ends_when_its_token_expires(on) {
        let served = Served::new(on).await;
        let person = served.world.person("Olive Owner").await;
        let organisation = person.organisation("Elm Works").await;
        let brief = Caller::known(served.world.router.clone(), token_for(&served, &person, 3).await, String::new(), String::new());
        let mut socket = served.listener(&brief, json!({})).await;
        act(&person, &organisation, "A desk").await;
        assert_eq!(told(&socket.answer("1").await), "listing.drafted");
        assert_eq!(socket.closed().await, 4403);
    }

    async fn a_socket_ends_when_its_session_does_and_tells_nothing_more(on) {
        let served = Served::with(on, |config, _| config.session_check = Duration::from_millis(100)).await;
        let owner = served.world.person("Olive Owner").await;
        let organisation = owner.organisation("Elm Works").await;
        let member = owner.joined_by(&served.world, &organisation, "Mia Member", "MEMBER").await;
        let mut looked_at = served.listener(&member, json!({})).await;
        member.ask("mutation { signOut(input: {}) { userErrors { code } } }", json!({})).await.at("signOut");
        assert_eq!(looked_at.closed().await, 4403);
    }

    async fn an_act_after_the_session_has_ended_is_not_told(on) {
        // Nobody looks but the event itself.
        let served = Served::with(on, |config, _| config.session_check = Duration::from_hours(1)).await;
        let owner = served.world.person("Olive Owner").await;
        let organisation = owner.organisation("Elm Works").await;
        let member = owner.joined_by(&served.world, &organisation, "Mia Member", "MEMBER").await;
        let mut socket = served.listener(&member, json!({"organisation": organisation})).await;
        member.ask("mutation { signOut(input: {}) { userErrors { code } } }", json!({})).await.at("signOut");
        assert!(socket.is_silent(A_WHILE).await);
        act(&owner, &organisation, "A desk").await;
        let heard = socket.closed().await;
        assert_eq!(heard, 4403);
    }

    async fn a_client_that_does_not_speak_the_protocol_is_closed_with_4406(on) {
        let served = Served::new(on).await;
        let mut without = Socket::try_open(served.address, "", &[]).await.unwrap();
        assert_eq!(without.closed().await, 4406);
        // A stock client gives up by itself where no protocol of its own comes back.
        let other = Socket::try_open(served.address, "graphql-ws", &[]).await;
        assert!(matches!(other, Err(tungstenite::Error::Protocol(_))));
    }

    async fn a_client_that_does_not_say_who_it_is_is_closed_with_4408(on) {
        let served = Served::with(on, |config, _| config.identify_timeout = Duration::from_millis(300)).await;
        let mut silent = served.socket().await;
        let mut known = served.socket_of(&served.world.stranger()).await;
        assert_eq!(silent.closed().await, 4408);
        assert!(known.is_silent(A_WHILE).await);
    }

    async fn a_message_that_is_too_large_closes_with_1009(on) {
        let served = Served::new(on).await;
        let mut socket = served.socket_of(&served.world.stranger()).await;
        socket.say_json(json!({"type": "ping", "payload": {"x": "x".repeat(900_000)}})).await;
        assert_eq!(socket.hear().await["type"], "pong");
        socket.say_json(json!({"type": "ping", "payload": {"x": "x".repeat(1_100_000)}})).await;
        assert_eq!(socket.closed().await, 1009);
    }

    async fn a_goodbye_is_answered_and_so_is_the_end_of_the_server(on) {
        let served = Served::new(on).await;
        let person = served.world.person("Olive Owner").await;
        assert_eq!(served.listener(&person, json!({})).await.leave().await, 1005);
        let mut left = served.listener(&person, json!({})).await;
        served.world.app.closing.send_replace(true);
        assert_eq!(left.closed().await, 1001);
    }

    async fn a_socket_on_which_nothing_runs_is_closed_after_a_while_and_a_busy_one_is_not(on) {
        let served = Served::with(on, |config, _| {
            config.heartbeat = Duration::from_millis(50);
            config.idle = Duration::from_millis(300);
        }).await;
        let person = served.world.person("Olive Owner").await;
        let mut busy = served.listener(&person, json!({})).await;
        let mut idle = served.socket_of(&person).await;
        assert_eq!(idle.closed().await, 1000);
        assert!(busy.is_silent(A_WHILE).await);
    }

    async fn a_client_that_gives_no_sign_of_life_is_hung_up_on(on) {
        let served = Served::with(on, |config, _| {
            config.heartbeat = Duration::from_millis(50);
            config.client_timeout = Duration::from_millis(300);
        }).await;
        let person = served.world.person("Olive Owner").await;
        let (mut dead, mut alive) = (served.listener(&person, json!({})).await, served.listener(&person, json!({})).await);
        // Whoever does not read does not answer either.
        assert!(alive.is_silent(Duration::from_secs(1)).await);
        assert_eq!(dead.closed().await, 1006);
        assert!(alive.is_silent(A_WHILE).await);
    }
}
