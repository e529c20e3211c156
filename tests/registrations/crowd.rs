//! However many register at once, through however many servers, no place is taken twice and nobody jumps the queue.

use std::{process::Command, time::Instant};

use api::App;
use futures_util::{StreamExt, future::join_all, stream};
use serde_json::{Value, json};

use super::{act, counts, people, register, told};
use crate::{
    both,
    events::{announced, hosts},
    support::{Caller, On, database},
};

/// How many register at once, and for how many places.
const CROWD: usize = 500;
const PLACES: usize = 100;
/// How many are under way at the same moment.
const AT_ONCE: usize = 64;

/// What a second server is told.
const ERRAND: &str = "TEST_REGISTER_ERRAND";

/// Registers all of them, as many at once as there can be, and says when each began and ended.
async fn all_at_once(callers: &[Caller], event: &str) -> Vec<(Instant, Instant)> {
    stream::iter(callers.to_vec())
        .map(|caller| async move {
            let begun = Instant::now();
            register(&caller, event, json!({}))
                .await
                .at("act.registration.id");
            (begun, Instant::now())
        })
        .buffered(AT_ONCE)
        .collect()
        .await
}

/// The ids and positions of those in a state, in the order of the list.
async fn list(owner: &Caller, event: &str, state: &str) -> Vec<(String, Value)> {
    let query = "query ($id: ID!, $states: [RegistrationState!], $after: String) { event(id: $id) {
        registrations(states: $states, first: 100, after: $after) { totalCount nodes { id position name }
            pageInfo { hasNextPage endCursor } } } }";
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = owner
            .ask(
                query,
                json!({"id": event, "states": [state], "after": after}),
            )
            .await;
        let nodes = page
            .at("event.registrations.nodes")
            .as_array()
            .unwrap()
            .clone();
        found.extend(nodes.iter().map(|node| {
            (
                node["id"].as_str().unwrap().to_owned(),
                node["position"].clone(),
            )
        }));
        after = page.at("event.registrations.pageInfo.endCursor").clone();
        if page.at("event.registrations.pageInfo.hasNextPage") == false {
            assert_eq!(page.at("event.registrations.totalCount"), found.len());
            return found;
        }
    }
}

/// Exactly as many as there are places have one; the others stand at the positions from 1 on, without a gap.
async fn is_fair(owner: &Caller, event: &str) -> Vec<String> {
    assert_eq!(
        counts(owner, event).await,
        (json!(0), json!(PLACES), json!(CROWD - PLACES))
    );
    assert_eq!(list(owner, event, "CONFIRMED").await.len(), PLACES);
    let waiting = list(owner, event, "WAITLISTED").await;
    let positions: Vec<Value> = waiting
        .iter()
        .map(|(_, position)| position.clone())
        .collect();
    assert_eq!(
        positions,
        (1..=CROWD - PLACES).map(|at| json!(at)).collect::<Vec<_>>()
    );
    waiting.into_iter().map(|(id, _)| id).collect()
}

/// A server in a process of its own, through which many register, all at once. Without an errand it is a test that has
/// nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(
    clippy::disallowed_methods,
    reason = "how a test speaks to its own child is no setting of the product"
)]
async fn a_server_of_its_own() {
    let Ok(errand) = std::env::var(ERRAND) else {
        return;
    };
    let errand: Value = serde_json::from_str(&errand).unwrap();
    let mut config = database::config(errand["url"].as_str().unwrap());
    config.token_key_file = Some(errand["key"].as_str().unwrap().into());
    let app = App::start(config).await.map_err(|e| e.message()).unwrap();
    let router = api::http::router(app);
    let tokens = errand["tokens"].as_array().unwrap().iter();
    let callers =
        tokens.map(|token| Caller::new(router.clone(), token.as_str().map(str::to_owned)));
    all_at_once(
        &callers.collect::<Vec<_>>(),
        errand["event"].as_str().unwrap(),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_who_register_through_two_servers_get_what_they_would_through_one() {
    let (world, owner, organisation) = hosts(On::Postgres).await;
    let event = announced(&owner, &organisation, json!({"capacity": PLACES})).await;
    let crowd = people(&world, CROWD).await;
    let servers = crowd.chunks(CROWD / 2).map(|callers| {
        let tokens: Vec<&Option<String>> = callers.iter().map(|caller| &caller.token).collect();
        let errand = json!({
            "url": world.database_url(), "key": world.app.config.token_key_file, "event": event, "tokens": tokens,
        });
        let mut server = Command::new(std::env::current_exe().unwrap());
        server
            .args([
                "--exact",
                "registrations::crowd::a_server_of_its_own",
                "--test-threads=1",
                "--quiet",
            ])
            .env(ERRAND, errand.to_string());
        tokio::task::spawn_blocking(move || server.output().unwrap())
    });
    for output in join_all(servers.collect::<Vec<_>>()).await {
        let output = output.unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}");
    }
    is_fair(&owner, &event).await;
}

both! {
    async fn of_five_hundred_at_once_a_hundred_have_a_place_and_fifty_that_come_back_go_to_the_first_fifty(on) {
        let (world, owner, organisation) = hosts(on).await;
        let event = announced(&owner, &organisation, json!({"capacity": PLACES})).await;
        let crowd = people(&world, CROWD).await;
        let times = all_at_once(&crowd, &event).await;
        let waiting = is_fair(&owner, &event).await;

        // Nobody stands before somebody who was through before they began.
        let own = "query ($id: ID!) { event(id: $id) { viewerRegistration { id state } } }";
        let mut who = std::collections::BTreeMap::new();
        let mut confirmed = Vec::new();
        for (at, caller) in crowd.iter().enumerate() {
            let seen = caller.ask(own, json!({"id": event})).await;
            let id = seen.text("event.viewerRegistration.id");
            if seen.at("event.viewerRegistration.state") == "CONFIRMED" {
                confirmed.push((at, id.clone()));
            }
            who.insert(id, at);
        }
        let mut earliest_end = None;
        for id in waiting.iter().rev() {
            let (begun, ended) = times[who[id]];
            assert!(earliest_end.is_none_or(|end| begun <= end), "somebody jumped the queue");
            earliest_end = Some(earliest_end.map_or(ended, |end: Instant| end.min(ended)));
        }

        // Fifty give their places back, all at once.
        let leave = confirmed.iter().take(50).cloned();
        let leaving: Vec<_> = leave.map(|(at, id)| (crowd[at].clone(), id)).collect();
        let left = stream::iter(leaving).map(|(caller, id)| async move {
            act(&caller, "cancelRegistration", &id).await.at("act.registration.id");
        });
        left.buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
        let mut offered: Vec<String> = list(&owner, &event, "PLACE_OFFERED").await.into_iter().map(|(id, _)| id).collect();
        assert_eq!(offered, waiting[..50], "the first fifty, in their order");
        assert_eq!(counts(&owner, &event).await, (json!(0), json!(50), json!(350)));

        // One of them leaves between offer and answer, and the next one is asked; the others take theirs.
        let quitter = offered.remove(20);
        act(&crowd[who[&quitter]], "cancelRegistration", &quitter).await.at("act");
        let next = &waiting[50];
        assert_eq!(act(&crowd[who[&quitter]], "acceptPlace", &quitter).await.refusals(), ["INVALID_STATE"]);
        let taking: Vec<_> = offered.iter().chain([next]).map(|id| (crowd[who[id]].clone(), id.clone())).collect();
        let took = stream::iter(taking).map(|(caller, id)| async move {
            assert_eq!(act(&caller, "acceptPlace", &id).await.at("act.registration.state"), "CONFIRMED");
        });
        took.buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
        assert_eq!(counts(&owner, &event).await, (json!(0), json!(PLACES), json!(349)));
        let positions: Vec<Value> = list(&owner, &event, "WAITLISTED").await.into_iter().map(|(_, at)| at).collect();
        assert_eq!(positions, (1..=349).map(|at| json!(at)).collect::<Vec<_>>());

        // Each was told once; nobody else was told anything.
        let now = api::kit::clock::now();
        world.tell(now).await;
        assert_eq!(world.tell(now).await, 0);
        for (at, id) in waiting.iter().enumerate().take(60) {
            let expected: &[&str] = if at <= 50 { &["PLACE_OFFERED"] } else { &[] };
            assert_eq!(told(&crowd[who[id]]).await, expected, "position {}", at + 1);
        }
    }
}
