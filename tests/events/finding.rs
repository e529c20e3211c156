//! Finding events: by what they say, where and when they are, what they serve, and whether there is room.

use chrono::Duration;
use serde_json::{Value, json};

use super::{act, announced, hosts, in_days};
use crate::{both, support::Caller};

/// The titles that a filter finds, in an order.
async fn titles(caller: &Caller, filter: Value, order: &str) -> Vec<String> {
    let query = format!(
        "query ($filter: EventFilter) {{ events(filter: $filter, orderBy: {order}) {{ totalCount nodes {{ title organisation {{ name }} remainingPlaces }} }} }}"
    );
    let reply = caller.ask(&query, json!({"filter": filter})).await;
    let found = reply.each("events.nodes", "title");
    assert_eq!(reply.at("events.totalCount"), found.len());
    found
}

both! {
    async fn events_are_found_by_all_that_one_may_look_for(on) {
        let (world, owner, organisation) = hosts(on).await;
        let partner = owner.organisation("Ash Trust").await;
        // At noon, so that it is one day at any time of day.
        let noon = |days: i64| in_days(days).date_naive().and_hms_opt(12, 0, 0).unwrap().and_utc();
        let at = |days: i64| json!({"startsAt": noon(days), "endsAt": noon(days) + Duration::hours(2)});
        let event = async |title: &str, days: i64, more: Value| {
            let mut all = at(days);
            all["title"] = json!(title);
            for (name, value) in more.as_object().unwrap() {
                all[name] = value.clone();
            }
            announced(&owner, &organisation, all).await
        };
        event("Repair café", 10, json!({"kind": "VOLUNTEERING", "areas": ["woking"], "partners": [partner], "registrationMode": "NONE", "capacity": null,
            "venue": {"name": "The Lighthouse", "place": {"town": "Woking", "point": {"latitude": 51.319, "longitude": -0.559}}}})).await;
        event("Tender training", 20, json!({"kind": "TRAINING", "attendanceMode": "ONLINE", "venue": null, "areas": ["surrey"],
            "onlineUrl": "https://meet.example.org/2", "priorityAreas": ["sustainable-economy"], "description": "How suppliers answer the council's questions."})).await;
        event("We Are Surrey", 30, json!({"venue": {"name": "Dorking Halls", "place": {"town": "Dorking", "point": {"latitude": 51.232, "longitude": -0.332}}},
            "areas": ["mole-valley"], "capacity": 100})).await;
        event("For members", 40, json!({"audience": "MEMBERS", "areas": [], "registrationOpensAt": in_days(39)})).await;
        let off = event("Called off", 50, json!({"areas": []})).await;
        act(&owner, "cancelEvent", &off, json!({})).await.at("act");
        let stranger = world.stranger();
        let dorking = json!({"point": {"latitude": 51.23, "longitude": -0.33}});
        let within = |km: f64, remote: bool| json!({"point": dorking["point"], "withinKm": km, "includeRemote": remote});
        let day = |days: i64| in_days(days).format("%Y-%m-%d").to_string();
        let all = ["Repair café", "Tender training", "We Are Surrey"];
        for (filter, order, expected) in [
            (json!({}), "SOONEST", &all[..]),
            (json!({}), "LATEST", &["We Are Surrey", "Tender training", "Repair café"]),
            (json!({}), "NEWEST", &["We Are Surrey", "Tender training", "Repair café"]),
            (json!({"near": dorking}), "NEAREST", &["We Are Surrey", "Repair café", "Tender training"]),
            (json!({"near": within(5.0, false)}), "SOONEST", &["We Are Surrey"]),
            (json!({"near": within(5.0, true)}), "SOONEST", &["Tender training", "We Are Surrey"]),
            (json!({"near": within(100.0, false)}), "SOONEST", &["Repair café", "We Are Surrey"]),
            (json!({"text": "supplier"}), "SOONEST", &["Tender training"]),
            (json!({"text": "lighthouse"}), "SOONEST", &["Repair café"]),
            (json!({"text": "the"}), "SOONEST", &[]),
            (json!({"kinds": ["TRAINING", "VOLUNTEERING"]}), "SOONEST", &["Repair café", "Tender training"]),
            (json!({"attendanceModes": ["ONLINE"]}), "SOONEST", &["Tender training"]),
            (json!({"areas": ["woking"]}), "SOONEST", &["Repair café"]),
            (json!({"areas": ["surrey"]}), "SOONEST", &all[..]),
            (json!({"priorityAreas": ["sustainable-economy"]}), "SOONEST", &["Tender training"]),
            (json!({"between": {"from": day(20), "until": day(30)}}), "SOONEST", &["Tender training", "We Are Surrey"]),
            (json!({"between": {"from": day(21), "until": day(29)}}), "SOONEST", &[]),
            (json!({"placesLeft": true}), "SOONEST", &all[..]),
            (json!({"organisations": [partner]}), "SOONEST", &["Repair café"]),
            (json!({"organisations": [organisation]}), "SOONEST", &all[..]),
            (json!({"states": ["CANCELLED"]}), "SOONEST", &["Called off"]),
        ] {
            assert_eq!(titles(&stranger, filter.clone(), order).await, expected, "{filter} {order}");
        }
        assert_eq!(titles(&owner, json!({"placesLeft": false}), "SOONEST").await, ["For members"], "registration is not open yet");
        let fault = stranger.ask("{ events(orderBy: NEAREST) { totalCount } }", json!({})).await;
        assert_eq!(fault.codes(), ["BAD_USER_INPUT"]);
    }

    async fn pages_of_events_are_one_statement_and_lose_none(on) {
        let (world, owner, organisation) = hosts(on).await;
        let at = in_days(20);
        for number in 0..23 {
            // Some begin at the same instant.
            let starts_at = at + Duration::hours(number / 3);
            let more = json!({"title": format!("Event {number}"), "startsAt": starts_at, "endsAt": starts_at + Duration::hours(1)});
            announced(&owner, &organisation, more).await;
        }
        let stranger = world.stranger();
        let query = "query ($after: String) { events(first: 5, after: $after) { nodes { id title startsAt organisation { name } remainingPlaces areas { name } }
            pageInfo { hasNextPage endCursor } } }";
        let (mut after, mut met) = (Value::Null, Vec::new());
        loop {
            let before = world.app.database.statements();
            let page = stranger.ask(query, json!({"after": after})).await;
            assert_eq!(world.app.database.statements() - before, 1);
            met.extend(page.each("events.nodes", "id"));
            after = page.at("events.pageInfo.endCursor").clone();
            if page.at("events.pageInfo.hasNextPage") == false {
                break;
            }
        }
        let all = met.len();
        met.sort_unstable();
        met.dedup();
        assert_eq!((all, met.len()), (23, 23));
        let back = "{ events(last: 3) { nodes { title } } }";
        assert_eq!(stranger.ask(back, json!({})).await.each("events.nodes", "title").last().unwrap(), "Event 22");
        let before = world.app.database.statements();
        let of = "{ organisations { nodes { events(first: 2) { nodes { title state organisation { name } } } } } }";
        stranger.ask(of, json!({})).await.at("organisations");
        assert_eq!(world.app.database.statements() - before, 2, "the organisations, and the events of all of them");
    }
}
