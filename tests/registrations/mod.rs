//! Registering for events: places, the queue, offers and their time, who may see what, and what is forgotten.

pub mod crash;
mod crowd;
mod export;
pub mod guests;
mod invited;
mod properties;
pub mod reserved;

use api::{events::registrations::jobs, kit::clock::now};
use chrono::{DateTime, Duration, Utc};
use entity::{
    person::{self, PlatformRoles},
    session,
};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    both,
    events::{act as on_event, announced, hosts, in_days, see as see_event},
    support::{Caller, Reply, World, system},
};

const REGISTRATION: &str =
    "id state position places name code answerBy accessNeeds checkedInAt viewerActs
    answers { question answer } event { id } session { id } organisation { name }";

/// People who have signed in, as many as that: their rows are written as signing up would.
pub async fn people(world: &World, count: usize) -> Vec<Caller> {
    let (now, write) = (now(), &world.app.database.write);
    let mut callers = Vec::new();
    for at in 0..count {
        let (id, session_id) = (Uuid::now_v7(), Uuid::now_v7());
        let email = format!("guest.{at}.{}@example.org", id.simple());
        let person = person::ActiveModel {
            id: Set(id),
            email: Set(email.clone()),
            email_verified_at: Set(None),
            display_name: Set(format!("Guest {at}")),
            search_text: Set(format!("guest {at}")),
            phone: Set(None),
            password_hash: Set("-".into()),
            password_version: Set(1),
            platform_roles: Set(PlatformRoles(Vec::new())),
            created_at: Set(now),
            updated_at: Set(now),
        };
        person::Entity::insert(person)
            .exec_without_returning(write)
            .await
            .unwrap();
        let session = session::ActiveModel {
            id: Set(session_id),
            person_id: Set(id),
            created_at: Set(now),
            expires_at: Set(now + Duration::days(1)),
            ended_at: Set(None),
            password_version: Set(1),
        };
        session::Entity::insert(session)
            .exec_without_returning(write)
            .await
            .unwrap();
        let (token, _) = world
            .app
            .tokens
            .issue(id, session_id, now)
            .map_err(|error| error.message())
            .unwrap();
        callers.push(Caller::known(
            world.router.clone(),
            token,
            format!("person:{id}"),
            email,
        ));
    }
    callers
}

/// Registers somebody; the registration is at `act.registration`.
pub async fn register(who: &Caller, event: &str, more: Value) -> Reply {
    let mut input = json!({"eventId": event});
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    let query = format!(
        "mutation ($input: RegisterForEventInput!) {{ act: registerForEvent(input: $input) {{
            registration {{ {REGISTRATION} }} userErrors {{ code field message }} }} }}"
    );
    who.ask(&query, json!({"input": input})).await
}

/// Does an act on a registration, which is then at `act.registration`.
pub async fn act(who: &Caller, name: &str, id: &str) -> Reply {
    let query = format!(
        "mutation ($id: ID!) {{ act: {name}(input: {{registrationId: $id}}) {{
            registration {{ {REGISTRATION} }} userErrors {{ code field message }} }} }}"
    );
    who.ask(&query, json!({"id": id})).await
}

async fn check_in(who: &Caller, event: &str, code: &str) -> Reply {
    let query = "mutation ($event: ID!, $code: String!) { act: checkIn(input: {eventId: $event, code: $code}) {
        registration { state name checkedInAt } userErrors { code field message } } }";
    who.ask(query, json!({"event": event, "code": code})).await
}

/// A registration as somebody sees it, at `node`.
pub async fn see(who: &Caller, id: &str) -> Reply {
    let query = format!(
        "query ($id: ID!) {{ node(id: $id) {{ ... on Registration {{ {REGISTRATION} }} }} }}"
    );
    who.ask(&query, json!({"id": id})).await
}

/// How many places are left, taken, and how many wait.
pub async fn counts(who: &Caller, event: &str) -> (Value, Value, Value) {
    let seen = see_event(who, event).await;
    let at = |name: &str| seen.at(&format!("event.{name}")).clone();
    (
        at("remainingPlaces"),
        at("confirmedPlaces"),
        at("waitingCount"),
    )
}

/// The worker's round at a time.
pub async fn round(world: &World, at: DateTime<Utc>) -> usize {
    jobs::run(&world.app, &system(at))
        .await
        .map_err(|error| error.message())
        .unwrap()
}

/// How often each kind was told to somebody.
pub async fn told(who: &Caller) -> Vec<String> {
    let query = "{ viewer { notifications(first: 100) { nodes { kind title } } } }";
    who.ask(query, json!({}))
        .await
        .each("viewer.notifications.nodes", "kind")
}

both! {
    async fn a_place_is_taken_waited_for_offered_answered_and_given_back(on) {
        let (world, owner, organisation) = hosts(on).await;
        let event = announced(&owner, &organisation, json!({"capacity": 2, "placeOfferResponseHours": 6})).await;
        let [ann, bob, cat, dan] = people(&world, 4).await.try_into().ok().unwrap();
        let first = register(&ann, &event, json!({"places": 2})).await;
        assert_eq!((first.at("act.registration.state"), first.at("act.registration.position")), (&json!("CONFIRMED"), &Value::Null));
        let [bobs, cats] = {
            let (bobs, cats) = (register(&bob, &event, json!({})).await, register(&cat, &event, json!({})).await);
            assert_eq!((bobs.at("act.registration.position"), cats.at("act.registration.position")), (&json!(1), &json!(2)));
            [bobs, cats].map(|reply| reply.text("act.registration.id"))
        };
        assert_eq!(counts(&owner, &event).await, (json!(0), json!(2), json!(2)));
        assert_eq!(register(&ann, &event, json!({})).await.refusals(), ["ALREADY_EXISTS eventId"]);
        assert_eq!(act(&bob, "acceptPlace", &bobs).await.refusals(), ["INVALID_STATE"]);
        let anns = first.text("act.registration.id");
        assert_eq!(act(&ann, "cancelRegistration", &anns).await.at("act.registration.state"), "CANCELLED");
        // Both are asked at once, each once, and have their time.
        for (who, id) in [(&bob, &bobs), (&cat, &cats)] {
            let seen = see(who, id).await;
            assert_eq!((seen.at("node.state"), seen.at("node.position")), (&json!("PLACE_OFFERED"), &Value::Null));
            let until: DateTime<Utc> = seen.text("node.answerBy").parse().unwrap();
            assert!((until - now() - Duration::hours(6)).num_seconds().abs() < 60);
        }
        assert_eq!(counts(&owner, &event).await, (json!(0), json!(0), json!(0)), "what is offered is not left");
        let task = "{ viewer { taskCount tasks { nodes { kind title act dueAt subject { __typename } } } } }";
        let tasks = bob.ask(task, json!({})).await;
        assert_eq!(tasks.at("viewer.tasks.nodes.0.act"), "acceptPlace");
        assert_eq!(tasks.text("viewer.tasks.nodes.0.title"), "You are offered places at “We Are Surrey”. Accept or decline them.");
        assert_eq!(act(&cat, "acceptPlace", &bobs).await.codes(), ["NOT_FOUND"], "others do not even see it");
        assert_eq!(act(&owner, "acceptPlace", &bobs).await.codes(), ["FORBIDDEN"], "and nobody answers for them");
        assert_eq!(act(&bob, "acceptPlace", &bobs).await.at("act.registration.state"), "CONFIRMED");
        assert_eq!(bob.ask(task, json!({})).await.at("viewer.taskCount"), 0);
        // The other does not answer in time, and a newcomer finds the place although no worker has been.
        assert_eq!(register(&dan, &event, json!({})).await.at("act.registration.state"), "WAITLISTED");
        let late = now() + Duration::hours(7);
        assert_eq!((round(&world, late).await, round(&world, late).await), (1, 0));
        assert_eq!(see(&cat, &cats).await.at("node.state"), "LAPSED");
        let own = "query ($id: ID!) { event(id: $id) { viewerRegistration { state } } viewer { registrations { totalCount nodes { state event { title } } } } }";
        let dans = dan.ask(own, json!({"id": event})).await;
        assert_eq!((dans.at("event.viewerRegistration.state"), dans.at("viewer.registrations.totalCount")), (&json!("PLACE_OFFERED"), &json!(1)));
        world.tell(late).await;
        assert_eq!((told(&bob).await, told(&cat).await), (vec!["PLACE_OFFERED".into()], vec!["PLACE_LAPSED".to_owned(), "PLACE_OFFERED".into()]));
    }

    async fn a_party_too_large_for_what_is_free_keeps_its_turn_and_is_then_passed_over(on) {
        let (world, owner, organisation) = hosts(on).await;
        let event = announced(&owner, &organisation, json!({"capacity": 4, "placeOfferResponseHours": 2})).await;
        let [ann, bob, family, dan] = people(&world, 4).await.try_into().ok().unwrap();
        for who in [&ann, &bob] {
            register(who, &event, json!({"places": 2})).await.at("act.registration");
        }
        let large = register(&family, &event, json!({"places": 3})).await.text("act.registration.id");
        let own = async |who: &Caller| {
            let query = "query ($id: ID!) { event(id: $id) { viewerRegistration { id state position } } }";
            let seen = who.ask(query, json!({"id": event})).await;
            (seen.text("event.viewerRegistration.id"), seen.text("event.viewerRegistration.state"))
        };
        act(&ann, "cancelRegistration", &own(&ann).await.0).await.at("act");
        assert_eq!(own(&family).await.1, "WAITLISTED");
        let dans = register(&dan, &event, json!({})).await;
        assert_eq!(dans.at("act.registration.position"), 2, "two places are free, and the family keeps its turn");
        assert_eq!(round(&world, now() + Duration::hours(1)).await, 0);
        assert_eq!(round(&world, now() + Duration::hours(3)).await, 1);
        assert_eq!((own(&family).await.1.as_str(), own(&dan).await.1.as_str()), ("WAITLISTED", "PLACE_OFFERED"));
        assert_eq!(see(&family, &large).await.at("node.position"), 1, "it is still the first");
        act(&bob, "cancelRegistration", &own(&bob).await.0).await.at("act");
        assert_eq!(own(&family).await.1, "PLACE_OFFERED");
    }

    async fn capacity_is_never_lowered_below_what_is_taken_and_what_is_more_is_offered(on) {
        let (world, owner, organisation) = hosts(on).await;
        let event = announced(&owner, &organisation, json!({"capacity": 3})).await;
        let guests = people(&world, 6).await;
        for guest in &guests {
            register(guest, &event, json!({})).await.at("act.registration");
        }
        let change = async |version: i32, capacity: Value| {
            on_event(&owner, "updateEvent", &event, json!({"version": version, "capacity": capacity})).await
        };
        assert_eq!(change(2, json!(2)).await.refusals(), ["CAPACITY_BELOW_CONFIRMED capacity"]);
        assert_eq!(change(2, json!(5)).await.at("act.event.capacity"), 5);
        assert_eq!((round(&world, now()).await, round(&world, now()).await), (2, 0));
        assert_eq!(counts(&owner, &event).await, (json!(0), json!(3), json!(1)));
        assert_eq!(change(3, json!(4)).await.refusals(), ["CAPACITY_BELOW_CONFIRMED capacity"], "what is offered is held too");
        assert_eq!(change(3, Value::Null).await.at("act.event.remainingPlaces"), &Value::Null);
        assert_eq!(round(&world, now()).await, 1, "what is not counted has room for everybody");
        assert_eq!(change(4, json!(5)).await.refusals(), ["CAPACITY_BELOW_CONFIRMED capacity"]);
        let mode = json!({"version": 4, "registrationMode": "NONE", "capacity": null});
        assert_eq!(on_event(&owner, "updateEvent", &event, mode).await.refusals(), ["INVALID_STATE registrationMode"]);
    }

    async fn organisers_choose_by_hand_check_in_by_code_and_say_who_did_not_come(on) {
        let (world, owner, organisation) = hosts(on).await;
        let starts_at = now() + Duration::seconds(6);
        let event = announced(&owner, &organisation, json!({"capacity": 2, "startsAt": starts_at, "endsAt": starts_at + Duration::hours(1)})).await;
        let [ann, bob, cat, dan] = people(&world, 4).await.try_into().ok().unwrap();
        let mut made = Vec::new();
        for who in [&ann, &bob, &cat, &dan] {
            made.push(register(who, &event, json!({})).await);
        }
        let id = |at: usize| made[at].text("act.registration.id");
        assert_eq!(act(&owner, "offerPlace", &id(3)).await.refusals(), ["FULL places"]);
        // The organisers take somebody off the list: the first who waits is asked, and then the last by hand.
        assert_eq!(act(&owner, "cancelRegistration", &id(1)).await.at("act.registration.state"), "CANCELLED");
        assert_eq!(see(&cat, &id(2)).await.at("node.state"), "PLACE_OFFERED");
        on_event(&owner, "updateEvent", &event, json!({"version": 2, "capacity": 3})).await.at("act.event");
        assert_eq!(act(&bob, "offerPlace", &id(3)).await.codes(), ["NOT_FOUND"]);
        assert_eq!(act(&dan, "offerPlace", &id(3)).await.codes(), ["FORBIDDEN"]);
        assert_eq!(act(&owner, "offerPlace", &id(3)).await.at("act.registration.state"), "PLACE_OFFERED");
        act(&cat, "acceptPlace", &id(2)).await.at("act");
        let list = "query ($id: ID!) { event(id: $id) { registrations(states: [CONFIRMED]) { totalCount nodes { name code } } } }";
        let seen = owner.ask(list, json!({"id": event})).await;
        assert_eq!(seen.each("event.registrations.nodes", "name"), ["Guest 0", "Guest 2"]);
        assert_eq!(ann.ask(list, json!({"id": event})).await.at("event.registrations.totalCount"), 1, "others see their own");
        let code = made[0].text("act.registration.code");
        assert_eq!(check_in(&ann, &event, &code).await.codes(), ["FORBIDDEN"]);
        assert_eq!(check_in(&owner, &event, "R-00000-00000").await.refusals(), ["UNKNOWN code"]);
        let came = check_in(&owner, &event, &format!(" {} ", code.to_lowercase())).await;
        assert_eq!(came.at("act.registration.state"), "ATTENDED");
        assert_eq!(check_in(&owner, &event, &code).await.refusals(), ["INVALID_STATE"]);
        let missed = "mutation ($id: ID!) { act: recordNoShows(input: {eventId: $id}) { event { id confirmedPlaces } userErrors { code } } }";
        assert_eq!(owner.ask(missed, json!({"id": event})).await.refusals(), ["INVALID_STATE"]);
        tokio::time::sleep((starts_at - now()).to_std().unwrap_or_default()).await;
        assert_eq!(register(&bob, &event, json!({})).await.refusals(), ["INVALID_STATE"], "it has begun");
        assert_eq!(act(&dan, "acceptPlace", &id(3)).await.refusals(), ["INVALID_STATE"], "the offer ended with the beginning");
        assert_eq!(owner.ask(missed, json!({"id": event})).await.at("act.event.confirmedPlaces"), 2);
        assert_eq!(see(&cat, &id(2)).await.at("node.state"), "NO_SHOW");
        assert_eq!(see(&ann, &id(0)).await.at("node.state"), "ATTENDED");
    }

    async fn what_is_asked_is_answered_and_what_people_need_is_for_the_organisers_and_forgotten(on) {
        let world = World::new(on).await;
        let cast = world.cast().await;
        let questions = json!([
            {"code": "diet", "label": "What do you eat?", "required": true, "choices": ["Anything", "Vegetables"]},
            {"code": "why", "label": "What do you hope for?"},
        ]);
        let online = json!({"questions": questions, "attendanceMode": "HYBRID", "onlineUrl": "https://meet.example.org/1", "audience": "MEMBERS"});
        let event = announced(cast.the("owner"), &cast.organisation, online).await;
        let guest = world.person("Gus Guest").await;
        let trust = guest.organisation("Ash Trust").await;
        let diet = |answer: &str| json!([{"question": "diet", "answer": answer}]);
        for (more, expected) in [
            (json!({}), "REQUIRED answers"),
            (json!({"answers": diet("Nails")}), "INVALID answers.0.answer"),
            (json!({"answers": [{"question": "age", "answer": "9"}, {"question": "diet", "answer": "Anything"}]}), "UNKNOWN answers.0.question"),
            (json!({"answers": diet("Anything"), "places": 6}), "OUT_OF_RANGE places"),
            (json!({"answers": diet("Anything"), "places": 0}), "OUT_OF_RANGE places"),
            (json!({"answers": diet("Anything"), "organisationId": cast.organisation}), "UNKNOWN organisationId"),
            (json!({"answers": diet("Anything"), "sessionId": format!("event_session:{}", Uuid::now_v7())}), "UNKNOWN sessionId"),
        ] {
            assert_eq!(register(&guest, &event, more.clone()).await.refusals(), [expected], "{more}");
        }
        assert!(see_event(&guest, &event).await.at("event.onlineUrl").is_null());
        let more = json!({"answers": diet("Vegetables"), "organisationId": trust, "places": 2, "accessNeeds": "A ramp, please.", "idempotencyKey": "key-1"});
        let made = register(&guest, &event, more.clone()).await;
        let id = made.text("act.registration.id");
        assert_eq!(register(&guest, &event, more).await.text("act.registration.id"), id, "a retry is harmless");
        assert_eq!(see_event(&guest, &event).await.text("event.onlineUrl"), "https://meet.example.org/1");
        assert_eq!(register(&world.stranger(), &event, json!({})).await.codes(), ["UNAUTHENTICATED"]);
        for (who, caller) in &cast.callers {
            let organises = ["editor", "manager", "owner", "admin"].contains(who);
            let seen = see(caller, &id).await;
            let needs = seen.peek("node.accessNeeds");
            assert_eq!(needs, &if organises { json!("A ramp, please.") } else { Value::Null }, "{who}");
        }
        // 28 days after the event it is forgotten; the rest stays.
        let end = in_days(30) + Duration::hours(4);
        assert_eq!(round(&world, end + Duration::days(27)).await, 0);
        assert_eq!((round(&world, end + Duration::days(28)).await, round(&world, end + Duration::days(29)).await), (1, 0));
        let seen = see(&guest, &id).await;
        assert!(seen.at("node.accessNeeds").is_null());
        assert_eq!(seen.at("node.answers.0.answer"), "Vegetables");
        let log = "{ activities(first: 100) { nodes { act fields } } }";
        assert!(!cast.the("admin").ask(log, json!({})).await.text.contains("ramp"), "no record holds it");
    }

    async fn those_who_come_are_told_of_changes_and_the_day_before_and_of_nothing_else(on) {
        let (world, owner, organisation) = hosts(on).await;
        let event = announced(&owner, &organisation, json!({"capacity": 1})).await;
        let [ann, bob, cat] = people(&world, 3).await.try_into().ok().unwrap();
        let made = register(&ann, &event, json!({})).await;
        register(&bob, &event, json!({})).await.at("act");
        let cats = register(&cat, &event, json!({})).await.text("act.registration.id");
        act(&cat, "cancelRegistration", &cats).await.at("act");
        on_event(&owner, "updateEvent", &event, json!({"version": 2, "title": "We Are Still Surrey"})).await.at("act");
        on_event(&owner, "updateEvent", &event, json!({"version": 3, "venue": {"name": "The Lighthouse"}})).await.at("act");
        let day_before = in_days(30) - Duration::hours(23);
        let remind = async || api::events::jobs::run(&world.app, &system(day_before)).await.map_err(|error| error.message()).unwrap();
        assert_eq!((remind().await, remind().await), (1, 0));
        let later = json!({"startsAt": in_days(40), "endsAt": in_days(40) + Duration::hours(1)});
        on_event(&owner, "rescheduleEvent", &event, later).await.at("act");
        on_event(&owner, "postponeEvent", &event, json!({})).await.at("act");
        world.tell(now()).await;
        assert_eq!(act(&ann, "cancelRegistration", &made.text("act.registration.id")).await.outcome(), "done");
        on_event(&owner, "cancelEvent", &event, json!({})).await.at("act");
        world.tell(now()).await;
        let all = ["EVENT_CANCELLED", "EVENT_POSTPONED", "EVENT_RESCHEDULED", "EVENT_CHANGED"];
        assert_eq!(told(&bob).await, all, "who waits is not reminded of a place");
        assert_eq!(told(&ann).await, ["EVENT_POSTPONED", "EVENT_RESCHEDULED", "EVENT_REMINDER", "EVENT_CHANGED"]);
        assert!(told(&cat).await.is_empty());
        let titles = "{ viewer { notifications { nodes { title category subject { ... on Event { title } } } } } }";
        let titles = bob.ask(titles, json!({})).await;
        let title = titles.text("viewer.notifications.nodes.0.title");
        assert!(title.starts_with("“We Are Still Surrey” was cancelled. It was to take place on "), "{title}");
        assert_eq!(titles.at("viewer.notifications.nodes.0.category"), "EVENTS");
        assert_eq!(titles.at("viewer.notifications.nodes.0.subject.title"), "We Are Still Surrey");
    }

    async fn sessions_have_places_of_their_own(on) {
        let (world, owner, organisation) = hosts(on).await;
        let starts_at = in_days(30);
        let session = |title: &str, capacity: i32| json!({"title": title, "startsAt": starts_at, "endsAt": starts_at + Duration::hours(1), "capacity": capacity});
        let more = json!({"registrationMode": "SESSIONS", "capacity": null, "startsAt": starts_at, "endsAt": starts_at + Duration::hours(3),
            "sessions": [session("Offers", 1), session("Requests", 5)]});
        let event = announced(&owner, &organisation, more).await;
        let seen = see_event(&owner, &event).await;
        let sessions = seen.each("event.sessions", "id");
        let [ann, bob] = people(&world, 2).await.try_into().ok().unwrap();
        assert_eq!(register(&ann, &event, json!({})).await.refusals(), ["INVALID sessionId"]);
        let first = json!({"sessionId": sessions[0]});
        assert_eq!(register(&ann, &event, first.clone()).await.at("act.registration.session.id"), &json!(sessions[0]));
        assert_eq!(register(&bob, &event, first).await.at("act.registration.position"), 1);
        assert_eq!(register(&bob, &event, json!({"sessionId": sessions[1]})).await.at("act.registration.state"), "CONFIRMED");
        let seen = see_event(&owner, &event).await;
        assert_eq!((seen.at("event.sessions.0.remainingPlaces"), seen.at("event.sessions.1.remainingPlaces")), (&json!(0), &json!(4)));
        let dropped = json!({"version": 2, "sessions": [{"id": sessions[0], "title": "Offers", "startsAt": starts_at, "endsAt": starts_at + Duration::hours(1), "capacity": 1}]});
        assert_eq!(on_event(&owner, "updateEvent", &event, dropped).await.refusals(), ["INVALID_STATE sessions"], "somebody registered for it");
    }
}
