//! Places held for a list of addresses: whoever shows that one is theirs draws from them, and nobody keeps the list.

use api::{
    accounts::email_verification,
    events::{registrations, reservations::jobs},
    kit::clock::now,
};
use chrono::{DateTime, Duration, Utc};
use entity::{link, mail::MailState};
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use super::{
    act, register,
    reserved::{adds_up, on_reservation, reserve},
    see,
};
use crate::{
    both,
    events::{announced, in_days},
    support::{Caller, Reply, Sink, World, system},
};

/// Asks for a link, for an address.
async fn ask(who: &Caller, email: &str) -> Reply {
    let query =
        "mutation ($email: String!) { act: requestEmailVerification(input: {email: $email}) {
        person { emailVerifiedAt } userErrors { code field message } } }";
    who.ask(query, json!({"email": email})).await
}

async fn verify(who: &Caller, token: &str) -> Reply {
    let query = "mutation ($token: String!) { act: verifyEmail(input: {token: $token}) {
        person { emailVerifiedAt } userErrors { code field message } } }";
    who.ask(query, json!({"token": token})).await
}

/// The worker's round of the links, at a time.
async fn mail(world: &World, at: DateTime<Utc>) -> usize {
    let round = email_verification::mail(&world.app, &system(at)).await;
    round.map_err(|error| error.message()).unwrap()
}

/// The token in the last mail to an address.
fn token(sink: &Sink, to: &str) -> String {
    let mails = sink.mails_to(to);
    let text = mails.last().unwrap().text();
    let (_, rest) = text.split_once("/verify-email?token=").unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

async fn held_for(who: &Caller, event: &str) -> Value {
    let query = "query ($id: ID!) { event(id: $id) { viewerReservedPlaces } }";
    let seen = who.ask(query, json!({"id": event})).await;
    seen.at("event.viewerReservedPlaces").clone()
}

both! {
    async fn an_address_is_verified_by_whoever_reads_its_mail_and_by_nobody_else(on) {
        let sink = Sink::new().await;
        let world = World::mailing(on, &sink).await;
        let (ann, bob) = (world.person("Ann Able").await, world.person("Bob Best").await);
        assert_eq!(ask(&ann, &bob.email).await.refusals(), ["INVALID email"]);
        assert!(ask(&ann, &ann.email.to_uppercase()).await.at("act.person.emailVerifiedAt").is_null());
        assert_eq!((mail(&world, now()).await, mail(&world, now()).await), (1, 0));
        let first = token(&sink, &ann.email);
        assert_eq!(verify(&bob, &first).await.refusals(), ["INVITATION_INVALID token"], "it is for her account");
        ask(&ann, &ann.email).await.at("act.person");
        mail(&world, now()).await;
        assert_eq!(verify(&ann, &first).await.refusals(), ["INVITATION_INVALID token"], "the last is good");
        let last = token(&sink, &ann.email);
        let page = crate::feeds::get(&world, &format!("/verify-email?token={last}")).await;
        assert!(page.status == 200 && page.text.contains(&last) && !page.text.contains("Ann"), "{}", page.text);
        let page = crate::feeds::get(&world, "/verify-email?token=x").await;
        assert!(page.status == 404 && page.text.contains("<p>This link was used or replaced, has run out"), "{}", page.text);
        for wrong in ["", "x", ann.token.as_deref().unwrap()] {
            assert_eq!(verify(&ann, wrong).await.refusals(), ["INVITATION_INVALID token"]);
        }
        let verified = verify(&ann, &last).await.text("act.person.emailVerifiedAt");
        assert_eq!(verify(&ann, &last).await.text("act.person.emailVerifiedAt"), verified, "a retry changes nothing");
        assert_eq!(ask(&ann, &ann.email).await.refusals(), ["INVALID_STATE"]);
        for _ in 0..5 {
            ask(&bob, &bob.email).await.at("act.person");
        }
        assert_eq!(ask(&bob, &bob.email).await.refusals(), ["LIMIT_REACHED"]);
        // What was ended before it was sent is not sent.
        mail(&world, now()).await;
        assert_eq!(sink.mails_to(&bob.email).len(), 1);
        assert_eq!(verify(&world.stranger(), &last).await.codes(), ["UNAUTHENTICATED"]);
        let without = World::new(on).await;
        let ann = without.person("Ann Able").await;
        assert_eq!(ask(&ann, &ann.email).await.refusals(), ["INVALID_STATE"], "this server sends no mail");
    }

    async fn many_who_ask_at_once_are_mailed_links_enough_and_each_is_leased_for_as_long(on) {
        let sink = Sink::new().await;
        let world = World::mailing(on, &sink).await;
        let (ann, bob) = (world.person("Ann Able").await, world.person("Bob Best").await);
        let asked = join_all((0..16).map(|_| ask(&ann, &ann.email))).await;
        assert_eq!(asked.iter().filter(|reply| reply.outcome() == "done").count(), 5);
        assert!(asked.iter().all(|reply| ["done", "LIMIT_REACHED"].contains(&reply.outcome().as_str())));
        ask(&bob, &bob.email).await.at("act.person");
        // One after the other is refused, and tried again a minute after that, not after the first.
        sink.take_time(300);
        sink.refuse(usize::MAX);
        mail(&world, now()).await;
        let waiting = link::Entity::find().filter(link::Column::State.eq(MailState::Waiting)).order_by_asc(link::Column::NextAttemptAt);
        let waiting = waiting.all(&world.app.database.read).await.unwrap();
        assert_eq!(waiting.len(), 2, "four were ended by those after them");
        let apart = waiting[1].next_attempt_at - waiting[0].next_attempt_at;
        assert!(apart >= Duration::milliseconds(250), "{apart}");
    }

    async fn whoever_waits_and_then_shows_that_an_address_is_theirs_is_offered_what_is_held(on) {
        let sink = Sink::new().await;
        let world = World::mailing(on, &sink).await;
        let owner = world.person("Olive Owner").await;
        let organisation = owner.organisation("Elm Works").await;
        let (ann, bob) = (world.person("Ann Able").await, world.person("Bob Best").await);
        let event = announced(&owner, &organisation, json!({"capacity": 2})).await;
        reserve(&owner, &event, json!({"addresses": [ann.email], "places": 2})).await.at("act.reservation");
        let round = async || registrations::jobs::run(&world.app, &system(now())).await.map_err(|error| error.message()).unwrap();
        register(&bob, &event, json!({})).await.at("act.registration");
        let waits = register(&ann, &event, json!({})).await;
        assert_eq!((waits.at("act.registration.position"), round().await), (&json!(2), 0));
        ask(&ann, &ann.email).await.at("act.person");
        mail(&world, now()).await;
        verify(&ann, &token(&sink, &ann.email)).await.at("act.person");
        assert_eq!((round().await, round().await), (1, 0), "once, and not for whoever waits before her");
        let seen = see(&ann, &waits.text("act.registration.id")).await;
        assert_eq!((seen.at("node.state"), adds_up(&world).await), (&json!("PLACE_OFFERED"), 0));
    }

    async fn whoever_showed_that_an_address_on_the_list_is_theirs_draws_and_the_list_is_forgotten(on) {
        let sink = Sink::new().await;
        let world = World::mailing(on, &sink).await;
        let owner = world.person("Olive Owner").await;
        let organisation = owner.organisation("Elm Works").await;
        let (ann, bob) = (world.person("Ann Able").await, world.person("Bob Best").await);
        let event = announced(&owner, &organisation, json!({"capacity": 3})).await;
        let list = json!({"addresses": [ann.email.to_uppercase(), "zoe@example.org", ann.email], "label": "Speakers"});
        let made = reserve(&owner, &event, list).await;
        let id = made.text("act.reservation.id");
        assert_eq!(made.at("act.reservation.addresses"), &json!([ann.email, "zoe@example.org"]));
        register(&bob, &event, json!({})).await.at("act.registration");
        assert_eq!(held_for(&ann, &event).await, 0, "anybody can sign up with her address");
        let waits = register(&ann, &event, json!({})).await;
        assert_eq!(waits.at("act.registration.position"), 1);
        act(&ann, "cancelRegistration", &waits.text("act.registration.id")).await.at("act");
        ask(&ann, &ann.email).await.at("act.person");
        mail(&world, now()).await;
        verify(&ann, &token(&sink, &ann.email)).await.at("act.person");
        assert_eq!((held_for(&ann, &event).await, held_for(&bob, &event).await), (json!(2), json!(0)));
        let drawn = register(&ann, &event, json!({})).await;
        assert_eq!((drawn.at("act.registration.state"), adds_up(&world).await), (&json!("CONFIRMED"), 0));
        // Whoever is taken off the list keeps the place that they have.
        let others = json!({"version": 1, "addresses": ["zoe@example.org"]});
        let changed = on_reservation(&owner, "updatePlaceReservation", &id, others).await;
        assert_eq!((changed.at("act.reservation.usedPlaces"), held_for(&ann, &event).await), (&json!(1), json!(0)));
        let log = "{ activities(first: 100) { nodes { act fields } } }";
        let log = world.admin().await.ask(log, json!({})).await;
        assert!(log.text.contains("place_reservation.updated") && !log.text.contains("zoe"), "no record holds an address");
        let forget = async |at| jobs::run(&world.app, &system(at)).await.map_err(|error| error.message()).unwrap();
        let end = in_days(30) + Duration::hours(4);
        assert_eq!((forget(end).await, forget(end + Duration::days(27)).await), (1, 0), "what nobody drew was released");
        assert_eq!((forget(end + Duration::days(28)).await, forget(end + Duration::days(29)).await), (1, 0));
        let left = "query ($id: ID!) { node(id: $id) { ... on PlaceReservation { addresses usedPlaces } } }";
        let left = owner.ask(left, json!({"id": id})).await;
        assert_eq!((left.at("node.addresses"), left.at("node.usedPlaces")), (&json!([]), &json!(1)));
    }
}
