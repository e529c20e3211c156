//! Registering without an account: by a mailed link, with the news by mail, and forgotten some weeks after.

use api::{
    events::{
        registrations::{guest_service, jobs},
        reservations,
    },
    kit::clock::now,
    notifications,
};
use chrono::{DateTime, Duration, Utc};
use entity::{guest_request, person::PlatformRole};
use futures_util::future::join_all;
use sea_orm::{EntityTrait, PaginatorTrait, sea_query::Expr};
use serde_json::{Value, json};

use super::{
    act, counts, people, register,
    reserved::{adds_up, reserve},
    see,
};
use crate::{
    both,
    events::{act as on_event, announced, in_days},
    support::{Caller, On, Reply, Sink, World, system},
};

/// An event of Elm Works, for whoever comes without an account.
pub struct Door {
    sink: Sink,
    pub world: World,
    pub owner: Caller,
    organisation: String,
}

impl Door {
    pub async fn new(on: On) -> Self {
        let sink = Sink::new().await;
        let world = World::mailing(on, &sink).await;
        let owner = world.person("Olive Owner").await;
        let broker = world.staff("Bo Broker", PlatformRole::Broker).await;
        let organisation = crate::matches::verified(&owner, &broker, "Elm Works").await;
        world.tell(now()).await;
        Self {
            sink,
            world,
            owner,
            organisation,
        }
    }

    pub async fn event(&self, more: Value) -> String {
        announced(&self.owner, &self.organisation, more).await
    }

    /// Tells everybody of what was done, and sends what is to be mailed to guests at a time.
    async fn mail(&self, at: DateTime<Utc>) -> usize {
        self.world.tell(at).await;
        let (app, viewer) = (&self.world.app, system(at));
        let sent = async {
            Ok(guest_service::mail(app, &viewer).await?
                + notifications::guests::mail(app, &viewer).await?)
        };
        sent.await
            .map_err(|error: api::kit::Error| error.message())
            .unwrap()
    }

    /// The token of the link in the last mail to an address.
    fn token(&self, to: &str) -> String {
        let mails = self.sink.mails_to(to);
        let text = mails.last().unwrap().text();
        let (_, rest) = text.split_once("/guests?token=").unwrap();
        rest.split_whitespace().next().unwrap().to_owned()
    }

    /// The first sentences of the mails to an address.
    fn subjects(&self, to: &str) -> Vec<String> {
        let mails = self.sink.mails_to(to);
        mails
            .iter()
            .map(|mail| {
                let text = mail.text();
                let line = text.lines().nth(2).unwrap_or_default();
                line.split_inclusive(". ")
                    .next()
                    .unwrap_or_default()
                    .trim_end()
                    .to_owned()
            })
            .collect()
    }

    /// Registers a guest by the mailed link; the registration is at `act.registration`.
    pub async fn comes(&self, event: &str, email: &str, more: Value) -> Reply {
        let asked = ask(&self.world.stranger(), event, email, more).await;
        assert_eq!(asked.text("act.mailedTo"), email);
        // What they are told of other registrations comes later.
        let sent = guest_service::mail(&self.world.app, &system(now())).await;
        assert_eq!(sent.map_err(|error| error.message()).unwrap(), 1);
        let token = self.token(email);
        by_link(&self.world.stranger(), "confirmGuestRegistration", &token).await
    }
}

async fn ask(who: &Caller, event: &str, email: &str, more: Value) -> Reply {
    let mut input = json!({"eventId": event, "name": "Gus Guest", "email": email, "consent": true});
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    let query = "mutation ($input: RegisterAsGuestInput!) { act: registerAsGuest(input: $input) {
        mailedTo userErrors { code field message } } }";
    who.ask(query, json!({"input": input})).await
}

const SEEN: &str = "state places position code answerBy acts onlineUrl event { title }";

async fn by_link(who: &Caller, name: &str, token: &str) -> Reply {
    let query = format!(
        "mutation ($token: String!) {{ act: {name}(input: {{token: $token}}) {{
            registration {{ {SEEN} }} userErrors {{ code field message }} }} }}"
    );
    who.ask(&query, json!({"token": token})).await
}

async fn look(who: &Caller, token: &str) -> Reply {
    let query =
        format!("query ($token: String!) {{ guestRegistration(token: $token) {{ {SEEN} }} }}");
    who.ask(&query, json!({"token": token})).await
}

/// Who comes, as an organiser sees it: name, address of a guest, and what they need.
async fn list(who: &Caller, event: &str) -> Vec<(Value, Value, Value)> {
    let query = "query ($id: ID!) { event(id: $id) { registrations { nodes { id name accessNeeds person { id } guest { name email } } } } }";
    let found = who.ask(query, json!({"id": event})).await;
    let nodes = found.at("event.registrations.nodes").as_array().unwrap();
    nodes
        .iter()
        .map(|node| {
            (
                node["name"].clone(),
                node["guest"]["email"].clone(),
                node["accessNeeds"].clone(),
            )
        })
        .collect()
}

both! {
    async fn a_guest_registers_by_the_mailed_link_waits_is_offered_a_place_and_gives_it_back(on) {
        let door = Door::new(on).await;
        let event = door.event(json!({"capacity": 1, "attendanceMode": "HYBRID", "onlineUrl": "https://meet.example.org/1"})).await;
        let stranger = door.world.stranger();
        let [ann] = people(&door.world, 1).await.try_into().ok().unwrap();
        let asked = ask(&stranger, &event, "Gus@Example.org", json!({"accessNeeds": "A ramp."})).await;
        assert_eq!(asked.text("act.mailedTo"), "gus@example.org");
        assert_eq!(counts(&door.owner, &event).await, (json!(1), json!(0), json!(0)), "asking takes no place");
        assert_eq!((door.mail(now()).await, door.mail(now()).await), (1, 0));
        let token = door.token("gus@example.org");
        assert!(look(&stranger, &token).await.at("guestRegistration").is_null(), "nothing is confirmed yet");
        let page = crate::feeds::get(&door.world, &format!("/guests?token={token}")).await;
        assert!(page.status == 200 && page.text.contains("We Are Surrey") && !page.text.contains("Gus"), "{}", page.text);
        let first = by_link(&stranger, "confirmGuestRegistration", &token).await;
        assert_eq!((first.at("act.registration.state"), first.text("act.registration.onlineUrl").as_str()), (&json!("CONFIRMED"), "https://meet.example.org/1"));
        let again = by_link(&stranger, "confirmGuestRegistration", &token).await;
        assert_eq!(again.text("act.registration.code"), first.text("act.registration.code"), "to repeat it changes nothing");

        // The next one waits, and so does somebody with an account.
        let second = door.comes(&event, "hal@example.org", json!({})).await;
        assert_eq!((second.at("act.registration.state"), second.at("act.registration.position")), (&json!("WAITLISTED"), &json!(1)));
        assert!(second.at("act.registration.onlineUrl").is_null());
        assert_eq!(register(&ann, &event, json!({})).await.at("act.registration.position"), 2);
        door.mail(now()).await;
        let hals = door.token("hal@example.org");
        assert_eq!(by_link(&stranger, "acceptGuestPlace", &hals).await.refusals(), ["INVALID_STATE"]);

        // Organisers see who they are; nobody else does.
        assert_eq!(list(&door.owner, &event).await[0], (json!("Gus Guest"), json!("gus@example.org"), json!("A ramp.")));
        assert!(list(&door.world.staff("Bea Broker", entity::person::PlatformRole::Broker).await, &event).await.is_empty());
        let log = door.world.admin().await.ask("{ activities(first: 100) { nodes { act fields } } }", json!({})).await;
        assert!(log.text.contains("registration.confirmed") && !log.text.contains("example.org"));

        let gus = door.token("gus@example.org");
        assert_ne!(gus, token, "each mail has a link of its own");
        let left = by_link(&stranger, "cancelGuestRegistration", &gus).await;
        assert_eq!((left.at("act.registration.state"), left.at("act.registration.acts")), (&json!("CANCELLED"), &json!([])));
        door.mail(now()).await;
        let seen = look(&stranger, &door.token("hal@example.org")).await;
        assert_eq!((seen.at("guestRegistration.state"), seen.at("guestRegistration.acts")), (&json!("PLACE_OFFERED"), &json!(["ACCEPT", "CANCEL"])));
        assert_eq!(by_link(&stranger, "acceptGuestPlace", &hals).await.at("act.registration.state"), "CONFIRMED", "any of the links will do");
        assert_eq!((counts(&door.owner, &event).await, adds_up(&door.world).await), ((json!(0), json!(1), json!(1)), 0));
        let said = door.subjects("hal@example.org");
        assert!(said.len() == 3 && said[1].starts_with("You are on the waiting list of “We Are Surrey”, which is full.") && said[2].starts_with("You are offered places at “We Are Surrey”."), "{said:?}");
        for wrong in ["", "x", ann.token.as_deref().unwrap()] {
            assert_eq!(by_link(&stranger, "confirmGuestRegistration", wrong).await.refusals(), ["INVITATION_INVALID token"]);
            assert!(look(&stranger, wrong).await.at("guestRegistration").is_null());
        }
    }

    async fn a_link_to_an_address_that_does_not_exist_is_sent_once(on) {
        let door = Door::new(on).await;
        let event = door.event(json!({})).await;
        door.sink.reject("gus@example.org", "550 No such user\r\n");
        ask(&door.world.stranger(), &event, "gus@example.org", json!({})).await.at("act.mailedTo");
        assert_eq!((door.mail(now()).await, door.mail(now() + Duration::hours(9)).await), (1, 0));
        let state = entity::link::Entity::find().one(&door.world.app.database.read).await.unwrap().unwrap().state;
        assert_eq!(state, entity::mail::MailState::Rejected);
    }

    async fn guests_are_mailed_what_becomes_of_the_event_and_forgotten_some_weeks_after(on) {
        let door = Door::new(on).await;
        let event = door.event(json!({"capacity": 3})).await;
        let made = door.comes(&event, "gus@example.org", json!({"accessNeeds": "A ramp."})).await;
        let leaves = door.comes(&event, "hal@example.org", json!({})).await;
        assert_eq!(leaves.at("act.registration.state"), "CONFIRMED");
        door.mail(now()).await;
        by_link(&door.world.stranger(), "cancelGuestRegistration", &door.token("hal@example.org")).await.at("act.registration");
        on_event(&door.owner, "updateEvent", &event, json!({"version": 2, "venue": {"name": "The Lighthouse"}})).await.at("act");
        let day_before = in_days(30) - Duration::hours(23);
        let remind = api::events::jobs::run(&door.world.app, &system(day_before)).await;
        assert_eq!(remind.map_err(|error| error.message()).unwrap(), 1);
        assert_eq!(door.mail(now()).await, 2, "what was done, and no more");
        on_event(&door.owner, "cancelEvent", &event, json!({})).await.at("act");
        assert_eq!((door.mail(now()).await, door.mail(now()).await), (1, 0));
        let said: Vec<String> = door.subjects("gus@example.org").split_off(1);
        let expected = ["You are registered for", "The details of “We Are Surrey” have changed: ", "“We Are Surrey” takes place on ", "“We Are Surrey” was cancelled."];
        assert!(said.len() == 4 && said.iter().zip(expected).all(|(said, expected)| said.starts_with(expected)), "{said:?}");
        assert_eq!(door.sink.mails_to("hal@example.org").len(), 2, "who does not come is told nothing more");

        // What was asked for goes after two days, and who they were after four weeks.
        let forget = async |at| jobs::run(&door.world.app, &system(at)).await.map_err(|error| error.message()).unwrap();
        assert_eq!((forget(now() + Duration::days(1)).await, forget(now() + Duration::days(3)).await), (0, 2));
        let end = in_days(30) + Duration::hours(4);
        assert_eq!((forget(end + Duration::days(27)).await, forget(end + Duration::days(28)).await, forget(end + Duration::days(29)).await), (0, 2, 0));
        let left = list(&door.owner, &event).await;
        assert_eq!(left, [(json!("Guest"), Value::Null, Value::Null), (json!("Guest"), Value::Null, Value::Null)]);
        assert_eq!((counts(&door.owner, &event).await.1, adds_up(&door.world).await), (json!(1), 0), "as a number they stay");
        assert!(!made.text("act.registration.code").is_empty());
    }

    async fn a_guest_of_three_sessions_is_mailed_once_of_each_act_on_the_event_and_many_cost_as_much_as_few(on) {
        let door = Door::new(on).await;
        let starts_at = in_days(30);
        let ends_at = starts_at + Duration::hours(3);
        let session = |title: &str, capacity: i32| json!({"title": title, "startsAt": starts_at, "endsAt": ends_at, "capacity": capacity});
        let event = door.event(json!({"registrationMode": "SESSIONS", "capacity": null, "startsAt": starts_at, "endsAt": ends_at,
            "sessions": [session("Offers", 1), session("Requests", 20), session("Tea", 20)]})).await;
        let query = "query ($id: ID!) { event(id: $id) { sessions { id } } }";
        let sessions = door.owner.ask(query, json!({"id": event})).await.each("event.sessions", "id");
        let comes = async |email: &str, at: usize| {
            let made = door.comes(&event, email, json!({"sessionId": sessions[at]})).await;
            made.text("act.registration.state")
        };
        assert_eq!(comes("ivy@example.org", 0).await, "CONFIRMED");
        assert_eq!([comes("gus@example.org", 0).await, comes("gus@example.org", 1).await, comes("gus@example.org", 2).await],
            ["WAITLISTED", "CONFIRMED", "CONFIRMED"]);
        door.mail(now()).await;
        // What it costs to tell of an act on the event, and how many are mailed.
        let tell = async |act: &str, more: Value| {
            on_event(&door.owner, act, &event, more).await.at("act.event.id");
            let before = door.world.app.database.statements();
            door.world.tell(now()).await;
            (door.world.app.database.statements() - before, door.mail(now()).await)
        };
        let said = |to: &str| door.subjects(to).len();
        let (asked, before) = (said("gus@example.org"), said("ivy@example.org"));
        let few = tell("updateEvent", json!({"version": 2, "venue": {"name": "The Lighthouse"}})).await;
        assert_eq!((few.1, said("gus@example.org") - asked, said("ivy@example.org") - before), (2, 1, 1));
        let seen = look(&door.world.stranger(), &door.token("gus@example.org")).await;
        assert_eq!(seen.at("guestRegistration.state"), "CONFIRMED", "the link leads to what is the nearest to a place");

        for guest in 0..10 {
            assert_eq!(comes(&format!("guest-{guest}@example.org"), 1).await, "CONFIRMED");
        }
        door.mail(now()).await;
        let many = tell("updateEvent", json!({"version": 3, "venue": {"name": "The Old Mill"}})).await;
        assert_eq!(many, (few.0, 12));
    }

    async fn an_event_welcomes_guests_where_everybody_sees_it_and_its_organisers_wish_it(on) {
        let door = Door::new(on).await;
        let stranger = door.world.stranger();
        let welcome = async |event: &str| {
            let query = "query ($id: ID!) { event(id: $id) { guestsWelcome } }";
            door.owner.ask(query, json!({"id": event})).await.at("event.guestsWelcome").clone()
        };
        for (more, expected, outcome) in [
            (json!({}), true, "done"),
            (json!({"guestsWelcome": false}), false, "INVALID_STATE eventId"),
            (json!({"audience": "UNLISTED"}), false, "INVALID_STATE eventId"),
            (json!({"audience": "UNLISTED", "guestsWelcome": true}), true, "done"),
            (json!({"registrationMode": "NONE", "capacity": null}), false, "INVALID_STATE eventId"),
        ] {
            let event = door.event(more.clone()).await;
            assert_eq!(welcome(&event).await, expected, "{more}");
            assert_eq!(ask(&stranger, &event, "gus@example.org", json!({})).await.outcome(), outcome, "{more}");
        }
        let members = door.event(json!({"audience": "MEMBERS", "guestsWelcome": true})).await;
        assert_eq!(welcome(&members).await, false);
        assert_eq!(ask(&stranger, &members, "gus@example.org", json!({})).await.codes(), ["NOT_FOUND"]);
        let event = door.event(json!({"questions": [{"code": "diet", "label": "What do you eat?", "required": true}]})).await;
        let diet = json!([{"question": "diet", "answer": "Anything"}]);
        for (email, more, expected) in [
            ("gus@example.org", json!({"answers": diet, "consent": false}), "REQUIRED consent"),
            ("gus", json!({"answers": diet}), "INVALID email"),
            ("gus@example.org", json!({"answers": diet, "name": "G"}), "TOO_SHORT name"),
            ("gus@example.org", json!({"answers": diet, "places": 6}), "OUT_OF_RANGE places"),
            ("gus@example.org", json!({}), "REQUIRED answers"),
            ("gus@example.org", json!({"answers": diet, "sessionId": format!("event_session:{}", uuid::Uuid::now_v7())}), "UNKNOWN sessionId"),
        ] {
            assert_eq!(ask(&stranger, &event, email, more.clone()).await.refusals(), [expected], "{more}");
        }
        // What has changed since is asked again when the link is followed.
        ask(&stranger, &event, "gus@example.org", json!({"answers": diet})).await.at("act.mailedTo");
        door.mail(now()).await;
        on_event(&door.owner, "updateEvent", &event, json!({"version": 2, "guestsWelcome": false})).await.at("act");
        let late = by_link(&stranger, "confirmGuestRegistration", &door.token("gus@example.org")).await;
        assert_eq!(late.refusals(), ["INVALID_STATE eventId"]);
        on_event(&door.owner, "updateEvent", &event, json!({"version": 3, "guestsWelcome": null})).await.at("act");
        assert_eq!(welcome(&event).await, true);
        let late = by_link(&stranger, "confirmGuestRegistration", &door.token("gus@example.org")).await;
        assert_eq!(late.outcome(), "done");
        let without = World::new(on).await;
        let owner = without.person("Olive Owner").await;
        let organisation = owner.organisation("Elm Works").await;
        let event = announced(&owner, &organisation, json!({})).await;
        assert_eq!(ask(&without.stranger(), &event, "gus@example.org", json!({})).await.refusals(), ["INVALID_STATE"]);
    }

    async fn nobody_learns_whether_an_address_is_known_and_nobody_is_flooded(on) {
        let door = Door::new(on).await;
        let event = door.event(json!({})).await;
        let stranger = door.world.stranger();
        let ann = door.world.person("Ann Able").await;
        register(&ann, &event, json!({})).await.at("act.registration");
        let answers = join_all([&ann.email, "gus@example.org"].map(|email| ask(&stranger, &event, email, json!({})))).await;
        for (answer, email) in answers.iter().zip([&ann.email, "gus@example.org"]) {
            assert_eq!(answer.text.replace(email, "-"), "{\"data\":{\"act\":{\"mailedTo\":\"-\",\"userErrors\":[]}}}");
        }
        // A key makes it harmless to repeat; without one, three a day is enough for one event, and ten in all.
        let keyed = join_all((0..4).map(|_| ask(&stranger, &event, "kit@example.org", json!({"clientKey": "tab-1"})))).await;
        assert!(keyed.iter().all(|answer| answer.outcome() == "done"));
        for _ in 0..6 {
            assert_eq!(ask(&stranger, &event, "gus@example.org", json!({})).await.text("act.mailedTo"), "gus@example.org");
        }
        for _ in 0..4 {
            let other = door.event(json!({})).await;
            for _ in 0..3 {
                ask(&stranger, &other, "gus@example.org", json!({})).await.at("act.mailedTo");
            }
        }
        let asked = guest_request::Entity::find().count(&door.world.app.database.read).await.unwrap();
        assert_eq!(asked, 1 + 1 + 10);
        while door.mail(now()).await > 0 {}
        let mailed = [&ann.email, "kit@example.org", "gus@example.org"].map(|email| door.sink.mails_to(email).iter().filter(|mail| mail.text().contains("/guests?")).count());
        assert_eq!(mailed, [1, 1, 10]);
    }

    async fn what_is_mailed_on_the_word_of_a_stranger_holds_none_of_their_words(on) {
        let door = Door::new(on).await;
        let event = door.event(json!({})).await;
        let more = json!({"name": "You won: evil.example", "places": 3, "accessNeeds": "See evil.example"});
        ask(&door.world.stranger(), &event, "gus@example.org", more).await.at("act.mailedTo");
        door.mail(now()).await;
        let mail = door.sink.mails_to("gus@example.org").remove(0);
        let told = [mail.text(), mail.header("To").into(), mail.header("Subject").into()].join("\n");
        assert!(told.contains("register 3 people for “We Are Surrey”") && !told.contains("evil") && !told.contains("won"), "{told}");
    }

    async fn of_many_asks_for_one_address_at_many_events_ten_are_mailed_and_a_key_is_good_for_as_long_as_the_link(on) {
        let door = Door::new(on).await;
        let stranger = door.world.stranger();
        let mut events = Vec::new();
        for _ in 0..14 {
            events.push(door.event(json!({})).await);
        }
        let asked = join_all(events.iter().map(|event| ask(&stranger, event, "gus@example.org", json!({})))).await;
        assert!(asked.iter().all(|reply| reply.outcome() == "done"));
        let (conn, write) = (&door.world.app.database.read, &door.world.app.database.write);
        assert_eq!(guest_request::Entity::find().count(conn).await.unwrap(), 10);
        let key = json!({"clientKey": "tab-1"});
        ask(&stranger, &events[0], "hal@example.org", key.clone()).await.at("act.mailedTo");
        let yesterday = now() - Duration::hours(30);
        let older = guest_request::Entity::update_many().col_expr(guest_request::Column::CreatedAt, Expr::val(yesterday));
        older.exec(write).await.unwrap();
        assert_eq!(ask(&stranger, &events[0], "hal@example.org", key).await.text("act.mailedTo"), "hal@example.org");
        assert_eq!(guest_request::Entity::find().count(conn).await.unwrap(), 11);
    }

    async fn guests_of_what_was_put_off_are_kept_for_a_new_date_but_not_for_ever(on) {
        let door = Door::new(on).await;
        let diet = json!([{"code": "diet", "label": "What do you eat?"}]);
        let event = door.event(json!({"capacity": 2, "questions": diet})).await;
        let answers = json!([{"question": "diet", "answer": "Anything"}]);
        door.comes(&event, "gus@example.org", json!({"answers": answers, "accessNeeds": "A ramp."})).await;
        reserve(&door.owner, &event, json!({"addresses": ["hal@example.org"], "places": 1})).await.at("act.reservation");
        on_event(&door.owner, "postponeEvent", &event, json!({"notice": "Flooded."})).await.at("act.event");
        let end = in_days(30) + Duration::hours(4);
        let forget = async |at| {
            let (app, viewer) = (&door.world.app, system(at));
            let both = async { Ok(jobs::run(app, &viewer).await? + reservations::jobs::run(app, &viewer).await?) };
            both.await.map_err(|error: api::kit::Error| error.message()).unwrap()
        };
        assert_eq!(forget(end + Duration::days(364)).await, 1, "what was asked for by the link, which was followed");
        on_event(&door.owner, "rescheduleEvent", &event, json!({"startsAt": in_days(40), "endsAt": in_days(41)})).await.at("act.event");
        door.mail(now()).await;
        let said = door.subjects("gus@example.org");
        assert!(said.last().unwrap().contains("We Are Surrey"), "{said:?}");
        assert_eq!(look(&door.world.stranger(), &door.token("gus@example.org")).await.at("guestRegistration.acts"), &json!(["CANCEL"]));
        on_event(&door.owner, "postponeEvent", &event, json!({"notice": "Flooded again."})).await.at("act.event");
        assert_eq!(forget(in_days(41) + Duration::days(365)).await, 2, "a guest and a list");
        assert_eq!(list(&door.owner, &event).await, [(json!("Guest"), Value::Null, Value::Null)]);
        let query = "query ($id: ID!) { event(id: $id) { registrations { nodes { answers { answer } } } } }";
        let seen = door.owner.ask(query, json!({"id": event})).await;
        assert_eq!(seen.at("event.registrations.nodes.0.answers"), &json!([]));
    }

    async fn one_address_is_one_guest_however_often_and_however_many_links_are_followed(on) {
        let door = Door::new(on).await;
        let event = door.event(json!({"capacity": 5})).await;
        let stranger = door.world.stranger();
        let mut tokens = Vec::new();
        for _ in 0..2 {
            ask(&stranger, &event, "gus@example.org", json!({})).await.at("act.mailedTo");
            door.mail(now()).await;
            tokens.push(door.token("gus@example.org"));
        }
        let both = join_all([&tokens[0], &tokens[1], &tokens[0], &tokens[1]].map(|token| by_link(&stranger, "confirmGuestRegistration", token))).await;
        let done = both.iter().filter(|reply| reply.outcome() == "done").count();
        let refused = both.iter().filter(|reply| reply.outcome() == "ALREADY_EXISTS eventId").count();
        assert_eq!((done, refused), (2, 2), "{both:?}");
        assert_eq!((counts(&door.owner, &event).await.1, adds_up(&door.world).await), (json!(1), 0));
        // A guest whose address is on a list draws from what is held for it.
        let full = door.event(json!({"capacity": 1})).await;
        reserve(&door.owner, &full, json!({"addresses": ["hal@example.org"], "places": 1})).await.at("act.reservation");
        assert_eq!(door.comes(&full, "gus@example.org", json!({})).await.at("act.registration.position"), 1);
        assert_eq!(door.comes(&full, "hal@example.org", json!({})).await.at("act.registration.state"), "CONFIRMED");
        // Organisers may take a guest off the list, who is then told.
        let found = "query ($id: ID!) { event(id: $id) { registrations(states: [CONFIRMED]) { nodes { id } } } }";
        let id = door.owner.ask(found, json!({"id": full})).await.text("event.registrations.nodes.0.id");
        assert_eq!(see(&door.owner, &id).await.at("node.name"), "Gus Guest");
        act(&door.owner, "cancelRegistration", &id).await.at("act.registration");
        door.mail(now()).await;
        assert_eq!(door.subjects("hal@example.org").last().unwrap(), "The organisers cancelled your registration for “We Are Surrey”.");
    }
}
