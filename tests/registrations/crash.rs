//! The workers of events, registrations, reserved places, intakes and links are killed, as by a power cut, before and after
//! every commit and every send: nobody is forgotten, and nobody is told or asked twice.

use std::{collections::BTreeSet, os::unix::process::ExitStatusExt, process::Command};

use api::{
    App, accounts,
    activities::outbox,
    events::{self, registrations, reservations},
    intakes,
    kit::clock::now,
    mail, notifications,
};
use chrono::{DateTime, Duration, Utc};
use entity::{
    activity, guest_request, intake, link, notification, place_reservation_address, registration,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use super::{
    people, register,
    reserved::{adds_up, reserve},
};
use crate::{
    both,
    events::{act as on_event, announced, in_days},
    support::{Caller, Sink, World, database, system},
};

/// Every point in these workers, and how often a link goes out if they are killed there.
pub const POINTS: [(&str, usize); 26] = [
    ("events.touching", 1),
    ("events.touched", 1),
    ("reservations.releasing", 1),
    ("reservations.released", 1),
    ("reservations.forgetting", 1),
    ("reservations.forgotten", 1),
    ("registrations.lapsing", 1),
    ("registrations.lapsed", 1),
    ("registrations.offering", 1),
    ("registrations.offered", 1),
    ("registrations.forgetting", 1),
    ("registrations.forgotten", 1),
    ("guest_requests.forgetting", 1),
    ("guest_requests.forgotten", 1),
    ("intakes.forgetting", 1),
    ("intakes.forgotten", 1),
    ("mail.taking", 1),
    ("mail.taken", 1),
    ("mail.written", 1),
    ("mail.sent", 2),
    ("mail.settling", 2),
    ("mail.settled", 1),
    ("mail.putting_off", 1),
    ("mail.put_off", 1),
    ("mail.forgetting", 1),
    ("mail.forgotten", 1),
];

/// What the process is told, beside the point at which to end.
const ERRAND: &str = "TEST_DESK_ERRAND";

/// One round of everything, in a process of its own. Without an errand it is a test that has nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(
    clippy::disallowed_methods,
    reason = "how a test speaks to its own child is no setting of the product"
)]
async fn the_worker_that_is_killed() {
    let Ok(errand) = std::env::var(ERRAND) else {
        return;
    };
    let [url, smtp, soon, at]: [String; 4] = serde_json::from_str(&errand).unwrap();
    let mut config = database::config(&url);
    config.smtp_url = Some(smtp);
    let app = App::start(config).await.map_err(|e| e.message()).unwrap();
    // Links are sent while they are good, and all else is done much later.
    let (soon, viewer) = (system(soon.parse().unwrap()), system(at.parse().unwrap()));
    let rounds = async {
        intakes::jobs::mail(&app, &soon).await?;
        accounts::email_verification::mail(&app, &soon).await?;
        registrations::guest_service::mail(&app, &soon).await?;
        events::jobs::run(&app, &viewer).await?;
        reservations::jobs::run(&app, &viewer).await?;
        registrations::jobs::run(&app, &viewer).await?;
        intakes::jobs::forget(&app, &viewer).await?;
        outbox::service::sequence(&app.database).await?;
        notifications::jobs::tell(&app, &viewer).await?;
        let long_after = system(viewer.now + mail::rules::KEPT);
        mail::service::forget(&app, &long_after).await?;
        Ok(())
    };
    rounds
        .await
        .map_err(|error: api::kit::Error| error.message())
        .unwrap();
}

/// Sends a worker on its rounds, and says whether it was killed.
async fn killed(errand: Value, point: &'static str) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args([
            "--exact",
            "registrations::crash::the_worker_that_is_killed",
            "--test-threads=1",
            "--quiet",
        ])
        .env(ERRAND, errand.to_string())
        .env("MARKETPLACE_CRASH_AT", point);
    let output = tokio::task::spawn_blocking(move || child.output())
        .await
        .unwrap()
        .unwrap();
    let killed = output.status.signal() == Some(9);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(killed || output.status.success(), "{point}: {said}");
    killed
}

/// Everything that the workers have to do some weeks from now.
struct Scene {
    world: World,
    /// Each is told one thing.
    told: Vec<(Caller, &'static str)>,
    at: DateTime<Utc>,
}

impl Scene {
    async fn new(world: World) -> Self {
        let at = in_days(60) + Duration::hours(1);
        let owner = world.person("Olive Owner").await;
        let elm = owner.organisation("Elm Works").await;
        let [ann, bob, cat, dan, eve, fay] = people(&world, 6).await.try_into().ok().unwrap();
        let dated = |days: i64, capacity: i32| {
            let starts_at = in_days(days);
            json!({"startsAt": starts_at, "endsAt": starts_at + Duration::hours(3), "capacity": capacity, "placeOfferResponseHours": 6})
        };
        // One is over, with what people need and a list of addresses to forget.
        let over = announced(&owner, &elm, dated(30, 9)).await;
        register(&fay, &over, json!({"accessNeeds": "A ramp."}))
            .await
            .at("act.registration");
        reserve(&owner, &over, json!({"addresses": ["zoe@example.org"]}))
            .await
            .at("act.reservation");
        // One is tomorrow: Ann comes, Bob lets his offer lapse, Cat and Dan wait, and a place is held until then.
        let soon = announced(&owner, &elm, dated(61, 3)).await;
        register(&ann, &soon, json!({}))
            .await
            .at("act.registration");
        let leaves = register(&eve, &soon, json!({}))
            .await
            .text("act.registration.id");
        reserve(
            &owner,
            &soon,
            json!({"organisationId": elm, "places": 1, "releaseAt": in_days(40)}),
        )
        .await
        .at("act.reservation");
        for who in [&bob, &cat, &dan] {
            register(who, &soon, json!({})).await.at("act.registration");
        }
        super::act(&eve, "cancelRegistration", &leaves)
            .await
            .at("act.registration");
        // One has grown since Eve began to wait.
        let grown = announced(&owner, &elm, dated(80, 1)).await;
        register(&fay, &grown, json!({}))
            .await
            .at("act.registration");
        register(&eve, &grown, json!({}))
            .await
            .at("act.registration");
        on_event(
            &owner,
            "updateEvent",
            &grown,
            json!({"version": 2, "capacity": 2}),
        )
        .await
        .at("act.event");
        told_at_a_desk(&world, &owner, &elm).await;
        let ask = "mutation ($id: ID!) { act: registerAsGuest(input: {eventId: $id, name: \"Gus Guest\", email: \"gus@example.org\", consent: true}) {
            mailedTo userErrors { code } } }";
        world
            .stranger()
            .ask(ask, json!({"id": grown}))
            .await
            .at("act.mailedTo");
        world.tell(now()).await;
        let told = vec![
            (ann, "EVENT_REMINDER"),
            (cat, "PLACE_OFFERED"),
            (dan, "PLACE_OFFERED"),
            (eve, "PLACE_OFFERED"),
        ];
        Self { world, told, at }
    }
}

/// One record whose contact is deleted in time, and one whose teller is sent a link.
async fn told_at_a_desk(world: &World, owner: &Caller, host: &str) {
    let broker = world
        .staff("Bea Broker", entity::person::PlatformRole::Broker)
        .await;
    for (key, email, then) in [
        (
            "one",
            "gone@example.org",
            "rejectIntake(input: {intakeId: $id}) { intake { id } }",
        ),
        (
            "two",
            "link@example.org",
            "sendIntakeClaim(input: {intakeId: $id}) { intake { id } }",
        ),
    ] {
        let input = json!({"clientKey": key, "hostId": host, "kind": "OFFER", "source": "EVENT", "title": "Six chairs",
            "resourceType": "furniture", "contact": {"email": email}, "consent": true});
        let take = "mutation ($input: TakeIntakeInput!) { act: takeIntake(input: $input) { intake { id } userErrors { code } } }";
        let id = owner
            .ask(take, json!({"input": input}))
            .await
            .text("act.intake.id");
        let triage = "mutation ($id: ID!) { act: triageIntake(input: {intakeId: $id, version: 1}) { intake { id } userErrors { code } } }";
        broker
            .ask(triage, json!({"id": id}))
            .await
            .at("act.intake.id");
        let then = format!("mutation ($id: ID!) {{ act: {then} }}");
        broker
            .ask(&then, json!({"id": id}))
            .await
            .at("act.intake.id");
    }
    let ask = "mutation ($email: String!) { act: requestEmailVerification(input: {email: $email}) { person { id } userErrors { code } } }";
    owner
        .ask(ask, json!({"email": owner.email}))
        .await
        .at("act.person.id");
}

both! {
    async fn whenever_a_worker_is_killed_nobody_is_forgotten_and_nobody_is_told_twice(on) {
        for (point, times) in POINTS {
            let sink = Sink::new().await;
            let Scene { world, told, at } = Scene::new(World::mailing(on, &sink).await).await;
            let before = sink.mails().len();
            sink.refuse(usize::from(point.starts_with("mail.put")));
            let soon = now() + Duration::minutes(1);
            let errand = |soon: DateTime<Utc>| json!([world.database_url(), sink.url, soon.to_rfc3339(), at.to_rfc3339()]);
            assert!(killed(errand(soon), point).await, "nothing passes {point}");
            assert_eq!(adds_up(&world).await, 0, "{point}");
            // What was taken to be sent is free again after a while.
            assert!(!killed(errand(soon + Duration::minutes(11)), "").await, "{point}");
            assert!(!killed(errand(soon + Duration::minutes(12)), "").await, "{point}");
            assert_eq!(adds_up(&world).await, 0, "{point}");

            let conn = &world.app.database.read;
            for (act, expected) in [
                ("event.completed", 1), ("event.reminded", 1), ("place_reservation.released", 2), ("registration.lapsed", 1),
                ("registration.place_offered", 4), ("intake.contact_deleted", 1),
            ] {
                let done = activity::Entity::find().filter(activity::Column::Act.eq(act));
                assert_eq!(done.count(conn).await.unwrap(), expected, "{act} at {point}");
            }
            let needs = registration::Entity::find().filter(registration::Column::AccessNeeds.is_not_null());
            let reached = intake::Entity::find().filter(intake::Column::ContactEmail.eq("gone@example.org"));
            let listed = place_reservation_address::Entity::find();
            let asked = guest_request::Entity::find();
            let given_out = link::Entity::find();
            assert_eq!((asked.count(conn).await.unwrap(), given_out.count(conn).await.unwrap()), (0, 0), "{point}");
            let kept = (needs.count(conn).await.unwrap(), reached.count(conn).await.unwrap(), listed.count(conn).await.unwrap());
            assert_eq!(kept, (0, 0, 0), "{point}");
            for (who, kind) in &told {
                let id: api::kit::Id<entity::person::Entity> = who.id.as_deref().unwrap().parse().unwrap();
                let own = notification::Entity::find().filter(notification::Column::PersonId.eq(id.0));
                let kinds: Vec<String> = own.all(conn).await.unwrap().iter().map(|row| {
                    async_graphql::resolver_utils::enum_value(row.kind).to_string()
                }).collect();
                assert_eq!(kinds.iter().filter(|told| *told == kind).count(), 1, "{kind} at {point}: {kinds:?}");
            }
            let links: Vec<(String, String)> = sink.mails()[before..].iter()
                .filter(|mail| mail.text().contains("?token=") && !mail.text().contains("unsubscribe"))
                .map(|mail| (mail.to.clone(), mail.header("Message-ID").to_owned()))
                .collect();
            let names: BTreeSet<_> = links.iter().collect();
            let reached: BTreeSet<_> = links.iter().map(|(to, _)| to).collect();
            assert_eq!((links.len(), names.len(), reached.len()), (2 + times, 3, 3), "{point}: {links:?}");
        }
    }
}
