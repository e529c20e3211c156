//! Calendars, as a calendar program reads them.

use std::collections::BTreeSet;

use api::kit::clock::local_time;
use calcard::{
    Entry, Parser,
    icalendar::{
        ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarProperty as Named,
    },
};
use chrono::{DateTime, Duration, Utc};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    both,
    events::{act, announced, becomes_partner, draft, hosts, in_days, particulars},
    feeds::{get, get_with, header},
    front_door::speaks_plainly,
    registrations::register,
    support::{Caller, Reply, World},
};

/// What stands at an address, read by somebody else's program, which knows every line of it.
async fn read(world: &World, address: &str) -> Vec<ICalendarComponent> {
    let reply = get(world, address).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(
        header(&reply, "content-type"),
        "text/calendar; charset=utf-8"
    );
    for line in reply.text.split("\r\n") {
        assert!(line.len() <= 76 && !line.contains('\n'), "{line:?}");
    }
    let Entry::ICalendar(ICalendar { components }) = Parser::new(&reply.text).entry() else {
        panic!("{}", reply.text);
    };
    // It knows every line: none was passed over.
    let lines = reply.text.replace("\r\n ", "");
    let known = components.iter().map(|one| one.entries.len() + 2);
    assert_eq!(
        known.sum::<usize>(),
        lines.lines().count(),
        "{}",
        reply.text
    );
    let is_event = |one: &ICalendarComponent| one.component_type == ICalendarComponentType::VEvent;
    components.into_iter().filter(is_event).collect()
}

fn text(event: &ICalendarComponent, name: &Named) -> String {
    let found = event.property(name).map(|entry| entry.values[0].as_text());
    found.flatten().unwrap_or_default().to_owned()
}

fn number(event: &ICalendarComponent, name: &Named) -> i64 {
    event.property(name).unwrap().values[0]
        .as_integer()
        .unwrap()
}

fn at(event: &ICalendarComponent, name: &Named) -> DateTime<Utc> {
    let value = &event.property(name).unwrap().values[0];
    let seconds = value
        .as_partial_date_time()
        .unwrap()
        .to_timestamp()
        .unwrap();
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn status(event: &ICalendarComponent) -> String {
    format!("{:?}", event.status().unwrap())
}

fn summaries(events: &[ICalendarComponent]) -> Vec<String> {
    events
        .iter()
        .map(|event| text(event, &Named::Summary))
        .collect()
}

/// Makes a calendar; it is at `act.calendar`.
async fn make(who: &Caller, input: Value) -> Reply {
    let query = "mutation ($input: CreateCalendarInput!) { act: createCalendar(input: $input) {
        calendar { id scope url area { code } organisation { id } createdAt } userErrors { code field message } } }";
    who.ask(query, json!({"input": input})).await
}

async fn own(who: &Caller, input: Value) -> String {
    make(who, input).await.text("act.calendar.url")
}

both! {
    async fn an_event_is_in_a_calendar_what_it_is_in_the_database(on) {
        let (world, host, elm) = hosts(on).await;
        let title = "Tea, cake; and \\n \"talk\" – 🏃 in a hall whose name is so long that no line of a calendar holds it";
        let description = "First line, with a comma; and more.\nSecond: line \\ with a backslash.\n\nÜmläuts and 🏃.".repeat(20);
        let starts_at = in_days(30);
        let id = announced(&host, &elm, json!({
            "title": title, "description": description, "kind": "MARKET_ENGAGEMENT", "startsAt": starts_at,
            "attendanceMode": "HYBRID", "onlineUrl": "https://meet.example.org/secret",
            "endsAt": starts_at + Duration::minutes(90), "venue": {"name": "Dorking Halls", "place": {"addressLines": ["Reigate Road"],
                "town": "Dorking", "postcode": "RH4 1SG", "point": {"latitude": 51.2342, "longitude": -0.3273}}},
        })).await;
        let query = "query ($id: ID!) { event(id: $id) { reference version calendarUrl updatedAt } }";
        let said = host.ask(query, json!({"id": id})).await;
        let address = said.text("event.calendarUrl");
        let reference = said.text("event.reference");
        assert_eq!(address, format!("https://marketplace.example.org/events/{reference}.ics"));
        let written = get(&world, &address).await.text;
        assert!(!written.contains("secret"));
        assert!(!written.contains("\\\r\n "), "a line is folded within an escape sequence: {written}");
        let page = format!("https://marketplace.example.org/open/{id}");
        assert!(written.replace("\r\n ", "").contains(&format!("URL:{page}\r\n")), "{written}");
        assert_eq!(get(&world, &page).await.status, 200);
        let events = read(&world, &address).await;
        let [event] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!(text(event, &Named::Uid), id.trim_start_matches("event:"));
        assert_eq!(text(event, &Named::Summary), title);
        let told = text(event, &Named::Description);
        assert_eq!(told, description.chars().take(told.chars().count()).collect::<String>());
        assert!(told.chars().count() > 1_500);
        assert_eq!((at(event, &Named::Dtstart), at(event, &Named::Dtend)), (starts_at, starts_at + Duration::minutes(90)));
        assert_eq!(text(event, &Named::Location), "Dorking Halls, Reigate Road, Dorking, RH4 1SG");
        assert_eq!(text(event, &Named::Categories), "Market engagement");
        assert_eq!(text(event, &Named::Contact), "Elm Works");
        assert_eq!(number(event, &Named::Sequence), said.at("event.version").as_i64().unwrap());
        assert_eq!(status(event), "Confirmed");
        assert_eq!(read(&world, &format!("/events/{id}.ics")).await, events);
    }

    async fn what_is_put_off_moved_or_called_off_is_told_with_a_higher_number(on) {
        let (world, host, elm) = hosts(on).await;
        let id = announced(&host, &elm, json!({"title": "A fair"})).await;
        let address = format!("/events/{id}.ics");
        let mut last = number(&read(&world, &address).await[0], &Named::Sequence);
        let later = in_days(40);
        for (name, input, summary, expected) in [
            ("postponeEvent", json!({"notice": "The hall is flooded."}), "Postponed: A fair", "Tentative"),
            ("rescheduleEvent", json!({"startsAt": later, "endsAt": later + Duration::hours(1)}), "A fair", "Confirmed"),
            ("cancelEvent", json!({"notice": "Snow."}), "Cancelled: A fair", "Cancelled"),
        ] {
            act(&host, name, &id, input.clone()).await.at("act.event.id");
            let event = &read(&world, &address).await[0];
            assert_eq!((text(event, &Named::Summary), status(event)), (summary.into(), expected.into()));
            let next = number(event, &Named::Sequence);
            assert!(next > last, "{next} after {last}");
            last = next;
            if let Some(notice) = input["notice"].as_str() {
                assert!(text(event, &Named::Description).starts_with(notice));
            }
        }
        assert_eq!(at(&read(&world, &address).await[0], &Named::Dtstart), later);
    }

    async fn a_series_over_both_clock_changes_is_at_the_same_hour_and_equals_the_database(on) {
        let (world, host, elm) = hosts(on).await;
        for first in ["2029-03-18T18:30:00Z", "2029-10-21T17:30:00Z"] {
            let times = json!({"startsAt": first, "endsAt": first.replace(":30:00", ":45:00"), "schedule": true});
            let input = json!({"event": particulars(&elm, times), "recurrence": {"rule": "FREQ=WEEKLY;COUNT=4"}});
            let query = "mutation ($input: CreateEventSeriesInput!) { act: createEventSeries(input: $input) { series { id } } }";
            host.ask(query, json!({"input": input})).await.at("act.series.id");
        }
        let query = "query ($id: ID!) { organisation(id: $id) { calendarUrl
            events(first: 100) { nodes { id startsAt endsAt } } } }";
        let said = world.stranger().ask(query, json!({"id": elm})).await;
        let nodes = said.at("organisation.events.nodes").as_array().unwrap();
        let known = nodes.iter().map(|node| {
            let at = |name: &str| node[name].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
            (node["id"].as_str().unwrap().trim_start_matches("event:").to_owned(), at("startsAt"), at("endsAt"))
        });
        let events = read(&world, &said.text("organisation.calendarUrl")).await;
        let told = events.iter().map(|event| (text(event, &Named::Uid), at(event, &Named::Dtstart), at(event, &Named::Dtend)));
        assert_eq!(told.collect::<Vec<_>>(), known.collect::<Vec<_>>());
        assert_eq!(events.len(), 8);
        let hours: BTreeSet<_> = events.iter().map(|event| local_time(at(event, &Named::Dtstart)).to_string()).collect();
        assert_eq!(hours, BTreeSet::from(["18:30:00".to_owned()]));
    }

    async fn everybody_follows_what_everybody_may_see_and_no_more(on) {
        let (world, host, elm) = hosts(on).await;
        draft(&host, &elm, json!({"title": "A draft"})).await.at("act.event.id");
        for (audience, days) in [("PUBLIC", 3), ("MEMBERS", 4), ("ORGANISATION", 5), ("UNLISTED", 6)] {
            let starts_at = in_days(days);
            let more = json!({"title": audience, "audience": audience, "startsAt": starts_at, "endsAt": starts_at + Duration::hours(1)});
            announced(&host, &elm, more).await;
        }
        let partner = world.person("Pat Partner").await;
        let oak = partner.organisation("Oak Trust").await;
        let together = announced(&partner, &oak, json!({"title": "Together", "partners": [elm], "areas": ["woking"], "startsAt": in_days(7), "endsAt": in_days(8)})).await;
        let of_elm = format!("/calendars/organisations/{elm}.ics");
        assert_eq!(summaries(&read(&world, &of_elm).await), ["PUBLIC"]);
        becomes_partner(&host, &elm, &together).await.at("act.event");
        assert_eq!(summaries(&read(&world, &of_elm).await), ["PUBLIC", "Together"]);
        assert_eq!(summaries(&read(&world, "/calendars/areas/elmbridge.ics").await), ["PUBLIC"]);
        assert_eq!(summaries(&read(&world, "/calendars/areas/west-surrey.ics").await), ["Together"]);
        let area = world.stranger().ask("{ area(code: \"elmbridge\") { calendarUrl } }", json!({})).await;
        assert_eq!(area.text("area.calendarUrl"), "https://marketplace.example.org/calendars/areas/elmbridge.ics");

        let private = own(&host, json!({"scope": "ORGANISATION", "organisationId": elm})).await;
        assert_eq!(summaries(&read(&world, &private).await), ["PUBLIC", "MEMBERS", "ORGANISATION", "UNLISTED", "Together"]);
        let visitor = own(&partner, json!({"scope": "ORGANISATION", "organisationId": elm})).await;
        assert_eq!(summaries(&read(&world, &visitor).await), ["PUBLIC", "MEMBERS", "Together"]);
        let near = own(&partner, json!({"scope": "AREA", "area": "elmbridge"})).await;
        assert_eq!(summaries(&read(&world, &near).await), ["PUBLIC", "MEMBERS"]);
        for absent in ["/calendars/areas/atlantis.ics", "/calendars/areas/elmbridge.xml", "/calendars/areas/elmbridge",
            "/calendars/organisations/organisation:0.ics", "/calendars/private.ics", "/calendars/private.ics?token=x", "/events/none.ics"] {
            let reply = get(&world, absent).await;
            assert_eq!(reply.status, 404, "{absent}: {}", reply.text);
            speaks_plainly(&reply);
        }
    }

    async fn somebodys_own_calendar_is_what_they_registered_for_as_they_stand(on) {
        let (world, host, elm) = hosts(on).await;
        let (guest, other) = (world.person("Gwen Guest").await, world.person("Otto Other").await);
        let online = announced(&host, &elm, json!({"title": "A talk", "attendanceMode": "ONLINE", "venue": null,
            "onlineUrl": "https://meet.example.org/secret", "registrationMode": "EVENT", "capacity": 1, "placeOfferResponseHours": 1})).await;
        let starts_at = in_days(35);
        let at_one = starts_at + Duration::hours(1);
        let many = announced(&host, &elm, json!({"title": "A fair", "registrationMode": "SESSIONS", "capacity": null, "startsAt": starts_at,
            "endsAt": starts_at + Duration::hours(3), "sessions": [{"title": "Offers", "room": "The Red Room", "startsAt": at_one,
                "endsAt": at_one + Duration::hours(1)}]})).await;
        announced(&host, &elm, json!({"title": "Something else"})).await;
        let address = own(&guest, json!({"scope": "OWN"})).await;
        assert!(address.starts_with("https://marketplace.example.org/calendars/private.ics?token="), "{address}");
        assert_eq!(read(&world, &address).await, []);

        let sessions = "query ($id: ID!) { event(id: $id) { sessions { id } } }";
        let session = guest.ask(sessions, json!({"id": many})).await.text("event.sessions.0.id");
        register(&guest, &many, json!({"sessionId": session})).await.at("act.registration.id");
        let first = register(&other, &online, json!({})).await.text("act.registration.id");
        register(&guest, &online, json!({})).await.at("act.registration.id");
        let events = read(&world, &address).await;
        assert_eq!(summaries(&events), ["Waiting for a place: A talk", "A fair: Offers"]);
        assert_eq!([status(&events[0]), status(&events[1])], ["Tentative", "Confirmed"]);
        assert!(!get(&world, &address).await.text.contains("secret"));
        assert_eq!(at(&events[1], &Named::Dtstart), at_one);
        assert_eq!(text(&events[1], &Named::Location), "The Red Room, Dorking Halls, Dorking");
        assert_eq!(text(&events[1], &Named::Uid), session.split(':').nth(1).unwrap());

        crate::registrations::act(&other, "cancelRegistration", &first).await.at("act.registration.id");
        assert_eq!(summaries(&read(&world, &address).await)[0], "A place is offered: A talk");
        let mine = "{ viewer { registrations(first: 10) { nodes { id event { title } } } calendars { id url } } }";
        let mine = guest.ask(mine, json!({})).await;
        let talk = mine.at("viewer.registrations.nodes").as_array().unwrap().iter()
            .find(|node| node["event"]["title"] == "A talk").unwrap()["id"].as_str().unwrap().to_owned();
        crate::registrations::act(&guest, "acceptPlace", &talk).await.at("act.registration.id");
        let events = read(&world, &address).await;
        assert_eq!(text(&events[0], &Named::Location), "https://meet.example.org/secret");
        assert!(text(&events[0], &Named::Description).starts_with("Join: https://meet.example.org/secret"));
        assert_eq!(mine.text("viewer.calendars.0.url"), address);

        let reply = get(&world, &address).await;
        assert_eq!(header(&reply, "cache-control"), "private, max-age=300");
        assert_eq!(header(&reply, "x-robots-tag"), "noindex");
        let same = get_with(&world, &address, &[("if-none-match", header(&reply, "etag"))]).await;
        assert_eq!((same.status.as_u16(), same.text.as_str()), (304, ""));
        crate::registrations::act(&guest, "cancelRegistration", &talk).await.at("act.registration.id");
        assert_eq!(summaries(&read(&world, &address).await), ["A fair: Offers"]);
    }

    async fn an_address_is_its_owners_alone_and_ends_when_they_revoke_it(on) {
        let (world, host, elm) = hosts(on).await;
        let (member, stranger) = (world.person("Mo Member").await, world.person("Sam Stranger").await);
        let membership = host.admits(&elm, &member, "MEMBER").await;
        announced(&host, &elm, json!({"title": "Among us", "audience": "ORGANISATION"})).await;
        let made = make(&member, json!({"scope": "ORGANISATION", "organisationId": elm, "idempotencyKey": "a"})).await;
        let again = make(&member, json!({"scope": "ORGANISATION", "organisationId": elm, "idempotencyKey": "a"})).await;
        assert_eq!(made.at("act.calendar"), again.at("act.calendar"));
        let (id, url) = (made.text("act.calendar.id"), made.text("act.calendar.url"));
        assert_eq!(summaries(&read(&world, &url).await), ["Among us"]);
        let node = "query ($id: ID!) { node(id: $id) { ... on Calendar { url } } }";
        assert_eq!(member.ask(node, json!({"id": id})).await.text("node.url"), url);
        for other in [&stranger, &host, &world.stranger()] {
            assert_eq!(other.ask(node, json!({"id": id})).await.at("node"), &Value::Null);
        }
        let revoke = "mutation ($id: ID!) { act: revokeCalendar(input: {id: $id}) { calendar { id } userErrors { code } } }";
        assert_eq!(stranger.ask(revoke, json!({"id": id})).await.outcome(), "NOT_FOUND");
        // The rights are those of the moment.
        let change = "mutation ($old: String!, $new: String!) {
            changePassword(input: {currentPassword: $old, newPassword: $new}) { userErrors { code } } }";
        let passwords = json!({"old": crate::support::PASSWORD, "new": "nine purple kettles sing"});
        let leaked = own(&member, json!({"scope": "OWN"})).await;
        assert_eq!(get(&world, &leaked).await.status, 200);
        assert_eq!(member.ask(change, passwords).await.refusals(), [""; 0]);
        assert_eq!(get(&world, &leaked).await.status, 404);
        let made = make(&member, json!({"scope": "ORGANISATION", "organisationId": elm})).await;
        let (id, url) = (made.text("act.calendar.id"), made.text("act.calendar.url"));
        let remove = "mutation ($id: ID!) { act: removeMember(input: {membershipId: $id}) { membership { id } userErrors { code } } }";
        host.ask(remove, json!({"id": membership})).await.at("act.membership.id");
        assert_eq!(summaries(&read(&world, &url).await), Vec::<String>::new());
        assert_eq!(member.ask(revoke, json!({"id": id})).await.text("act.calendar.id"), id);
        assert_eq!(get(&world, &url).await.status, 404);
        assert_eq!(member.ask(revoke, json!({"id": id})).await.outcome(), "NOT_FOUND");
        let forged = format!("{url}x");
        assert_eq!(get(&world, &forged).await.status, 404);
    }

    async fn a_calendar_is_of_one_thing_that_is_there_and_nobody_has_too_many(on) {
        let (world, host, elm) = hosts(on).await;
        for (input, field, code) in [
            (json!({"scope": "OWN", "area": "elmbridge"}), "area", "INVALID"),
            (json!({"scope": "AREA"}), "area", "REQUIRED"),
            (json!({"scope": "AREA", "area": "atlantis"}), "area", "UNKNOWN"),
            (json!({"scope": "AREA", "area": "elmbridge", "organisationId": elm}), "organisationId", "INVALID"),
            (json!({"scope": "ORGANISATION"}), "organisationId", "REQUIRED"),
        ] {
            let reply = make(&host, input.clone()).await;
            let refusal = &reply.body["data"]["act"]["userErrors"][0];
            assert_eq!((&refusal["code"], &refusal["field"][0]), (&json!(code), &json!(field)), "{input}");
        }
        assert_eq!(make(&world.stranger(), json!({"scope": "OWN"})).await.outcome(), "UNAUTHENTICATED");
        let made = join_all((0..25).map(|_| make(&host, json!({"scope": "OWN"})))).await;
        let fine = made.iter().filter(|reply| reply.outcome() == "done").count();
        assert_eq!(fine, 20);
        assert!(made.iter().all(|reply| ["done", "LIMIT_REACHED"].contains(&reply.outcome().as_str())));
        let listed = host.ask("{ viewer { calendars { id } } }", json!({})).await;
        assert_eq!(listed.at("viewer.calendars").as_array().unwrap().len(), 20);
    }
}
