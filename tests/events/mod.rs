//! Events: drafting, announcing, moving and calling off; who may; series and the clocks; how they are found.

mod finding;
mod partners;
mod series;

use api::{events::jobs, kit::clock::now};
use chrono::{DateTime, Duration, SubsecRound, Utc};
use serde_json::{Value, json};

use crate::{
    both,
    support::{Caller, On, Reply, World, system},
};

/// What tests read of an event.
const EVENT: &str = "id reference state notice title version startsAt endsAt previousStartsAt timeZone registrationOpen
    capacity remainingPlaces confirmedPlaces waitingCount viewerActs onlineUrl scheduledAt
    sessions { id title startsAt endsAt capacity remainingPlaces }";

/// Drafts an event that can be announced, changed by `more`; the event is at `act.event`.
pub async fn draft(caller: &Caller, organisation: &str, more: Value) -> Reply {
    let query = format!(
        "mutation ($input: CreateEventInput!) {{ act: createEvent(input: $input) {{
            event {{ {EVENT} }} userErrors {{ code field message }} }} }}"
    );
    caller
        .ask(&query, json!({"input": particulars(organisation, more)}))
        .await
}

/// What an event says that can be announced, changed by `more`.
pub fn particulars(organisation: &str, more: Value) -> Value {
    let starts_at = in_days(30);
    let mut input = json!({
        "organisationId": organisation, "title": "We Are Surrey", "kind": "SHOWCASE",
        "description": "Meet those who share what they have, and those who need it.",
        "startsAt": starts_at, "endsAt": starts_at + Duration::hours(3), "areas": ["elmbridge"],
        "venue": {"name": "Dorking Halls", "place": {"town": "Dorking"}, "accessFeatures": ["HEARING_LOOP"]},
        "registrationMode": "EVENT", "capacity": 100,
    });
    if let Value::Object(more) = more {
        for (name, value) in more {
            input[name.as_str()] = value;
        }
    }
    input
}

/// So many days from now, in whole seconds as events have them.
pub fn in_days(days: i64) -> DateTime<Utc> {
    (now() + Duration::days(days)).trunc_subsecs(0)
}

/// An instant as answers spell it.
pub fn spelt(at: DateTime<Utc>) -> String {
    at.to_rfc3339()
}

/// An event that was announced.
pub async fn announced(caller: &Caller, organisation: &str, more: Value) -> String {
    let mut more = more;
    more["schedule"] = json!(true);
    draft(caller, organisation, more).await.text("act.event.id")
}

/// Accepts a partnership for an organisation, in the event as it is now; the event is at `act.event`.
pub async fn becomes_partner(caller: &Caller, organisation: &str, event: &str) -> Reply {
    let read = "query ($id: ID!) { event(id: $id) { version } }";
    let seen = caller.ask(read, json!({"id": event})).await;
    let input = json!({"eventId": event, "organisationId": organisation, "version": seen.at("event.version")});
    let accept = "mutation ($input: AcceptEventPartnershipInput!) { act: acceptEventPartnership(input: $input) {
        event { partners { name } } userErrors { code field message } } }";
    caller.ask(accept, json!({"input": input})).await
}

/// Does an act on an event; the event is at `act.event`.
pub async fn act(caller: &Caller, name: &str, id: &str, more: Value) -> Reply {
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let mut input = json!({"id": id});
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    let query = format!(
        "mutation ($input: {kind}!) {{ act: {name}(input: $input) {{
            event {{ {EVENT} }} userErrors {{ code field message }} }} }}"
    );
    caller.ask(&query, json!({"input": input})).await
}

/// An event as somebody sees it, at `event`.
pub async fn see(caller: &Caller, id: &str) -> Reply {
    let query = format!("query ($id: ID!) {{ event(id: $id) {{ {EVENT} }} }}");
    caller.ask(&query, json!({"id": id})).await
}

/// An owner with an organisation.
pub async fn hosts(on: On) -> (World, Caller, String) {
    let world = World::new(on).await;
    let owner = world.person("Olive Owner").await;
    let organisation = owner.organisation("Elm Works").await;
    (world, owner, organisation)
}

/// Moves of an event, with what they need.
fn needs(name: &str) -> Value {
    match name {
        "rescheduleEvent" => json!({"startsAt": in_days(40), "endsAt": in_days(41)}),
        "postponeEvent" | "cancelEvent" => json!({"notice": "The hall was flooded."}),
        _ => json!({}),
    }
}

both! {
    async fn an_event_goes_through_its_life(on) {
        let (world, owner, organisation) = hosts(on).await;
        let made = draft(&owner, &organisation, json!({})).await;
        let (id, first) = (made.text("act.event.id"), made.text("act.event.startsAt"));
        assert_eq!(made.at("act.event.state"), "DRAFT");
        assert!(made.at("act.event.scheduledAt").is_null());
        assert!(see(&world.stranger(), &id).await.at("event").is_null());
        for (name, expected) in [
            ("scheduleEvent", "SCHEDULED"), ("postponeEvent", "POSTPONED"), ("rescheduleEvent", "SCHEDULED"),
            ("postponeEvent", "POSTPONED"), ("cancelEvent", "CANCELLED"),
        ] {
            let done = act(&owner, name, &id, needs(name)).await;
            assert_eq!(done.at("act.event.state"), expected, "{name}");
            let notice = done.at("act.event.notice");
            assert_eq!(notice.is_null(), expected == "SCHEDULED", "{name}");
        }
        let seen = see(&world.stranger(), &id).await;
        assert_eq!(seen.at("event.state"), "CANCELLED");
        assert_eq!(seen.text("event.previousStartsAt"), first, "the start that it had is kept");
        assert_eq!(seen.at("event.version"), 6);
        let by_reference = "query ($r: String) { event(reference: $r) { id } }";
        let reference = seen.text("event.reference").to_lowercase();
        let found = world.stranger().ask(by_reference, json!({"r": reference})).await;
        assert_eq!(found.text("event.id"), id);
    }

    async fn every_other_move_is_refused_with_a_code(on) {
        let (_world, owner, organisation) = hosts(on).await;
        let [drafted, scheduled, postponed, cancelled] = {
            let mut ids = Vec::new();
            for more in [json!({}), json!({"schedule": true}), json!({"schedule": true}), json!({"schedule": true})] {
                ids.push(draft(&owner, &organisation, more).await.text("act.event.id"));
            }
            ids.try_into().unwrap()
        };
        act(&owner, "postponeEvent", &postponed, json!({})).await.at("act");
        act(&owner, "cancelEvent", &cancelled, json!({})).await.at("act");
        for (id, moves) in [
            (&drafted, vec!["postponeEvent", "rescheduleEvent", "cancelEvent"]),
            (&scheduled, vec!["scheduleEvent", "deleteEvent"]),
            (&postponed, vec!["scheduleEvent", "postponeEvent", "deleteEvent"]),
            (&cancelled, vec!["scheduleEvent", "postponeEvent", "rescheduleEvent", "cancelEvent", "deleteEvent"]),
        ] {
            for name in moves {
                assert_eq!(act(&owner, name, id, needs(name)).await.refusals(), ["INVALID_STATE"], "{name}");
            }
        }
        let edit = json!({"version": 2, "title": "Another title"});
        assert_eq!(act(&owner, "updateEvent", &cancelled, json!({"version": 2, "title": "Late"})).await.outcome(), "VERSION_OUTDATED version");
        assert_eq!(act(&owner, "updateEvent", &scheduled, edit).await.at("act.event.version"), 3);
        assert_eq!(act(&owner, "updateEvent", &scheduled, json!({"version": 2, "title": "Late"})).await.refusals(), ["VERSION_OUTDATED version"]);
        assert_eq!(act(&owner, "deleteEvent", &drafted, json!({})).await.at("act.event.state"), "DRAFT");
        assert!(see(&owner, &drafted).await.at("event").is_null());
    }

    async fn time_completes_an_event_at_its_end_and_the_worker_writes_it_down_once(on) {
        let (world, owner, organisation) = hosts(on).await;
        let starts_at = (now() + Duration::seconds(3)).trunc_subsecs(0);
        let soon = json!({"startsAt": starts_at, "endsAt": starts_at + Duration::seconds(1)});
        let id = announced(&owner, &organisation, soon).await;
        announced(&owner, &organisation, json!({})).await;
        let listed = |states: &'static str| {
            let query = format!("{{ events(filter: {{states: [{states}]}}) {{ nodes {{ id }} }} }}");
            let owner = owner.clone();
            async move { owner.ask(&query, json!({})).await.each("events.nodes", "id") }
        };
        assert_eq!((listed("SCHEDULED").await.len(), listed("COMPLETED").await.len()), (2, 0));
        tokio::time::sleep(std::time::Duration::from_millis(4_100)).await;
        // Nobody has written it down yet.
        assert_eq!(see(&owner, &id).await.at("event.state"), "COMPLETED");
        assert_eq!((listed("SCHEDULED").await.len(), listed("COMPLETED").await), (1, vec![id.clone()]));
        assert_eq!(act(&owner, "cancelEvent", &id, json!({})).await.refusals(), ["INVALID_STATE"]);
        let work = async || jobs::run(&world.app, &system(now())).await.map_err(|error| error.message()).unwrap();
        let (one, two) = tokio::join!(work(), work());
        assert_eq!((one + two, work().await), (1, 0), "whoever runs the worker, however often");
        assert_eq!(listed("COMPLETED").await, [id]);
    }

    async fn what_cannot_be_is_refused_by_its_field(on) {
        let (_world, owner, organisation) = hosts(on).await;
        let session = |from: i64, more: Value| {
            let starts_at = in_days(30) + Duration::minutes(from);
            let mut session = json!({"title": "Speed dating", "startsAt": starts_at, "endsAt": starts_at + Duration::minutes(30)});
            for (name, value) in more.as_object().unwrap() {
                session[name] = value.clone();
            }
            json!([session])
        };
        for (more, expected) in [
            (json!({"title": "A"}), "TOO_SHORT title"),
            (json!({"startsAt": in_days(-1), "endsAt": in_days(1)}), "OUT_OF_RANGE startsAt"),
            (json!({"startsAt": in_days(9000), "endsAt": in_days(9001)}), "OUT_OF_RANGE startsAt"),
            (json!({"endsAt": in_days(29)}), "OUT_OF_RANGE endsAt"),
            (json!({"endsAt": in_days(99)}), "OUT_OF_RANGE endsAt"),
            (json!({"timeZone": "Europe/Guildford"}), "UNKNOWN timeZone"),
            (json!({"capacity": 0}), "OUT_OF_RANGE capacity"),
            (json!({"registrationMode": "NONE"}), "INVALID capacity"),
            (json!({"registrationMode": "SESSIONS", "capacity": null}), "REQUIRED sessions"),
            (json!({"onlineUrl": "https://meet.example.org/1"}), "INVALID onlineUrl"),
            (json!({"attendanceMode": "ONLINE"}), "INVALID venue"),
            (json!({"attendanceMode": "HYBRID", "onlineUrl": "javascript:alert(1)"}), "INVALID onlineUrl"),
            (json!({"placeOfferResponseHours": 169}), "OUT_OF_RANGE placeOfferResponseHours"),
            (json!({"maxPlacesPerRegistration": 0}), "OUT_OF_RANGE maxPlacesPerRegistration"),
            (json!({"areas": ["atlantis"]}), "UNKNOWN areas.0"),
            (json!({"priorityAreas": ["fun"]}), "UNKNOWN priorityAreas.0"),
            (json!({"partners": ["organisation:0190c2d4-0000-7000-8000-000000000000"]}), "UNKNOWN partners.0"),
            (json!({"questions": [{"code": "diet", "label": "What do you eat?"}, {"code": "diet", "label": "Again?"}]}), "ALREADY_EXISTS questions.1.code"),
            (json!({"questions": [{"code": "Diet!", "label": "What do you eat?"}]}), "INVALID questions.0.code"),
            (json!({"sessions": session(-60, json!({}))}), "OUT_OF_RANGE sessions.0.endsAt"),
            (json!({"sessions": session(5, json!({"capacity": 5}))}), "INVALID sessions.0.capacity"),
            (json!({"registrationClosesAt": in_days(40)}), "OUT_OF_RANGE registrationClosesAt"),
            (json!({"description": "Soon.", "schedule": true}), "REQUIRED description"),
            (json!({"venue": null, "areas": [], "schedule": true}), "REQUIRED venue"),
        ] {
            assert_eq!(draft(&owner, &organisation, more.clone()).await.refusals(), [expected], "{more}");
        }
        let all = owner.ask("query ($id: ID!) { organisation(id: $id) { events(filter: {states: [DRAFT, SCHEDULED]}) { totalCount } } }", json!({"id": organisation})).await;
        assert_eq!(all.at("organisation.events.totalCount"), 0, "nothing is half-written");
    }

    async fn what_was_announced_is_moved_by_rescheduling_and_its_sessions_go_with_it(on) {
        let (world, owner, organisation) = hosts(on).await;
        let starts_at = in_days(30);
        let hour = |hours: i64| starts_at + Duration::hours(hours);
        let more = json!({
            "startsAt": starts_at, "endsAt": hour(3), "registrationMode": "SESSIONS", "capacity": null,
            "sessions": [
                {"title": "Offers", "startsAt": hour(1), "endsAt": hour(2), "capacity": 20, "room": "The Red Room"},
                {"title": "Welcome", "startsAt": hour(0), "endsAt": hour(1)},
            ],
        });
        let id = announced(&owner, &organisation, more).await;
        let seen = see(&world.stranger(), &id).await;
        assert_eq!(seen.each("event.sessions", "title"), ["Welcome", "Offers"], "in order of time");
        assert_eq!(seen.at("event.sessions.1.remainingPlaces"), 20);
        assert!(seen.at("event.sessions.0.capacity").is_null());
        let refused = act(&owner, "updateEvent", &id, json!({"version": 2, "startsAt": hour(-1)})).await;
        assert_eq!(refused.refusals(), ["INVALID_STATE startsAt"]);
        let short = json!({"startsAt": hour(24), "endsAt": hour(25)});
        assert_eq!(act(&owner, "rescheduleEvent", &id, short).await.refusals(), ["OUT_OF_RANGE endsAt"]);
        let later = act(&owner, "rescheduleEvent", &id, json!({"startsAt": hour(24), "endsAt": hour(27)})).await;
        assert_eq!(later.at("act.event.sessions.1.startsAt"), &json!(spelt(hour(25))));
        assert_eq!(later.at("act.event.previousStartsAt"), &json!(spelt(starts_at)));
        // Sessions are written anew: one stays by its id, one goes, one is new.
        let kept = later.text("act.event.sessions.1.id");
        let sessions = json!([
            {"id": kept, "title": "Offers and requests", "startsAt": hour(25), "endsAt": hour(26), "capacity": 30},
            {"title": "Farewell", "startsAt": hour(26), "endsAt": hour(27), "capacity": 5},
        ]);
        let edited = act(&owner, "updateEvent", &id, json!({"version": 3, "sessions": sessions})).await;
        assert_eq!(edited.each("act.event.sessions", "title"), ["Offers and requests", "Farewell"]);
        assert_eq!((edited.text("act.event.sessions.0.id"), edited.at("act.event.sessions.0.capacity")), (kept, &json!(30)));
        let foreign = json!([{"id": format!("event_session:{}", uuid::Uuid::now_v7()), "title": "Whose?", "startsAt": hour(25), "endsAt": hour(26)}]);
        let refused = act(&owner, "updateEvent", &id, json!({"version": 4, "sessions": foreign})).await;
        assert_eq!(refused.refusals(), ["UNKNOWN sessions.0.id"]);
    }

    async fn the_link_is_for_the_hosts_and_a_draft_for_its_organisation(on) {
        let world = World::new(on).await;
        let cast = world.cast().await;
        let online = json!({"attendanceMode": "HYBRID", "onlineUrl": "https://meet.example.org/surrey"});
        let id = announced(cast.the("owner"), &cast.organisation, online.clone()).await;
        let drafted = draft(cast.the("owner"), &cast.organisation, online).await.text("act.event.id");
        for (who, caller) in &cast.callers {
            let host = !["stranger", "outsider", "broker"].contains(who);
            let seen = see(caller, &id).await;
            assert_eq!(seen.at("event.onlineUrl").is_null(), !host, "{who}");
            let hidden = ["stranger", "outsider", "broker", "admin"].contains(who);
            assert_eq!(see(caller, &drafted).await.at("event").is_null(), hidden, "{who}");
        }
    }

    async fn members_draft_editors_announce_and_a_retry_makes_nothing_twice(on) {
        let world = World::new(on).await;
        let cast = world.cast().await;
        let member = cast.the("member");
        let key = json!({"idempotencyKey": "key-1"});
        let mut same = particulars(&cast.organisation, key);
        let query = "mutation ($input: CreateEventInput!) { act: createEvent(input: $input) { event { id } userErrors { code field } } }";
        let id = member.ask(query, json!({"input": same})).await.text("act.event.id");
        assert_eq!(member.ask(query, json!({"input": same})).await.text("act.event.id"), id);
        same["title"] = json!("Another title");
        let refused = member.ask(query, json!({"input": same})).await;
        assert_eq!(refused.refusals(), ["IDEMPOTENCY_KEY_REUSED idempotencyKey"]);
        assert_eq!(draft(cast.the("observer"), &cast.organisation, json!({})).await.codes(), ["FORBIDDEN"]);
        assert_eq!(draft(member, &cast.organisation, json!({"schedule": true})).await.codes(), ["FORBIDDEN"]);
        assert_eq!(act(member, "scheduleEvent", &id, json!({})).await.codes(), ["FORBIDDEN"]);
        act(cast.the("editor"), "scheduleEvent", &id, json!({})).await.at("act.event");
        assert_eq!(act(member, "cancelEvent", &id, json!({})).await.codes(), ["FORBIDDEN"]);
        assert_eq!(act(cast.the("broker"), "cancelEvent", &id, json!({})).await.codes(), ["FORBIDDEN"]);
        // Programme administrators look after every event that was announced.
        assert_eq!(act(cast.the("admin"), "cancelEvent", &id, json!({})).await.at("act.event.state"), "CANCELLED");
        let history = "query ($id: ID!) { event(id: $id) { activities { nodes { act actorKind } } } }";
        let history = member.ask(history, json!({"id": id})).await;
        assert_eq!(history.each("event.activities.nodes", "act"), ["event.cancelled", "event.scheduled", "event.drafted"]);
    }
}
