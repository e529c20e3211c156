//! Whatever the two sides do, in whatever order: nothing is promised twice, what ends stays ended, and every refusal
//! has its code.

use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{Pair, act, laptops, posted, see};
use crate::support::{Caller, On};

/// How many stories are told on each database, and how long they are.
const STORIES: u32 = 24;
const LENGTH: usize = 24;

/// Something that somebody tries.
#[derive(Clone, Debug)]
struct Try {
    who: usize,
    what: usize,
    /// Which of the story's matches, and of its deliveries.
    which: usize,
    amount: u32,
    flag: bool,
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one = (
        0..3_usize,
        0..16_usize,
        0..4_usize,
        1..30_u32,
        any::<bool>(),
    )
        .prop_map(|(who, what, which, amount, flag)| Try {
            who,
            what,
            which,
            amount,
            flag,
        });
    proptest::collection::vec(one, 4..LENGTH)
}

/// The states that nothing leaves.
const ENDS: [&str; 6] = [
    "FULFILLED",
    "DECLINED",
    "WITHDRAWN",
    "LAPSED",
    "CANCELLED",
    "RESOLVED",
];

struct Story<'a> {
    pair: &'a Pair,
    offers: [String; 2],
    requests: [String; 2],
    matches: Vec<String>,
    deliveries: Vec<String>,
}

impl Story<'_> {
    fn caller(&self, who: usize) -> &Caller {
        [&self.pair.giver, &self.pair.taker, &self.pair.broker][who]
    }

    async fn tries(&mut self, attempt: &Try) -> Result<(), TestCaseError> {
        let Try {
            who,
            what,
            which,
            amount,
            flag,
        } = *attempt;
        let caller = self.caller(who).clone();
        let terms = {
            let mut terms = laptops(&amount.to_string());
            terms["reserveQuantity"] = json!(flag);
            terms
        };
        let quantity = json!({"amount": amount.to_string(), "unit": "ITEM"});
        let Some(id) = self.matches.get(which % self.matches.len().max(1)).cloned() else {
            return self.proposes(&caller, which, terms).await;
        };
        let before = see(&self.pair.broker, &id).await;
        let version = before.at("match.terms.version").clone();
        let delivery = self
            .deliveries
            .get(which % self.deliveries.len().max(1))
            .cloned();
        let delivery = delivery.unwrap_or_else(|| format!("fulfilment:{}", uuid::Uuid::now_v7()));
        let (name, input) = match what {
            0 | 1 => return self.proposes(&caller, which, terms).await,
            2 => (
                "counterMatch",
                json!({"matchId": id, "termsVersion": version, "terms": terms}),
            ),
            3..=5 => (
                "acceptMatch",
                json!({"matchId": id, "termsVersion": version}),
            ),
            6 => (
                "declineMatch",
                json!({"matchId": id, "termsVersion": version}),
            ),
            7 => ("withdrawMatch", json!({"matchId": id})),
            8 => (
                "proposeAmendment",
                json!({"matchId": id, "termsVersion": version, "terms": terms}),
            ),
            9 if flag => (
                "acceptAmendment",
                json!({"matchId": id, "termsVersion": version}),
            ),
            9 => (
                "declineAmendment",
                json!({"matchId": id, "termsVersion": version}),
            ),
            10 | 11 => (
                "recordDelivery",
                json!({"matchId": id, "quantity": quantity, "last": flag}),
            ),
            12 if flag => ("confirmDelivery", json!({"fulfilmentId": delivery})),
            12 => (
                "confirmDelivery",
                json!({"fulfilmentId": delivery, "quantity": quantity}),
            ),
            13 => ("withdrawDelivery", json!({"fulfilmentId": delivery})),
            14 if flag => ("cancelMatch", json!({"matchId": id, "reason": "OTHER"})),
            14 => (
                "disputeMatch",
                json!({"matchId": id, "note": "It is not so."}),
            ),
            _ if flag => ("markReturned", json!({"matchId": id})),
            _ => (
                "resolveDispute",
                json!({"matchId": id, "outcome": "NOT_DELIVERED", "note": "We looked."}),
            ),
        };
        let reply = act(&caller, name, input).await;
        let outcome = reply.outcome();
        prop_assert!(
            outcome.bytes().all(|byte| byte.is_ascii_uppercase()
                || b"_ .".contains(&byte)
                || byte.is_ascii_lowercase())
                && outcome != "INTERNAL",
            "{name}: {}",
            reply.text
        );
        if let (true, Some(id)) = (
            name == "recordDelivery",
            reply.peek("act.fulfilment.id").as_str(),
        ) {
            self.deliveries.push(id.to_owned());
        }
        let was = before.text("match.state");
        let is = see(&self.pair.broker, &id).await.text("match.state");
        if ENDS.contains(&was.as_str()) {
            prop_assert_eq!(&was, &is, "{} left an end", name);
        }
        Ok(())
    }

    async fn proposes(
        &mut self,
        by: &Caller,
        which: usize,
        terms: Value,
    ) -> Result<(), TestCaseError> {
        let input = json!({"offerId": self.offers[which % 2], "requestId": self.requests[which / 2], "terms": terms});
        let reply = act(by, "proposeMatch", input).await;
        prop_assert_ne!(reply.outcome(), "INTERNAL");
        if let Some(id) = reply.peek("act.match.id").as_str() {
            self.matches.push(id.to_owned());
        }
        Ok(())
    }

    /// What listings have allocated is what their matches hold, and never more than there is.
    async fn adds_up(&self) -> Result<(), TestCaseError> {
        let conn = &self.pair.world.app.database.write;
        let wrong = "SELECT COUNT(*) AS wrong FROM listing WHERE allocated <>
                (SELECT COALESCE(SUM(offer_allocated), 0) FROM matching WHERE offer_id = listing.id)
              + (SELECT COALESCE(SUM(request_allocated), 0) FROM matching WHERE request_id = listing.id)
              OR allocated < 0 OR allocated > quantity";
        let statement = Statement::from_string(conn.get_database_backend(), wrong);
        let row = conn.query_one_raw(statement).await.unwrap().unwrap();
        prop_assert_eq!(row.try_get::<i64>("", "wrong").unwrap(), 0);
        let kept = "SELECT COUNT(*) AS wrong FROM matching WHERE ended_at IS NOT NULL
                AND (offer_allocated > delivered OR request_allocated > delivered)
              OR ended_at IS NULL AND state IN ('FULFILLED', 'DECLINED', 'WITHDRAWN', 'LAPSED', 'CANCELLED', 'RESOLVED')";
        let statement = Statement::from_string(conn.get_database_backend(), kept);
        let row = conn.query_one_raw(statement).await.unwrap().unwrap();
        prop_assert_eq!(
            row.try_get::<i64>("", "wrong").unwrap(),
            0,
            "an end keeps what was delivered and no more"
        );
        for id in &self.matches {
            let seen = see(&self.pair.broker, id).await;
            let (state, delivered) = (seen.text("match.state"), seen.at("match.delivered.amount"));
            if ["DECLINED", "WITHDRAWN", "LAPSED"].contains(&state.as_str()) {
                prop_assert_eq!(delivered, "0");
            }
        }
        Ok(())
    }
}

fn whatever_they_do(on: On) {
    let runtime = Runtime::new().unwrap();
    let pair = runtime.block_on(Pair::new(on));
    let config = Config {
        cases: STORIES,
        failure_persistence: None,
        max_shrink_iters: 64,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let result = TestRunner::new_with_rng(config, rng).run(&tries(), |tries| {
        runtime.block_on(async {
            let more = json!({"lendingMode": "LEND"});
            let mut story = Story {
                offers: [
                    posted(&pair.giver, "Offer", &pair.elm, json!({})).await,
                    posted(&pair.giver, "Offer", &pair.elm, more).await,
                ],
                requests: [
                    posted(&pair.taker, "Request", &pair.oak, json!({})).await,
                    posted(&pair.taker, "Request", &pair.oak, json!({})).await,
                ],
                matches: Vec::new(),
                deliveries: Vec::new(),
                pair: &pair,
            };
            for attempt in &tries {
                story.tries(attempt).await?;
                story.adds_up().await?;
            }
            Ok(())
        })
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

mod whatever_both_sides_do_nothing_is_promised_twice_and_ends_are_ends {
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
