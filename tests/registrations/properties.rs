//! Whatever people do, in whatever order: the counts are the truth, nothing is taken twice, and the queue has no gap.

use chrono::Duration;
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use tokio::runtime::Runtime;

use super::{act, people, register, round};
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
    let one = (0..PEOPLE, 0..12_usize, 1..6_i32).prop_map(|(who, what, amount)| Try {
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
    event: String,
    hours: i64,
}

impl Story<'_> {
    async fn tries(&mut self, Try { who, what, amount }: &Try) -> Result<(), TestCaseError> {
        let guest = &self.guests[*who];
        let own = "query ($id: ID!) { event(id: $id) { version viewerRegistration { id } } }";
        let seen = guest.ask(own, json!({"id": self.event})).await;
        let mine = seen
            .peek("event.viewerRegistration.id")
            .as_str()
            .map(str::to_owned);
        let outcome = match (what, mine) {
            (0..=4, _) => register(guest, &self.event, json!({"places": amount}))
                .await
                .outcome(),
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
            _ => {
                self.hours += i64::from(*amount) * 10;
                round(
                    self.world,
                    api::kit::clock::now() + Duration::hours(self.hours),
                )
                .await;
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
        ];
        prop_assert!(known.contains(&outcome.as_str()), "{outcome}");
        Ok(())
    }

    /// What is counted is what is there.
    async fn adds_up(&self) -> Result<(), TestCaseError> {
        let read = &self.world.app.database.read;
        let sum = |states: &str, of: &str| {
            format!(
                "(SELECT COALESCE(SUM({of}), 0) FROM registration r WHERE r.capacity_id = c.id AND r.state IN ({states}))"
            )
        };
        let sql = format!(
            "SELECT COUNT(*) AS wrong FROM event_capacity c WHERE c.confirmed <> {} OR c.offered <> {} OR c.waiting <> {}
             OR c.confirmed + c.offered > c.capacity",
            sum("'CONFIRMED', 'ATTENDED', 'NO_SHOW'", "r.places"),
            sum("'PLACE_OFFERED'", "r.places"),
            sum("'WAITLISTED'", "1"),
        );
        let row = read
            .query_one_raw(Statement::from_string(read.get_database_backend(), sql))
            .await
            .unwrap()
            .unwrap();
        prop_assert_eq!(row.try_get::<i64>("", "wrong").unwrap(), 0);
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
    let (world, owner, organisation, guests) = runtime.block_on(async {
        let (world, owner, organisation) = crate::events::hosts(on).await;
        let guests = people(&world, PEOPLE).await;
        (world, owner, organisation, guests)
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
                json!({"capacity": 5, "hoursToAnswer": 24}),
            )
            .await;
            let mut story = Story {
                world: &world,
                owner: &owner,
                guests: &guests,
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
