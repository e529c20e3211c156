//! Whatever people do, in whatever order: the counts are the truth, nothing is taken twice, and the queue has no gap.

use chrono::Duration;
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::json;
use tokio::runtime::Runtime;

use super::{
    act, people, register,
    reserved::{adds_up, on_reservation, releases, reserve},
    round,
};
use crate::{
    events::{act as on_event, announced, see},
    support::{Caller, On, World},
};

/// How many stories are told on each database, and how long they are.
const STORIES: u32 = 12;
const LENGTH: usize = 30;
/// How many people are in them.
const PEOPLE: usize = 8;

/// Something that somebody tries.
#[derive(Clone, Debug)]
struct Try {
    who: usize,
    what: usize,
    amount: i32,
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one = (0..PEOPLE, 0..16_usize, 1..6_i32).prop_map(|(who, what, amount)| Try {
        who,
        what,
        amount,
    });
    proptest::collection::vec(one, 8..LENGTH)
}

struct Story<'a> {
    world: &'a World,
    owner: &'a Caller,
    guests: &'a [Caller],
    /// Of the first two guests, each has one.
    organisations: &'a [String],
    event: String,
    hours: i64,
}

impl Story<'_> {
    async fn tries(&mut self, Try { who, what, amount }: &Try) -> Result<(), TestCaseError> {
        let guest = &self.guests[*who];
        let own = "query ($id: ID!) { event(id: $id) { version viewerRegistration { id } } }";
        let organisation = self.organisations.get(*who);
        let kept = "query ($id: ID!) { event(id: $id) { reservations { id version } } }";
        let seen = guest.ask(own, json!({"id": self.event})).await;
        let mine = seen
            .peek("event.viewerRegistration.id")
            .as_str()
            .map(str::to_owned);
        let outcome = match (what, mine) {
            (0..=4, _) => {
                let asked = json!({"places": amount, "organisationId": organisation});
                register(guest, &self.event, asked).await.outcome()
            }
            (5 | 6, Some(id)) => act(guest, "cancelRegistration", &id).await.outcome(),
            (7 | 8, Some(id)) => act(guest, "acceptPlace", &id).await.outcome(),
            (9, Some(id)) => act(self.owner, "offerPlace", &id).await.outcome(),
            (10, _) => {
                let version = seen.at("event.version");
                let change = json!({"version": version, "capacity": amount + 2});
                on_event(self.owner, "updateEvent", &self.event, change)
                    .await
                    .outcome()
            }
            (11 | 12, _) => {
                let at = api::kit::clock::now() + Duration::hours(self.hours + 15);
                let organisation = &self.organisations[who % 2];
                let held =
                    json!({"organisationId": organisation, "places": amount % 4, "releaseAt": at});
                reserve(self.owner, &self.event, held).await.outcome()
            }
            (13 | 14, _) => {
                let found = self.owner.ask(kept, json!({"id": self.event})).await;
                let held = found.at("event.reservations").as_array().unwrap();
                let Some(held) = held.get(who % held.len().max(1)) else {
                    return Ok(());
                };
                let id = held["id"].as_str().unwrap();
                let change = json!({"version": held["version"], "places": amount});
                if *what == 13 {
                    on_reservation(self.owner, "updatePlaceReservation", id, change)
                        .await
                        .outcome()
                } else {
                    on_reservation(self.owner, "releasePlaceReservation", id, json!({}))
                        .await
                        .outcome()
                }
            }
            _ => {
                self.hours += i64::from(*amount) * 10;
                let at = api::kit::clock::now() + Duration::hours(self.hours);
                releases(self.world, at).await;
                round(self.world, at).await;
                "done".into()
            }
        };
        let known = [
            "done",
            "ALREADY_EXISTS eventId",
            "INVALID_STATE",
            "FULL places",
            "OUT_OF_RANGE places",
            "CAPACITY_BELOW_CONFIRMED capacity",
            "OUT_OF_RANGE releaseAt",
        ];
        prop_assert!(known.contains(&outcome.as_str()), "{outcome}");
        Ok(())
    }

    /// What is counted is what is there.
    async fn adds_up(&self) -> Result<(), TestCaseError> {
        prop_assert_eq!(adds_up(self.world).await, 0);
        let query = "query ($id: ID!) { event(id: $id) { waitingCount registrations(states: [WAITLISTED]) { nodes { position } } } }";
        let list = self.owner.ask(query, json!({"id": self.event})).await;
        let positions: Vec<i64> = list
            .at("event.registrations.nodes")
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["position"].as_i64().unwrap())
            .collect();
        let waiting = list.at("event.waitingCount").as_i64().unwrap();
        prop_assert_eq!(positions, (1..=waiting).collect::<Vec<_>>());
        Ok(())
    }
}

fn whatever_they_do(on: On) {
    let runtime = Runtime::new().unwrap();
    let (world, owner, organisation, guests, organisations) = runtime.block_on(async {
        let (world, owner, organisation) = crate::events::hosts(on).await;
        let guests = people(&world, PEOPLE).await;
        let organisations = [
            guests[0].organisation("Ash Trust").await,
            guests[1].organisation("Beech House").await,
        ];
        (world, owner, organisation, guests, organisations)
    });
    let config = Config {
        cases: STORIES,
        failure_persistence: None,
        max_shrink_iters: 32,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let result = TestRunner::new_with_rng(config, rng).run(&tries(), |tries| {
        runtime.block_on(async {
            let event = announced(
                &owner,
                &organisation,
                json!({"capacity": 5, "placeOfferResponseHours": 24}),
            )
            .await;
            let mut story = Story {
                world: &world,
                owner: &owner,
                guests: &guests,
                organisations: &organisations,
                event,
                hours: 0,
            };
            for attempt in &tries {
                story.tries(attempt).await?;
                story.adds_up().await?;
            }
            see(&owner, &story.event).await.at("event");
            Ok(())
        })
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

mod whatever_people_do_the_counts_are_the_truth {
    use super::{On, whatever_they_do};

    #[test]
    fn sqlite() {
        whatever_they_do(On::Sqlite);
    }

    #[test]
    fn postgres() {
        whatever_they_do(On::Postgres);
    }
}
