//! The worker is killed, as by a power cut, before and after every commit and every send: nothing is lost, and nothing
//! is doubled but, where it was killed between the mail server's answer and our commit, a mail under one Message-ID.
//!
//! The worker is a process of its own, this test program started anew for the one test that does its rounds. It kills
//! itself at the point that is named to it: see `api::kit::crash`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Command, ExitStatus},
};

use api::{App, activities::outbox, feeds, kit::clock::now, listings, notifications};
use chrono::{DateTime, Duration, Utc};
use entity::{activity, feed, feed_entry, mail, notification, rejected_address};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use crate::{
    both,
    listings::offer,
    notifications::wish,
    support::{Sink, World, database, system},
};

/// Every point in the sources, and how often a mail goes out if the worker is killed there.
const POINTS: [(&str, usize); 16] = [
    ("listings.touched", 1),
    ("listings.committed", 1),
    ("outbox.placed", 1),
    ("outbox.order_committed", 1),
    ("notifications.told", 1),
    ("notifications.committed", 1),
    ("feeds.followed", 1),
    ("feeds.committed", 1),
    ("mail.taking", 1),
    ("mail.taken", 1),
    ("mail.written", 1),
    ("mail.sent", 2),
    ("mail.settling", 2),
    ("mail.settled", 1),
    ("mail.putting_off", 1),
    ("mail.put_off", 1),
];

/// Points that a worker passes whose mail is rejected for ever.
const REJECTING: [&str; 2] = ["mail.rejecting", "mail.rejected"];

/// What the worker is told, beside the point at which to end.
const ERRAND: &str = "TEST_CRASH_ERRAND";

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
    let [url, smtp, at]: [String; 3] = serde_json::from_str(&errand).unwrap();
    let mut config = database::config(&url);
    config.smtp_url = Some(smtp);
    let app = App::start(config).await.map_err(|e| e.message()).unwrap();
    let viewer = system(at.parse().unwrap());
    let rounds = async {
        listings::jobs::run(&app, &viewer).await?;
        outbox::service::sequence(&app.database).await?;
        feeds::jobs::follow(&app, &viewer).await?;
        notifications::jobs::tell(&app, &viewer).await?;
        while notifications::jobs::mail_next(&app, &viewer).await? {}
        Ok(())
    };
    rounds
        .await
        .map_err(|error: api::kit::Error| error.message())
        .unwrap();
}

/// Lets the worker go its rounds at a time, and says how it ended.
async fn work(world: &World, sink: &Sink, at: DateTime<Utc>, point: &str) -> ExitStatus {
    let errand = json!([world.database_url(), sink.url, at.to_rfc3339()]).to_string();
    let mut worker = Command::new(std::env::current_exe().unwrap());
    worker
        .args([
            "--exact",
            "crash::the_worker_that_is_killed",
            "--test-threads=1",
            "--quiet",
        ])
        .env(ERRAND, errand)
        .env("MARKETPLACE_CRASH_AT", point);
    let output = tokio::task::spawn_blocking(move || worker.output())
        .await
        .unwrap()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() || output.status.signal() == Some(9),
        "{text}"
    );
    output.status
}

both! {
    async fn whenever_the_worker_is_killed_nothing_is_lost_and_nothing_doubled(on) {
        for (point, times) in POINTS {
            let sink = Sink::new().await;
            let world = World::mailing(on, &sink).await;
            let owner = world.person("Olive Owner").await;
            let elm = owner.organisation("Elm Works").await;
            let poster = owner.joined_by(&world, &elm, "Petra Poster", "EDITOR").await;
            for person in [&owner, &poster] {
                let at_once = json!([{"category": "LISTINGS", "frequency": "INSTANT"}, {"category": "MEMBERS", "frequency": "OFF"}]);
                wish(person, json!({"mail": at_once})).await.at("updateNotificationPreferences");
            }
            offer(&poster, &elm, json!({"publish": true})).await;
            let soon = now() + Duration::days(84);
            // A mail is put off where it was refused.
            sink.refuse(usize::from(point.starts_with("mail.put")));

            let killed = work(&world, &sink, soon, point).await;
            assert_eq!(killed.signal(), Some(9), "nothing passes {point}");
            // What was taken to be sent is free again after a while.
            let later = soon + Duration::minutes(11);
            assert!(work(&world, &sink, later, "").await.success(), "{point}");

            let conn = &world.app.database.read;
            let reminded = activity::Entity::find().filter(activity::Column::Act.eq("listing.expiry_reminded"));
            let reminded = reminded.all(conn).await.unwrap();
            assert_eq!(reminded.len(), 1, "{point}");
            let places: BTreeSet<_> = activity::Entity::find().all(conn).await.unwrap().iter().map(|act| act.seq).collect();
            assert_eq!(places, (1..=i64::try_from(places.len()).unwrap()).map(Some).collect(), "{point}");
            let (entries, kept) = (feed_entry::Entity::find().all(conn).await.unwrap(), feed::Entity::find().all(conn).await.unwrap());
            assert_eq!((entries.len(), entries[0].change, kept[0].change), (1, 1, 1), "{point}");
            let told = notification::Entity::find().filter(notification::Column::ActivityId.eq(reminded[0].id));
            assert_eq!(told.all(conn).await.unwrap().len(), 2, "{point}");
            let mails = mail::Entity::find().all(conn).await.unwrap();
            assert_eq!(mails.iter().map(|mail| mail.state).collect::<Vec<_>>(), [mail::MailState::Sent; 2], "{point}");

            let mut received: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for mail in sink.mails() {
                received.entry(mail.to.clone()).or_default().push(mail.header("Message-ID").to_owned());
            }
            assert_eq!(received.len(), 2, "{point}");
            let counts: BTreeSet<usize> = received.values().map(Vec::len).collect();
            assert_eq!(counts, BTreeSet::from([1, times]), "{point}: {received:?}");
            for names in received.values() {
                assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 1, "{point}: {received:?}");
            }
        }
    }
}

both! {
    async fn that_an_address_is_rejected_is_recorded_once_whenever_the_worker_is_killed(on) {
        for point in REJECTING {
            let sink = Sink::new().await;
            let world = World::mailing(on, &sink).await;
            let owner = world.person("Olive Owner").await;
            let elm = owner.organisation("Elm Works").await;
            let at_once = json!([{"category": "LISTINGS", "frequency": "INSTANT"}]);
            wish(&owner, json!({"mail": at_once})).await.at("updateNotificationPreferences");
            offer(&owner, &elm, json!({"publish": true})).await;
            sink.reject(&owner.email, "550 5.1.1 No such user\r\n");
            let soon = now() + Duration::days(84);
            assert_eq!(work(&world, &sink, soon, point).await.signal(), Some(9), "nothing passes {point}");
            assert!(work(&world, &sink, soon + Duration::minutes(11), "").await.success(), "{point}");
            let conn = &world.app.database.read;
            let mails = mail::Entity::find().all(conn).await.unwrap();
            assert_eq!(mails.iter().map(|mail| mail.state).collect::<Vec<_>>(), [mail::MailState::Rejected], "{point}");
            let recorded = activity::Entity::find().filter(activity::Column::Act.eq("person.email_rejected"));
            assert_eq!(recorded.all(conn).await.unwrap().len(), 1, "{point}");
            assert_eq!(rejected_address::Entity::find().all(conn).await.unwrap().len(), 1, "{point}");
        }
    }
}

#[test]
fn every_point_in_the_sources_is_listed() {
    fn points(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                points(&path, found);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            let parts = text.split("failpoint::point(\"").skip(1);
            found.extend(parts.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
        }
    }
    let mut found = BTreeSet::new();
    points(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/src"),
        &mut found,
    );
    let of_the_worker = POINTS.iter().map(|(point, _)| *point);
    let all = of_the_worker
        .chain(REJECTING)
        .chain(crate::matches::crash::POINTS)
        .chain(crate::matches::killed::POINTS)
        .chain(crate::backup::POINTS)
        .chain(crate::registrations::crash::POINTS.map(|(point, _)| point));
    let listed: BTreeSet<String> = all.map(str::to_owned).collect();
    assert_eq!(
        found, listed,
        "tests/crash.rs, tests/backup.rs, tests/matches and tests/registrations list the points"
    );
}
