//! Places that organisers hold: who draws from them, when they are released, and that there are never more than there are.

use api::{
    events::reservations::jobs,
    kit::{Id, clock::now},
};
use chrono::{DateTime, Duration, Utc};
use entity::{event, event_capacity, place_reservation};
use futures_util::{StreamExt, stream};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement, sea_query::Expr};
use serde_json::{Value, json};

use super::{act, counts, people, register, round, see};
use crate::{
    both,
    events::{act as on_event, announced, draft, hosts, in_days, see as see_event},
    support::{Caller, Reply, World, system},
};

const RESERVATION: &str = "id label places usedPlaces releaseAt releasedAt version addresses
    organisation { name } event { id } session { id }";

/// Holds places; the reservation is at `act.reservation`.
pub async fn reserve(who: &Caller, event: &str, more: Value) -> Reply {
    let mut input = json!({"eventId": event, "places": 2, "releaseAt": in_days(20)});
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    let query = format!(
        "mutation ($input: ReservePlacesInput!) {{ act: reservePlaces(input: $input) {{
            reservation {{ {RESERVATION} }} userErrors {{ code field message }} }} }}"
    );
    who.ask(&query, json!({"input": input})).await
}

/// Changes what is held, or releases it; the reservation is at `act.reservation`.
pub async fn on_reservation(who: &Caller, name: &str, id: &str, more: Value) -> Reply {
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let mut input = json!({"reservationId": id});
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    let query = format!(
        "mutation ($input: {kind}!) {{ act: {name}(input: $input) {{
            reservation {{ {RESERVATION} }} userErrors {{ code field message }} }} }}"
    );
    who.ask(&query, json!({"input": input})).await
}

/// Whatever was done: the counts are what the rows say, and nothing is taken or held twice.
pub async fn adds_up(world: &World) -> i64 {
    let read = &world.app.database.read;
    let sum = |states: &str, of: &str, by: &str| {
        format!(
            "(SELECT COALESCE(SUM({of}), 0) FROM registration r WHERE {by} AND r.state IN ({states}))"
        )
    };
    let (confirmed, of_places) = ("'CONFIRMED', 'ATTENDED', 'NO_SHOW'", "r.capacity_id = c.id");
    let sql = format!(
        "SELECT (SELECT COUNT(*) FROM event_capacity c WHERE c.confirmed <> {} OR c.offered <> {} OR c.waiting <> {}
            OR c.held <> (SELECT COALESCE(SUM(p.places - p.used), 0) FROM place_reservation p
                WHERE p.capacity_id = c.id AND p.released_at IS NULL)
            OR c.confirmed + c.offered + c.held > c.capacity)
         + (SELECT COUNT(*) FROM place_reservation p WHERE p.used <> {}) AS wrong",
        sum(confirmed, "r.places", of_places),
        sum("'PLACE_OFFERED'", "r.places", of_places),
        sum("'WAITLISTED'", "1", of_places),
        sum(&format!("{confirmed}, 'PLACE_OFFERED'"), "r.places", "r.reservation_id = p.id"),
    );
    let statement = Statement::from_string(read.get_database_backend(), sql);
    let row = read.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get::<i64>("", "wrong").unwrap()
}

/// The worker's round of releases at a time.
pub async fn releases(world: &World, at: DateTime<Utc>) -> usize {
    let round = jobs::run(&world.app, &system(at)).await;
    round.map_err(|error| error.message()).unwrap()
}

/// How many places are held for somebody.
async fn held_for(who: &Caller, event: &str) -> Value {
    let query = "query ($id: ID!) { event(id: $id) { viewerReservedPlaces } }";
    let seen = who.ask(query, json!({"id": event})).await;
    seen.at("event.viewerReservedPlaces").clone()
}

/// What organisers see of what is held: how many, how many of them used, and whether it was released.
async fn seen(who: &Caller, event: &str) -> Vec<(Value, Value, bool)> {
    let query =
        format!("query ($id: ID!) {{ event(id: $id) {{ reservations {{ {RESERVATION} }} }} }}");
    let found = who.ask(&query, json!({"id": event})).await;
    let rows = found.at("event.reservations").as_array().unwrap();
    let row = |row: &Value| {
        let released = !row["releasedAt"].is_null();
        (row["places"].clone(), row["usedPlaces"].clone(), released)
    };
    rows.iter().map(row).collect()
}

/// What is done in the midst of a crowd.
enum Do {
    Come(Caller, Value),
    Release(String),
    More(String),
}

async fn until(at: DateTime<Utc>) {
    tokio::time::sleep((at - now()).to_std().unwrap_or_default()).await;
}

both! {
    async fn what_is_held_is_drawn_by_those_it_is_for_without_waiting_and_by_nobody_else(on) {
        let (world, owner, organisation) = hosts(on).await;
        let event = announced(&owner, &organisation, json!({"capacity": 4})).await;
        let ash = world.person("Ada Ash").await;
        let trust = ash.organisation("Ash Trust").await;
        let [ann, bob, cat] = people(&world, 3).await.try_into().ok().unwrap();
        let made = reserve(&owner, &event, json!({"organisationId": trust, "label": "Speakers"})).await;
        let id = made.text("act.reservation.id");
        assert_eq!((made.at("act.reservation.organisation.name"), made.at("act.reservation.label")), (&json!("Ash Trust"), &json!("Speakers")));
        assert_eq!(counts(&owner, &event).await, (json!(2), json!(0), json!(0)), "what is held is not left for others");
        assert_eq!((held_for(&ash, &event).await, held_for(&ann, &event).await, held_for(&world.stranger(), &event).await), (json!(2), json!(0), json!(0)));

        register(&ann, &event, json!({"places": 2})).await.at("act");
        let bobs = register(&bob, &event, json!({})).await;
        assert_eq!(bobs.at("act.registration.position"), 1);
        let by_herself = register(&ash, &event, json!({})).await;
        assert_eq!(by_herself.at("act.registration.position"), 2, "who does not come for the organisation draws nothing");
        act(&ash, "cancelRegistration", &by_herself.text("act.registration.id")).await.at("act");
        let drawn = register(&ash, &event, json!({"organisationId": trust})).await;
        assert_eq!(drawn.at("act.registration.state"), "CONFIRMED");
        assert_eq!((seen(&owner, &event).await, held_for(&ash, &event).await), (vec![(json!(2), json!(1), false)], json!(1)));
        assert_eq!(counts(&owner, &event).await, (json!(0), json!(3), json!(1)));
        let whose = "query ($id: ID!) { node(id: $id) { ... on Registration { reservation { id } } } }";
        let whose = async |who: &Caller| who.ask(whose, json!({"id": drawn.text("act.registration.id")})).await;
        assert_eq!(whose(&owner).await.text("node.reservation.id"), id);
        assert!(whose(&ash).await.at("node.reservation").is_null(), "organisers alone see reservations");

        // Given up before the release it is held again; after it, it goes to the queue.
        act(&ash, "cancelRegistration", &drawn.text("act.registration.id")).await.at("act");
        assert_eq!(counts(&owner, &event).await, (json!(0), json!(2), json!(1)));
        let drawn = register(&ash, &event, json!({"organisationId": trust, "places": 2})).await;
        assert_eq!(drawn.at("act.registration.state"), "CONFIRMED", "a party draws as a whole");
        assert_eq!(on_reservation(&owner, "releasePlaceReservation", &id, json!({})).await.at("act.reservation.usedPlaces"), 2);
        act(&ash, "cancelRegistration", &drawn.text("act.registration.id")).await.at("act");
        let offered = see(&bob, &bobs.text("act.registration.id")).await;
        assert_eq!(offered.at("node.state"), "PLACE_OFFERED");
        assert_eq!(register(&cat, &event, json!({})).await.at("act.registration.state"), "CONFIRMED");
        assert_eq!((seen(&owner, &event).await, adds_up(&world).await), (vec![(json!(2), json!(0), true)], 0));
    }

    async fn what_nobody_drew_is_free_at_its_instant_whether_or_not_a_worker_wrote_it_down(on) {
        let (world, owner, organisation) = hosts(on).await;
        let ash = world.person("Ada Ash").await;
        let trust = ash.organisation("Ash Trust").await;
        let [ann, bob, cat] = people(&world, 3).await.try_into().ok().unwrap();
        let starts_at = in_days(30);
        let session = json!([{"title": "Offers", "startsAt": starts_at, "endsAt": starts_at + Duration::hours(1), "capacity": 3}]);
        let by_session = json!({"registrationMode": "SESSIONS", "capacity": null, "startsAt": starts_at, "sessions": session});
        let (quiet, sought) = (announced(&owner, &organisation, by_session).await, announced(&owner, &organisation, json!({"capacity": 2})).await);
        let of_session = see_event(&owner, &quiet).await.text("event.sessions.0.id");
        register(&ann, &sought, json!({})).await.at("act");
        let at = in_days(0) + Duration::seconds(4);
        let soon = json!({"organisationId": trust, "releaseAt": at, "places": 1});
        let mut of_quiet = soon.clone();
        of_quiet["sessionId"] = json!(of_session);
        reserve(&owner, &quiet, of_quiet).await.at("act.reservation");
        reserve(&owner, &sought, soon).await.at("act.reservation");
        let bobs = register(&bob, &sought, json!({})).await;
        assert_eq!(bobs.at("act.registration.position"), 1);
        let left = "query ($id: ID!) { event(id: $id) { sessions { remainingPlaces } } }";
        let left = async || owner.ask(left, json!({"id": quiet})).await.at("event.sessions.0.remainingPlaces").clone();
        let found = "{ events(filter: {placesLeft: true}) { nodes { id remainingPlaces } } }";
        let found = async || owner.ask(found, json!({})).await.each("events.nodes", "id").len();
        assert_eq!((left().await, found().await), (json!(2), 1));
        until(at).await;
        assert_eq!((left().await, held_for(&ash, &sought).await), (json!(3), json!(0)));
        assert_eq!(seen(&owner, &sought).await, [(json!(1), json!(0), true)]);
        assert_eq!(counts(&owner, &sought).await, (json!(0), json!(1), json!(1)), "somebody waits for it");
        // Nobody who comes now is before those who wait, nor draws what was held for them.
        let ashes = register(&ash, &sought, json!({"organisationId": trust})).await;
        assert_eq!(ashes.at("act.registration.position"), 1, "Bob was asked first");
        assert_eq!(see(&bob, &bobs.text("act.registration.id")).await.at("node.state"), "PLACE_OFFERED");
        // The worker writes the other one down, once.
        assert_eq!((releases(&world, now()).await, releases(&world, now()).await), (1, 0));
        assert_eq!((left().await, adds_up(&world).await), (json!(3), 0));
        let log = "{ activities(filter: {acts: [\"place_reservation.released\"]}) { totalCount nodes { actor { __typename } } } }";
        assert_eq!(owner.ask(log, json!({})).await.at("activities.totalCount"), 2);
        assert_eq!(register(&cat, &quiet, json!({"sessionId": of_session, "places": 3})).await.at("act.registration.state"), "CONFIRMED");
    }

    async fn organisers_hold_more_or_fewer_until_another_time_and_never_more_than_there_are(on) {
        let (world, owner, organisation) = hosts(on).await;
        let ash = world.person("Ada Ash").await;
        let trust = ash.organisation("Ash Trust").await;
        let [ann] = people(&world, 1).await.try_into().ok().unwrap();
        let event = announced(&owner, &organisation, json!({"capacity": 6})).await;
        let open = announced(&owner, &organisation, json!({"capacity": null})).await;
        for (event, more, expected) in [
            (&event, json!({"organisationId": trust, "places": 7}), "FULL places"),
            (&event, json!({"organisationId": trust, "places": 0}), "OUT_OF_RANGE places"),
            (&event, json!({}), "REQUIRED organisationId"),
            (&event, json!({"organisationId": trust, "addresses": ["a@example.org"]}), "REQUIRED organisationId"),
            (&event, json!({"addresses": ["nobody"]}), "INVALID addresses.0"),
            (&event, json!({"organisationId": trust, "releaseAt": in_days(31)}), "OUT_OF_RANGE releaseAt"),
            (&event, json!({"organisationId": trust, "releaseAt": in_days(-1)}), "OUT_OF_RANGE releaseAt"),
            (&event, json!({"organisationId": format!("organisation:{}", uuid::Uuid::now_v7())}), "UNKNOWN organisationId"),
            (&event, json!({"organisationId": trust, "sessionId": format!("event_session:{}", uuid::Uuid::now_v7())}), "UNKNOWN sessionId"),
            (&open, json!({"organisationId": trust}), "INVALID_STATE eventId"),
        ] {
            assert_eq!(reserve(&owner, event, more.clone()).await.refusals(), [expected], "{more}");
        }
        let input = json!({"organisationId": trust, "places": 4, "releaseAt": in_days(20), "idempotencyKey": "key-1"});
        let id = reserve(&owner, &event, input.clone()).await.text("act.reservation.id");
        assert_eq!(reserve(&owner, &event, input).await.text("act.reservation.id"), id, "a retry is harmless");
        register(&ash, &event, json!({"organisationId": trust, "places": 2})).await.at("act");
        register(&ann, &event, json!({})).await.at("act");
        assert_eq!(counts(&owner, &event).await, (json!(1), json!(3), json!(0)));
        let change = async |more: Value| on_reservation(&owner, "updatePlaceReservation", &id, more).await;
        for (more, expected) in [
            (json!({"version": 1, "places": 6}), "FULL places"),
            (json!({"version": 1, "places": 1}), "OUT_OF_RANGE places"),
            (json!({"version": 2, "places": 5}), "VERSION_OUTDATED version"),
            (json!({"version": 1, "addresses": ["a@example.org"]}), "INVALID addresses"),
            (json!({"version": 1, "releaseAt": in_days(-1)}), "OUT_OF_RANGE releaseAt"),
        ] {
            assert_eq!(change(more.clone()).await.refusals(), [expected], "{more}");
        }
        let refused = on_event(&owner, "updateEvent", &event, json!({"version": 2, "capacity": 4})).await;
        assert_eq!(refused.refusals(), ["CAPACITY_BELOW_CONFIRMED capacity"]);
        assert!(refused.text.contains("3 places are confirmed, 0 offered and 2 reserved. Enter a capacity that is not less than these together."), "{}", refused.text);
        let uncounted = on_event(&owner, "updateEvent", &event, json!({"version": 2, "capacity": null})).await;
        assert_eq!(uncounted.refusals(), ["INVALID_STATE capacity"]);
        let more = change(json!({"version": 1, "places": 5, "label": "Guests"})).await;
        assert_eq!((more.at("act.reservation.version"), counts(&owner, &event).await.0), (&json!(2), json!(0)));
        let fewer = change(json!({"version": 2, "places": 2, "label": null, "releaseAt": in_days(10)})).await;
        assert_eq!(fewer.at("act.reservation.label"), &Value::Null);
        assert_eq!((counts(&owner, &event).await.0, adds_up(&world).await), (json!(3), 0));
        assert_eq!(on_reservation(&owner, "releasePlaceReservation", &id, json!({})).await.outcome(), "done");
        assert_eq!(change(json!({"version": 4, "places": 3})).await.refusals(), ["INVALID_STATE"], "what was released is held anew");
        let nobody = reserve(&world.stranger(), &event, json!({"organisationId": trust})).await;
        assert_eq!((nobody.codes(), reserve(&ash, &event, json!({"organisationId": trust})).await.codes()), (vec!["UNAUTHENTICATED"], vec!["FORBIDDEN"]));
        let drafted = draft(&owner, &organisation, json!({"capacity": 3})).await.text("act.event.id");
        reserve(&owner, &drafted, json!({"addresses": ["ann@example.org"]})).await.at("act.reservation");
        assert_eq!(on_event(&owner, "deleteEvent", &drafted, json!({})).await.outcome(), "done", "with what was held at it");
        assert_eq!(on_event(&owner, "cancelEvent", &event, json!({})).await.outcome(), "done");
        assert_eq!(reserve(&owner, &event, json!({"organisationId": trust})).await.refusals(), ["INVALID_STATE"]);
    }

    async fn nothing_is_released_while_an_event_is_put_off_and_the_time_moves_with_its_date(on) {
        let (world, owner, organisation) = hosts(on).await;
        let ash = world.person("Ada Ash").await;
        let trust = ash.organisation("Ash Trust").await;
        let event = announced(&owner, &organisation, json!({"capacity": 4})).await;
        reserve(&owner, &event, json!({"organisationId": trust})).await.at("act.reservation");
        on_event(&owner, "postponeEvent", &event, json!({})).await.at("act");
        assert_eq!(releases(&world, in_days(21)).await, 0);
        let later = json!({"startsAt": in_days(50), "endsAt": in_days(50) + Duration::hours(1)});
        on_event(&owner, "rescheduleEvent", &event, later).await.at("act");
        assert_eq!((releases(&world, in_days(39)).await, releases(&world, in_days(41)).await), (0, 1));
        assert_eq!((counts(&owner, &event).await.0, adds_up(&world).await), (json!(4), 0));
        assert_eq!(held_for(&ash, &event).await, 0);
    }

    async fn who_waits_already_is_offered_what_is_then_held_for_them(on) {
        let (world, owner, organisation) = hosts(on).await;
        let ash = world.person("Ada Ash").await;
        let trust = ash.organisation("Ash Trust").await;
        let event = announced(&owner, &organisation, json!({"capacity": 1, "placeOfferResponseHours": 6})).await;
        let [ann, bob] = people(&world, 2).await.try_into().ok().unwrap();
        for who in [&ann, &bob] {
            register(who, &event, json!({})).await.at("act");
        }
        let waits = register(&ash, &event, json!({"organisationId": trust})).await.text("act.registration.id");
        on_event(&owner, "updateEvent", &event, json!({"version": 2, "capacity": 2})).await.at("act");
        let id = reserve(&owner, &event, json!({"organisationId": trust, "places": 1})).await;
        assert_eq!(id.at("act.reservation.usedPlaces"), 1);
        assert_eq!(see(&ash, &waits).await.at("node.state"), "PLACE_OFFERED");
        // What is not answered for is held again, and not Bob's.
        assert!(round(&world, now() + Duration::hours(7)).await > 0);
        assert_eq!((seen(&owner, &event).await, adds_up(&world).await), (vec![(json!(1), json!(0), false)], 0));
        assert_eq!(register(&ash, &event, json!({"organisationId": trust})).await.at("act.registration.state"), "CONFIRMED");
        assert_eq!(counts(&owner, &event).await, (json!(0), json!(2), json!(1)));
    }

    async fn who_throws_a_draft_away_waits_for_whoever_holds_its_places(on) {
        let (world, owner, organisation) = hosts(on).await;
        let event = draft(&owner, &organisation, json!({"capacity": 3})).await.text("act.event.id");
        reserve(&owner, &event, json!({"addresses": ["ann@example.org"]})).await.at("act.reservation");
        let id = event.parse::<Id<event::Entity>>().unwrap().0;
        // As a merger does: first the row of places, then what is held of them.
        let turn = world.app.database.begin().await.map_err(|error| error.message()).unwrap();
        event_capacity::Entity::update_many()
            .col_expr(event_capacity::Column::Waiting, Expr::col(event_capacity::Column::Waiting))
            .filter(event_capacity::Column::EventId.eq(id))
            .exec(&turn)
            .await
            .unwrap();
        let deleting = tokio::spawn(async move { on_event(&owner, "deleteEvent", &event, json!({})).await.outcome() });
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        place_reservation::Entity::update_many()
            .col_expr(place_reservation::Column::Label, Expr::val("Kept"))
            .filter(place_reservation::Column::EventId.eq(id))
            .exec(&turn)
            .await
            .unwrap();
        turn.commit().await.unwrap();
        assert_eq!(deleting.await.unwrap(), "done");
    }

    async fn while_a_crowd_registers_what_is_held_is_drawn_and_released_and_never_taken_twice(on) {
        let (world, owner, organisation) = hosts(on).await;
        let event = announced(&owner, &organisation, json!({"capacity": 30, "maxPlacesPerRegistration": 2})).await;
        let head = world.person("Ada Ash").await;
        let trust = head.organisation("Ash Trust").await;
        let (crowd, members) = (people(&world, 60).await, people(&world, 12).await);
        for member in &members {
            head.admits(&trust, member, "MEMBER").await;
        }
        let mut kept = Vec::new();
        for _ in 0..4 {
            kept.push(reserve(&owner, &event, json!({"organisationId": trust, "places": 3})).await.text("act.reservation.id"));
        }
        let mut all: Vec<Do> = crowd.iter().map(|who| Do::Come(who.clone(), json!({}))).collect();
        for (at, who) in members.iter().enumerate() {
            all.insert(at * 5, Do::Come(who.clone(), json!({"organisationId": trust, "places": 1 + at % 2})));
        }
        all.insert(10, Do::Release(kept[0].clone()));
        all.insert(40, Do::Release(kept[1].clone()));
        all.insert(20, Do::More(kept[2].clone()));
        let (owner, event) = (&owner, event.as_str());
        let done = stream::iter(all).map(|what| async move {
            match what {
                Do::Come(who, more) => register(&who, event, more).await.text("act.registration.state"),
                Do::Release(id) => on_reservation(owner, "releasePlaceReservation", &id, json!({})).await.outcome(),
                Do::More(id) => on_reservation(owner, "updatePlaceReservation", &id, json!({"version": 1, "places": 4})).await.outcome(),
            }
        });
        let outcomes: Vec<String> = done.buffered(32).collect().await;
        let came = |state: &str| outcomes.iter().filter(|outcome| *outcome == state).count();
        assert!(came("CONFIRMED") + came("WAITLISTED") >= 70, "{outcomes:?}");
        assert_eq!(adds_up(&world).await, 0);
        for id in &kept[2..] {
            on_reservation(owner, "releasePlaceReservation", id, json!({})).await.at("act");
        }
        assert_eq!(adds_up(&world).await, 0);
        let (left, confirmed, waiting) = counts(owner, event).await;
        assert_eq!(left, 0);
        assert!(confirmed.as_i64().unwrap() <= 30 && waiting.as_i64().unwrap() > 0, "{confirmed} {waiting}");
        // Whatever is free was offered, but for a party that is too large for it and keeps its turn.
        let free = 30 - confirmed.as_i64().unwrap();
        let offered = "query ($id: ID!) { event(id: $id) { registrations(states: [PLACE_OFFERED], first: 100) { nodes { places } } } }";
        let offered = owner.ask(offered, json!({"id": event})).await;
        let offered: i64 = offered.at("event.registrations.nodes").as_array().unwrap().iter().map(|node| node["places"].as_i64().unwrap()).sum();
        assert!((0..=1).contains(&(free - offered)), "{free} free, {offered} offered");
    }
}
