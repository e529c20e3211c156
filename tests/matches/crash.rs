//! Whoever accepts is killed, as by a power cut, before and after each commit, and so is the worker that lapses and
//! tells: what was promised is promised once, and everybody is told once.

use std::{os::unix::process::ExitStatusExt, process::Command};

use api::{
    App,
    kit::{
        Viewer,
        clock::now,
        viewer::{SignedIn, Who},
    },
    matches::{self, amendments},
};
use chrono::{DateTime, Duration, Utc};
use entity::{activity, listing, matching, membership::MembershipRole};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Pair, accept, act, laptops, state, verified};
use crate::{
    both,
    support::{database, system},
};

/// Every point in the acts of matching and in their worker.
pub const POINTS: [&str; 8] = [
    "match.accepting",
    "match.accepted",
    "match.lapsing",
    "match.lapsed",
    "match.telling",
    "match.told",
    "amendment.lapsing",
    "amendment.lapsed",
];

/// What the process is told, beside the point at which to end.
const ERRAND: &str = "TEST_MATCH_ERRAND";

/// Accepts a match and does a round, in a process of its own. Without an errand it is a test that has nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(
    clippy::disallowed_methods,
    reason = "how a test speaks to its own child is no setting of the product"
)]
async fn whoever_is_killed() {
    let Ok(errand) = std::env::var(ERRAND) else {
        return;
    };
    let [url, at, person, organisation, id]: [String; 5] = serde_json::from_str(&errand).unwrap();
    let config = database::config(&url);
    let app = App::start(config).await.map_err(|e| e.message()).unwrap();
    let at: DateTime<Utc> = at.parse().unwrap();
    let viewer = Viewer {
        now: at,
        who: Who::Person(SignedIn {
            id: own(&person),
            session_id: Uuid::nil(),
            roles: Vec::new(),
            memberships: vec![(own(&organisation), MembershipRole::Owner)],
        }),
    };
    // Where it was accepted before the kill, it is not accepted again.
    let _ = matches::negotiation::accept(&app, &viewer, id.parse().unwrap(), 1).await;
    let round = matches::jobs::run(&app, &system(at)).await;
    round.map_err(|error| error.message()).unwrap();
    let round = amendments::jobs::run(&app, &system(at)).await;
    round.map_err(|error| error.message()).unwrap();
}

/// The id inside a global id.
fn own(global: &str) -> Uuid {
    global.split_once(':').unwrap().1.parse().unwrap()
}

/// Sends somebody on the errand, and says whether they were killed.
async fn killed(errand: String, point: &'static str) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args([
            "--exact",
            "matches::crash::whoever_is_killed",
            "--test-threads=1",
            "--quiet",
        ])
        .env(ERRAND, errand)
        .env("MARKETPLACE_CRASH_AT", point);
    let output = tokio::task::spawn_blocking(move || child.output())
        .await
        .unwrap()
        .unwrap();
    let killed = output.status.signal() == Some(9);
    assert!(
        killed || output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    killed
}

both! {
    async fn whoever_is_killed_has_promised_once_or_not_at_all(on) {
        for point in POINTS {
            let pair = Pair::new(on).await;
            let rival = pair.world.person("Rita Rival").await;
            let ash = verified(&rival, &pair.broker, "Ash Trust").await;
            let response = async |terms: Value| {
                let input = json!({"listingId": pair.offer, "organisationId": ash, "terms": terms});
                act(&rival, "respondToListing", input).await.text("act.match.id")
            };
            let waiting = response(laptops("5")).await;
            let mut brief = laptops("3");
            brief["answerBy"] = json!((now() + Duration::hours(1)).to_rfc3339());
            let lapsing = response(brief).await;
            let amended = response(laptops("2")).await;
            accept(&pair.giver, &amended, 1).await.at("act.match");
            let change = json!({"quantity": {"amount": "1", "unit": "ITEM"}, "answerBy": (now() + Duration::hours(1)).to_rfc3339()});
            let change = json!({"matchId": amended, "termsVersion": 1, "terms": change});
            act(&rival, "proposeAmendment", change).await.at("act.match");
            let taken = pair.proposed(laptops("38")).await;

            let at = (now() + Duration::hours(2)).to_rfc3339();
            let errand = json!([pair.world.database_url(), at, pair.giver.id, pair.elm, taken]).to_string();
            assert!(killed(errand.clone(), point).await, "nothing passes {point}");
            adds_up(&pair, point).await;
            assert!(!killed(errand, "").await, "{point}");
            adds_up(&pair, point).await;

            assert_eq!(state(&pair.giver, &taken).await, "ACCEPTED", "{point}");
            assert_eq!(state(&rival, &lapsing).await, "LAPSED", "{point}");
            assert_eq!(state(&rival, &waiting).await, "PROPOSED", "{point}");
            for (what, id) in [("match.accepted", &taken), ("match.lapsed", &lapsing), ("match.nothing_left", &waiting), ("match.amendment_lapsed", &amended)] {
                let told = activity::Entity::find()
                    .filter(activity::Column::Act.eq(what))
                    .filter(activity::Column::SubjectId.eq(own(id)));
                assert_eq!(told.all(&pair.world.app.database.read).await.unwrap().len(), 1, "{what} at {point}");
            }
        }
    }
}

/// What the offer has allocated is what its matches hold.
async fn adds_up(pair: &Pair, point: &str) {
    let conn = &pair.world.app.database.read;
    let offer = listing::Entity::find_by_id(own(&pair.offer))
        .one(conn)
        .await
        .unwrap()
        .unwrap();
    let matches = matching::Entity::find().filter(matching::Column::OfferId.eq(offer.id));
    let held: i64 = matches
        .all(conn)
        .await
        .unwrap()
        .iter()
        .map(|row| row.offer_allocated)
        .sum();
    assert_eq!(offer.allocated, held, "{point}");
}
