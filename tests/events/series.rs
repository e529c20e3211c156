//! Series: a rule makes the events, by the clock on the wall, and each has a fate of its own.

use serde_json::{Value, json};

use super::{act, hosts, particulars};
use crate::{
    both,
    support::{Caller, Reply},
};

const SERIES: &str = "id reference title rule exceptDates timeZone organisation { name }
    events(first: 100, filter: {states: [DRAFT, SCHEDULED, CANCELLED]}) { totalCount
        nodes { id state startsAt endsAt recurrenceId series { id } sessions { startsAt } registrationClosesAt } }";

/// Makes a series; it is at `act.series`.
async fn series(caller: &Caller, organisation: &str, recurrence: Value, more: Value) -> Reply {
    let query = format!(
        "mutation ($input: CreateEventSeriesInput!) {{ act: createEventSeries(input: $input) {{
            series {{ {SERIES} }} userErrors {{ code field message }} }} }}"
    );
    let input = json!({"event": particulars(organisation, more), "recurrence": recurrence});
    caller.ask(&query, json!({"input": input})).await
}

/// Does an act on a series.
async fn on_all(caller: &Caller, name: &str, id: &str) -> Reply {
    let query = format!(
        "mutation ($id: ID!) {{ act: {name}(input: {{id: $id}}) {{ series {{ {SERIES} }} userErrors {{ code field message }} }} }}"
    );
    caller.ask(&query, json!({"id": id})).await
}

/// Instants as answers spell them.
fn spelt(instants: &[&str]) -> Vec<String> {
    instants
        .iter()
        .map(|at| at.replace('Z', "+00:00"))
        .collect()
}

both! {
    async fn a_series_keeps_its_hour_over_both_clock_changes(on) {
        let (_world, owner, organisation) = hosts(on).await;
        // Clocks go forward on 25 March 2029 and back on 28 October 2029.
        for (first, expected) in [
            ("2029-03-18T18:30:00Z", ["2029-03-18T18:30:00Z", "2029-03-25T17:30:00Z", "2029-04-08T17:30:00Z"]),
            ("2029-10-21T17:30:00Z", ["2029-10-21T17:30:00Z", "2029-10-28T18:30:00Z", "2029-11-11T18:30:00Z"]),
        ] {
            let skipped = if first.contains("-03-") { "2029-04-01" } else { "2029-11-04" };
            let rule = json!({"rule": "RRULE:FREQ=WEEKLY;COUNT=4", "exceptDates": [skipped]});
            let ends = first.replace(":30:00", ":45:00");
            let session = json!([{"title": "Tea", "startsAt": first, "endsAt": ends}]);
            let times = json!({"startsAt": first, "endsAt": ends, "sessions": session, "registrationClosesAt": first});
            let made = series(&owner, &organisation, rule, times).await;
            assert_eq!(made.each("act.series.events.nodes", "startsAt"), spelt(&expected));
            assert_eq!(made.each("act.series.events.nodes", "recurrenceId"), spelt(&expected));
            assert_eq!(made.each("act.series.events.nodes", "registrationClosesAt"), spelt(&expected));
            assert_eq!(made.at("act.series.events.nodes.1.sessions.0.startsAt"), &spelt(&expected)[1]);
            assert_eq!(made.text("act.series.rule"), "FREQ=WEEKLY;COUNT=4");
            assert_eq!(made.at("act.series.exceptDates"), &json!([skipped]));
            assert_eq!(made.at("act.series.events.nodes.2.series.id"), made.at("act.series.id"));
        }
    }

    async fn a_series_follows_the_clocks_of_its_own_zone(on) {
        let (_world, owner, organisation) = hosts(on).await;
        // In New York clocks went forward two weeks before.
        let rule = json!({"rule": "FREQ=WEEKLY;UNTIL=20290401"});
        let times = json!({"startsAt": "2029-03-04T15:00:00Z", "endsAt": "2029-03-04T16:00:00Z", "timeZone": "America/New_York"});
        let made = series(&owner, &organisation, rule, times).await;
        assert_eq!(
            made.each("act.series.events.nodes", "startsAt"),
            spelt(&["2029-03-04T15:00:00Z", "2029-03-11T14:00:00Z", "2029-03-18T14:00:00Z", "2029-03-25T14:00:00Z", "2029-04-01T14:00:00Z"])
        );
    }

    async fn what_is_announced_or_called_off_for_all_leaves_what_has_a_fate_of_its_own(on) {
        let (world, owner, organisation) = hosts(on).await;
        let made = series(&owner, &organisation, json!({"rule": "FREQ=DAILY;COUNT=4"}), json!({})).await;
        let (id, events) = (made.text("act.series.id"), made.each("act.series.events.nodes", "id"));
        let read = "query ($id: ID!) { node(id: $id) { __typename } }";
        assert!(world.stranger().ask(read, json!({"id": id})).await.at("node").is_null(), "none of its events is seen");
        assert_eq!(on_all(&owner, "cancelEventSeries", &id).await.refusals(), ["INVALID_STATE"]);
        act(&owner, "deleteEvent", &events[3], json!({})).await.at("act");
        let announced = on_all(&owner, "scheduleEventSeries", &id).await;
        assert_eq!(announced.each("act.series.events.nodes", "state"), ["SCHEDULED"; 3]);
        assert_eq!(world.stranger().ask(read, json!({"id": id})).await.at("node.__typename"), "EventSeries");
        let outsider = world.person("Otto Outsider").await;
        assert_eq!(on_all(&outsider, "cancelEventSeries", &id).await.codes(), ["FORBIDDEN"]);
        act(&owner, "cancelEvent", &events[1], json!({})).await.at("act");
        let off = on_all(&owner, "cancelEventSeries", &id).await;
        assert_eq!(off.each("act.series.events.nodes", "state"), ["CANCELLED"; 3]);
        assert_eq!(on_all(&owner, "cancelEventSeries", &id).await.refusals(), ["INVALID_STATE"]);
    }

    async fn a_rule_without_an_end_or_without_sense_makes_nothing(on) {
        let (_world, owner, organisation) = hosts(on).await;
        for (rule, expected) in [
            ("FREQ=DAILY", "INVALID recurrence.rule"),
            ("FREQ=HOURLY;COUNT=3", "INVALID recurrence.rule"),
            ("FREQ=DAILY;COUNT=1000", "OUT_OF_RANGE recurrence.rule"),
            ("FREQ=DAILY;COUNT=99999999999999999999", "INVALID recurrence.rule"),
            ("every tuesday", "INVALID recurrence.rule"),
        ] {
            let made = series(&owner, &organisation, json!({"rule": rule}), json!({})).await;
            assert_eq!(made.refusals(), [expected], "{rule}");
        }
        let wrong = series(&owner, &organisation, json!({"rule": "FREQ=DAILY;COUNT=3"}), json!({"title": "A"})).await;
        assert_eq!(wrong.refusals(), ["TOO_SHORT event.title"]);
        let all = owner.ask("{ events(filter: {states: [DRAFT]}) { totalCount } }", json!({})).await;
        assert_eq!(all.at("events.totalCount"), 0);
    }
}
