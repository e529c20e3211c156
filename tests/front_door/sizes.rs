//! The size of an answer is limited while it is made, and so is the time of each statement: where the cost of a document
//! were wrong, the server would hold all the same.

use std::time::{Duration, Instant};

use api::{
    config::Config,
    kit::{Error, database::ConnectionLimits},
};
use chrono::Duration as Days;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tokio::time::timeout;
use uuid::Uuid;

use super::addresses::slow;
use crate::{
    both,
    events::{announced, in_days},
    listings::offer,
    support::{Caller, On, World},
};

/// A world whose documents may cost anything.
async fn careless(on: On, change: impl FnOnce(&mut Config)) -> World {
    World::with(on, |config| {
        config.limits.max_complexity = usize::MAX;
        config.rate_limits.points_per_address = 0;
        config.rate_limits.points_per_person = 0;
        change(config);
    })
    .await
}

/// Somebody's event with fifty sessions.
async fn full_programme(world: &World) -> (Caller, String) {
    let owner = world.person("Olive Owner").await;
    let organisation = owner.organisation("Olive's works").await;
    let starts_at = in_days(30);
    let sessions: Vec<Value> = (0..50)
        .map(|n| {
            json!({"title": format!("Session {n}"), "startsAt": starts_at + Days::minutes(n),
                "endsAt": starts_at + Days::minutes(n + 1)})
        })
        .collect();
    let more =
        json!({"startsAt": starts_at, "endsAt": starts_at + Days::hours(2), "sessions": sessions});
    let event = announced(&owner, &organisation, more).await;
    (owner, event)
}

/// A document that goes from an event to its sessions and back so often.
fn rounds(event: &str, count: usize) -> String {
    format!(
        "{{ event(id: \"{event}\") {{ {}id{} }} }}",
        "sessions { event { ".repeat(count),
        " } }".repeat(count)
    )
}

/// So many parts of a document.
fn many(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect()
}

both! {
    async fn a_programme_that_is_asked_for_in_circles_is_refused(on) {
        let world = World::new(on).await;
        let (_, event) = full_programme(&world).await;
        let anyone = world.stranger();
        for count in [3, 4, 7] {
            assert_eq!(anyone.ask(&rounds(&event, count), json!({})).await.codes(), ["QUERY_TOO_COMPLEX"], "{count}");
        }
        // Each is let in at what it really gives.
        let twice = anyone.ask(&rounds(&event, 2), json!({})).await;
        let sessions = twice.at("event.sessions").as_array().unwrap();
        assert_eq!(sessions.len(), 50);
        assert_eq!(sessions[49]["event"]["sessions"].as_array().unwrap().len(), 50);
    }

    async fn an_answer_that_grows_beyond_its_limit_ends_and_others_go_on(on) {
        let world = careless(on, |_| {}).await;
        let (_, event) = full_programme(&world).await;
        let anyone = world.stranger();
        let hostile: Vec<_> = (0..4).map(|_| {
            let (anyone, document) = (anyone.clone(), rounds(&event, 6));
            tokio::spawn(async move { anyone.ask(&document, json!({})).await })
        }).collect();
        for _ in 0..20 {
            let asked = anyone.ask("{ offers { nodes { title } } }", json!({}));
            let answer = timeout(Duration::from_secs(10), asked).await.expect("others are served meanwhile");
            assert!(answer.codes().is_empty());
        }
        for reply in hostile {
            let reply = timeout(Duration::from_mins(1), reply).await.unwrap().unwrap();
            assert_eq!(reply.codes(), ["RESPONSE_TOO_LARGE"]);
            assert!(reply.text.contains("40000 values"), "{}", reply.text);
        }
    }

    async fn an_answer_of_too_many_bytes_ends_too(on) {
        let world = careless(on, |config| config.limits.max_response_bytes = 100_000).await;
        let owner = world.person("Olive Owner").await;
        let organisation = owner.organisation("Olive's works").await;
        let long = "A hall for everybody. ".repeat(200);
        offer(&owner, &organisation, json!({"publish": true, "description": long})).await;
        let anyone = world.stranger();
        let few = "{ offers { nodes { description } } }";
        assert!(anyone.ask(few, json!({})).await.codes().is_empty());
        let aliases = many(30, |n| format!("a{n}: offers {{ nodes {{ description }} }} "));
        assert_eq!(anyone.ask(&format!("{{ {aliases} }}"), json!({})).await.codes(), ["RESPONSE_TOO_LARGE"]);
        // By one row as often as by many.
        let again = many(30, |n| format!("a{n}: description "));
        let again = format!("{{ offers {{ nodes {{ {again} }} }} }}");
        assert_eq!(anyone.ask(&again, json!({})).await.codes(), ["RESPONSE_TOO_LARGE"]);
    }

    async fn who_acts_is_told_that_the_act_may_be_done(on) {
        let world = careless(on, |config| config.limits.max_response_values = 1_000).await;
        let (owner, event) = full_programme(&world).await;
        let act = "mutation ($input: CancelEventInput!) { cancelEvent(input: $input) { event { state sessions { event { sessions { title } } } } } }";
        let reply = owner.ask(act, json!({"input": {"id": event, "notice": "Rain"}})).await;
        assert_eq!(reply.codes(), ["RESPONSE_TOO_LARGE"], "{}", reply.text);
        assert!(reply.text.contains("may have been carried out"), "{}", reply.text);
    }

    async fn searches_that_count_the_whole_database_are_few_in_a_document(on) {
        let world = World::new(on).await;
        let one = |n: usize| format!(
            "a{n}: listings(filter: {{text: \"hall\"}}) {{ totalCount nodes {{ title }} facets {{ kinds {{ kind count }}
                areas {{ count area {{ name }} }} resourceTypes {{ count }} priorityAreas {{ count }} }} }} "
        );
        let anyone = world.stranger();
        assert!(anyone.ask(&format!("{{ {} }}", one(0)), json!({})).await.codes().is_empty());
        let searches = many(100, one);
        assert_eq!(anyone.ask(&format!("{{ {searches} }}"), json!({})).await.codes(), ["QUERY_TOO_COMPLEX"]);
        let counts = many(100, |n| format!("a{n}: listings(filter: {{text: \"hall\"}}, first: 1) {{ totalCount }} "));
        assert_eq!(anyone.ask(&format!("{{ {counts} }}"), json!({})).await.codes(), ["QUERY_TOO_COMPLEX"]);
    }

    async fn a_statement_of_a_request_is_stopped_in_time_and_a_workers_is_not(on) {
        let world = World::with(on, |config| config.database.statement_seconds = 1).await;
        let limits = ConnectionLimits::new(4, false);
        let (database, begun) = (world.app.database.clone(), Instant::now());
        let asked = limits.request(Some(Uuid::now_v7()), None, None).run(async {
            database.read.execute_unprepared(slow(on)).await
        });
        let error = Error::from(asked.await.unwrap_err());
        assert_eq!(error.code(), "REQUEST_TIMEOUT", "{error:?}");
        assert!(begun.elapsed() < Duration::from_millis(2_900), "{:?}", begun.elapsed());
        if on == On::Postgres {
            assert!(database.read.execute_unprepared(slow(on)).await.is_ok());
        }
        // The connection serves the next one.
        assert!(world.stranger().ask("{ offers { nodes { title } } }", json!({})).await.codes().is_empty());
    }

    async fn names_are_short_and_count_as_often_as_they_stand_in_the_answer(on) {
        let world = careless(on, |config| config.limits.max_response_bytes = 100_000).await;
        let anyone = world.stranger();
        let named = |length: usize| format!("{{ resourceTypes {{ {}: code @include(if: true) }} }}", "A".repeat(length));
        assert_eq!(anyone.ask(&named(101), json!({})).await.codes(), ["NAME_TOO_LONG"]);
        assert!(anyone.ask(&named(100), json!({})).await.codes().is_empty());
        let aliases = many(30, |n| format!("{}{n}: code @include(if: true) ", "A".repeat(90)));
        let query = format!("{{ resourceTypes {{ {aliases} }} }}");
        let reply = anyone.ask(&query, json!({})).await;
        assert_eq!(reply.codes(), ["RESPONSE_TOO_LARGE"], "{:.200}", reply.text);
        // Errors name the way to each of them.
        let wrong = many(60, |n| format!("{}{n}: listings(after: \"x\") {{ nodes {{ id }} }} ", "A".repeat(90)));
        let owner = world.person("Olive Owner").await;
        for n in 0..20 {
            owner.organisation(&format!("Olive's works {n}")).await;
        }
        let query = format!("{{ organisations(first: 100) {{ nodes {{ {wrong} }} }} }}");
        let reply = anyone.ask(&query, json!({})).await;
        assert_eq!(reply.codes(), ["RESPONSE_TOO_LARGE"], "{:.200}", reply.text);
    }

    async fn who_hangs_up_leaves_others_their_connections(on) {
        let world = World::with(on, |config| config.database.statement_seconds = 3).await;
        let limits = ConnectionLimits::new(4, false);
        let somebody = Some(Uuid::now_v7());
        // Each gives up at once; what they asked for goes on in the database, on their part of the connections.
        for _ in 0..10 {
            let (database, request) = (world.app.database.clone(), limits.request(somebody, None, None));
            let asks = request.run(async move { database.read.execute_unprepared(slow(on)).await });
            let _ = timeout(Duration::from_millis(20), asks).await;
        }
        let begun = Instant::now();
        for _ in 0..5 {
            let reply = world.stranger().ask("{ offers { nodes { title } } }", json!({})).await;
            assert!(reply.codes().is_empty(), "{}", reply.text);
        }
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }
}
