//! Events in the open formats.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use api::{App, feeds::jobs, kit::clock::now};
use feed_rs::parser;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    copies::{Copy, another_server},
    follow, get, header, owner, page,
};
use crate::{
    both,
    events::{act, announced, draft, in_days, see, spelt},
    front_door::speaks_plainly,
    support::{Caller, World, system},
};

const ALL: &str = "/feeds/events.rpde";

/// What everybody sees of events, by the names of the feed.
async fn seen(world: &World) -> BTreeMap<String, (String, String, i64)> {
    let query = "{ events(first: 100, filter: {states: [SCHEDULED, POSTPONED, CANCELLED]}) {
        nodes { id title state remainingPlaces } } }";
    let reply = world.stranger().ask(query, json!({})).await;
    let one = |node: &Value| {
        let text = |name: &str| node[name].as_str().unwrap().to_owned();
        let left = node["remainingPlaces"].as_i64().unwrap();
        (text("id"), (text("title"), text("state"), left))
    };
    let nodes = reply.at("events.nodes").as_array().unwrap();
    nodes.iter().map(one).collect()
}

/// What a copy knows, in the same words.
fn told(copy: &Copy) -> BTreeMap<String, (String, String, i64)> {
    let one = |(id, data): (&String, &Value)| {
        let state = match data["eventStatus"].as_str().unwrap() {
            "https://schema.org/EventCancelled" => "CANCELLED",
            "https://schema.org/EventPostponed" => "POSTPONED",
            _ => "SCHEDULED",
        };
        let left = data["remainingAttendeeCapacity"].as_i64().unwrap();
        let name = data["name"].as_str().unwrap().to_owned();
        (id.clone(), (name, state.to_owned(), left))
    };
    copy.known.iter().map(one).collect()
}

/// Does with an event what organisers and guests do, in an order that depends on a number.
async fn live(host: &Caller, guest: &Caller, organisation: &str, number: usize) {
    let title = format!("Event {number}");
    let more = json!({"title": title, "registrationMode": "EVENT", "capacity": 20});
    let id = announced(host, organisation, more).await;
    for step in 0..4 {
        let registered = "mutation ($id: ID!) { r: registerForEvent(input: {eventId: $id}) { userErrors { code } } }";
        let reply = match (number + step) % 4 {
            0 => guest.ask(registered, json!({"id": id})).await,
            1 => {
                let starts_at = in_days(40 + i64::try_from(number).unwrap());
                act(host, "rescheduleEvent", &id, json!({"startsAt": starts_at, "endsAt": starts_at + chrono::Duration::hours(3)})).await
            }
            2 => act(host, "postponeEvent", &id, json!({"notice": "Later."})).await,
            _ => {
                let version = see(host, &id).await.at("event.version").clone();
                let title = format!("{title}, step {step}");
                act(
                    host,
                    "updateEvent",
                    &id,
                    json!({"title": title, "version": version}),
                )
                .await
            }
        };
        // Some of it is refused, as it is to people.
        assert!(reply.codes().is_empty(), "{}", reply.text);
        sleep(Duration::from_millis((number * 7 % 5) as u64)).await;
    }
    if number.is_multiple_of(3) {
        act(host, "cancelEvent", &id, json!({"notice": "Snow."})).await;
    }
}

both! {
    async fn a_copy_of_events_that_is_read_while_much_is_done_ends_with_exactly_what_there_is(on) {
        let world = World::new(on).await;
        let guest = world.person("Gwen Guest").await;
        let mut hosts = Vec::new();
        for name in ["Anna", "Ben", "Cleo", "Dan"] {
            let host = world.person(&format!("{name} Host")).await;
            let organisation = host.organisation(&format!("{name} Works")).await;
            hosts.push((host, organisation));
        }
        let (two, done) = (another_server(&world).await, AtomicBool::new(false));
        let busy = async {
            let guest = &guest;
            join_all(hosts.iter().enumerate().map(|(at, (host, organisation))| async move {
                for round in 0..4 {
                    live(host, guest, organisation, at * 4 + round).await;
                }
            })).await;
            done.store(true, Ordering::Relaxed);
        };
        let keep = async |app: &App| while !done.load(Ordering::Relaxed) {
            follow(app).await;
            sleep(Duration::from_millis(5)).await;
        };
        let mut early = Copy::from("/feeds/events.rpde?limit=3");
        let read = async {
            while !done.load(Ordering::Relaxed) {
                early.read(&world).await;
                sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::join!(busy, keep(&world.app), keep(&two), read);
        follow(&world.app).await;
        early.read_all(&world).await;
        let mut late = Copy::from(ALL);
        late.read_all(&world).await;
        let seen = seen(&world).await;
        assert_eq!(seen.len(), 16);
        assert!(seen.values().any(|(.., left)| *left == 19), "{seen:?}");
        assert_eq!(told(&early), seen, "began before");
        assert_eq!(told(&late), seen, "began after");
        assert_eq!(early.known, late.known);
    }

    async fn what_is_over_ends_at_its_instant_and_its_tombstone_comes_without_an_act(on) {
        let (world, host, elm) = owner(on).await;
        for (title, state) in [("Takes place", ""), ("Called off", "cancelEvent"), ("Put off", "postponeEvent")] {
            let id = announced(&host, &elm, json!({"title": title})).await;
            if !state.is_empty() {
                act(&host, state, &id, json!({})).await.at("act.event");
            }
        }
        draft(&host, &elm, json!({"title": "A draft"})).await.at("act.event");
        for audience in ["MEMBERS", "ORGANISATION", "UNLISTED"] {
            announced(&host, &elm, json!({"title": audience, "audience": audience})).await;
        }
        follow(&world.app).await;
        assert_eq!(page(&world, ALL).await, ["updated Takes place", "updated Called off", "updated Put off"]);
        let later = system(now() + chrono::Duration::days(31));
        let ended = jobs::follow(&world.app, &later).await.map_err(|e| e.message()).unwrap();
        assert_eq!(ended, 2, "what was put off has no end");
        let again = jobs::follow(&world.app, &later).await.map_err(|e| e.message()).unwrap();
        assert_eq!(again, 0);
        assert_eq!(page(&world, ALL).await, ["updated Put off", "deleted", "deleted"]);
    }

    async fn an_event_is_as_schema_org_has_it_and_its_link_is_not_told(on) {
        let (world, host, elm) = owner(on).await;
        let starts_at = in_days(30);
        let id = announced(&host, &elm, json!({
            "attendanceMode": "HYBRID", "onlineUrl": "https://meet.example.org/secret", "timeZone": "Europe/London",
            "registrationMode": "EVENT", "capacity": 120, "priorityAreas": ["sustainable-economy"], "kind": "TRAINING",
            "venue": {"name": "Dorking Halls", "accessFeatures": ["HEARING_LOOP"], "place": {"addressLines": ["Reigate Road"],
                "town": "Dorking", "postcode": "RH4 1SG", "point": {"latitude": 51.2342, "longitude": -0.3273}}},
        })).await;
        let reference = see(&host, &id).await.text("event.reference");
        follow(&world.app).await;
        let address = format!("/events/{reference}.jsonld");
        let reply = get(&world, &address).await;
        assert_eq!(header(&reply, "content-type"), "application/ld+json; charset=utf-8");
        assert!(!reply.text.contains("secret"), "{}", reply.text);
        let said = &reply.body;
        assert_eq!(said["@type"], "EducationEvent");
        assert_eq!(said["url"], format!("https://marketplace.example.org{address}"));
        let begins: chrono::DateTime<chrono::Utc> = said["startDate"].as_str().unwrap().parse().unwrap();
        assert_eq!(begins, starts_at);
        assert_eq!(said["eventStatus"], "https://schema.org/EventScheduled");
        assert_eq!(said["eventAttendanceMode"], "https://schema.org/MixedEventAttendanceMode");
        assert_eq!(said["location"][0]["address"]["streetAddress"], "Reigate Road");
        assert_eq!(said["location"][0]["amenityFeature"][0]["name"], "HEARING_LOOP");
        assert_eq!(said["location"][1], json!({"@type": "VirtualLocation", "url": said["url"]}));
        assert_eq!(said["organizer"]["name"], "Elm Works");
        assert_eq!([&said["maximumAttendeeCapacity"], &said["remainingAttendeeCapacity"]], [120, 120]);
        assert_eq!(said["about"][0]["codeValue"], "2021-2026/sustainable-economy");
        assert_eq!(said["areaServed"][0]["name"], "Elmbridge");
        let item = &get(&world, ALL).await.body["items"][0];
        assert_eq!((&item["data"], &item["kind"], &item["id"]), (said, &said["@type"], &json!(id)));
        assert_eq!(get(&world, &format!("/events/{id}.jsonld")).await.body, *said);

        let moved = act(&host, "rescheduleEvent", &id, json!({"startsAt": in_days(31), "endsAt": in_days(32)})).await;
        assert_eq!(moved.outcome(), "done");
        let said = get(&world, &address).await.body;
        assert_eq!(said["eventStatus"], "https://schema.org/EventRescheduled");
        let before: chrono::DateTime<chrono::Utc> = said["previousStartDate"].as_str().unwrap().parse().unwrap();
        assert_eq!(spelt(before), spelt(starts_at));
        act(&host, "cancelEvent", &id, json!({"notice": "Snow."})).await.at("act.event");
        let said = get(&world, &address).await.body;
        assert_eq!(said["eventStatus"], "https://schema.org/EventCancelled");
        assert_eq!(said["disambiguatingDescription"], "Snow.");
        let draft = draft(&host, &elm, json!({})).await.text("act.event.reference");
        for absent in [format!("/events/{draft}.jsonld"), format!("/events/{reference}.xml"), "/events/x%00.jsonld".into()] {
            let reply = get(&world, &absent).await;
            assert_eq!(reply.status, 404, "{absent}: {}", reply.text);
            speaks_plainly(&reply);
        }
    }

    async fn the_newest_events_come_first_by_the_words_of_the_filter(on) {
        let (world, host, elm) = owner(on).await;
        for (title, more) in [
            ("A course", json!({"kind": "TRAINING", "areas": ["woking"]})),
            ("A talk", json!({"attendanceMode": "ONLINE", "venue": null, "onlineUrl": "https://meet.example.org/secret",
                "priorityAreas": ["sustainable-economy"]})),
            ("A fair", json!({"registrationMode": "EVENT", "capacity": 1})),
        ] {
            let mut more = more;
            more["title"] = json!(title);
            announced(&host, &elm, more).await;
        }
        announced(&host, &elm, json!({"title": "For members", "audience": "MEMBERS"})).await;
        for (query, expected) in [
            ("", vec!["A fair", "A talk", "A course"]),
            ("?kinds=TRAINING", vec!["A course"]),
            ("?kinds=showcase,TRAINING", vec!["A fair", "A talk", "A course"]),
            ("?areas=west-surrey", vec!["A course"]),
            ("?attendanceModes=ONLINE", vec!["A talk"]),
            ("?priorityAreas=sustainable-economy", vec!["A talk"]),
            ("?text=fair", vec!["A fair"]),
            ("?placesLeft=false", vec![]),
            (&format!("?organisations={elm}&kinds=SHOWCASE"), vec!["A fair", "A talk"]),
        ] {
            for form in ["atom", "json"] {
                let reply = get(&world, &format!("/feeds/events.{form}{query}")).await;
                assert_eq!(reply.status, 200, "{}", reply.text);
                assert!(!reply.text.contains("secret"), "{}", reply.text);
                let feed = parser::parse(reply.text.as_bytes()).unwrap();
                let titles: Vec<_> = feed.entries.iter().map(|entry| entry.title.as_ref().unwrap().content.as_str()).collect();
                assert_eq!(titles, expected, "{form} {query}");
            }
        }
        for (query, word) in [("stillNeeded=true", "stillNeeded"), ("kinds=OFFER", "kinds"), ("placesLeft=1", "placesLeft")] {
            let reply = get(&world, &format!("/feeds/events.atom?{query}")).await;
            assert_eq!(reply.status, 400, "{}", reply.text);
            assert_eq!(reply.body["errors"][0]["extensions"]["argument"], word);
            speaks_plainly(&reply);
        }
        let body = get(&world, "/feeds/events.json").await.body;
        assert_eq!(body["title"], "Newly announced events");
        assert_eq!(body["items"][0]["tags"], json!(["Showcase", "Elmbridge"]));
        assert!(body["items"][0]["content_text"].as_str().unwrap().contains("Dorking Halls"));
    }
}
