//! Whoever acts is killed, as by a power cut, in the transaction of the act and after it, before anybody has heard of it:
//! an act is done whole or not at all, and whoever repeats it does nothing twice.

use std::{os::unix::process::ExitStatusExt, process::Command};

use api::App;
use entity::{
    activity, conversation, conversation_mark, fulfilment, idempotency, listing, match_step,
    match_terms, matching, message, message_report, person::PlatformRole, thanks,
};
use sea_orm::{ConnectionTrait, EntityTrait, QuerySelect};
use serde_json::{Value, json};

use super::{Pair, act, confirm, laptops, mutation, posted, record};
use crate::{
    both,
    support::{Caller, database},
};

/// Before the commit of every act, and after it.
pub const POINTS: [&str; 2] = ["act.recorded", "act.answering"];

/// Every act of matching.
const ACTS: [&str; 24] = [
    "proposeMatch",
    "respondToListing",
    "counterMatch",
    "acceptMatch",
    "declineMatch",
    "withdrawMatch",
    "approveMatch",
    "proposeAmendment",
    "acceptAmendment",
    "declineAmendment",
    "recordDelivery",
    "confirmDelivery",
    "withdrawDelivery",
    "disputeMatch",
    "resolveDispute",
    "cancelMatch",
    "markReturned",
    "giveThanks",
    "publishThanks",
    "unpublishThanks",
    "askAboutListing",
    "postMessage",
    "reportMessage",
    "hideMessage",
];

/// What the process is told, beside the point at which to end.
const ERRAND: &str = "TEST_ACT_ERRAND";

/// Sends one request, in a process of its own. Without an errand it is a test that has nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(
    clippy::disallowed_methods,
    reason = "how a test speaks to its own child is no setting of the product"
)]
async fn whoever_acts_is_killed() {
    let Ok(errand) = std::env::var(ERRAND) else {
        return;
    };
    let [url, key, token, query, variables]: [String; 5] = serde_json::from_str(&errand).unwrap();
    let mut config = database::config(&url);
    config.token_key_file = Some(key.into());
    let app = App::start(config).await.map_err(|e| e.message()).unwrap();
    let caller = Caller::new(api::http::router(app), Some(token));
    caller
        .ask(&query, serde_json::from_str(&variables).unwrap())
        .await;
}

/// Who does an act and with what, once everything is as it needs.
async fn prepared(pair: &Pair, name: &str) -> (Caller, Value) {
    let (giver, taker) = (&pair.giver, &pair.taker);
    let version = |id: &str, version: i32| json!({"matchId": id, "termsVersion": version});
    let changed = |id: &str, version: i32| json!({"matchId": id, "termsVersion": version, "terms": laptops("5")});
    match name {
        "proposeMatch" => {
            let input = json!({"offerId": pair.offer, "requestId": pair.request, "terms": laptops("10"), "idempotencyKey": "k"});
            (taker.clone(), input)
        }
        "respondToListing" => {
            let input = json!({"listingId": pair.offer, "organisationId": pair.oak, "terms": laptops("10"), "idempotencyKey": "k"});
            (taker.clone(), input)
        }
        "counterMatch" => (
            giver.clone(),
            changed(&pair.proposed(laptops("10")).await, 1),
        ),
        "acceptMatch" | "declineMatch" => (
            giver.clone(),
            version(&pair.proposed(laptops("10")).await, 1),
        ),
        "withdrawMatch" => (
            taker.clone(),
            json!({"matchId": pair.proposed(laptops("10")).await}),
        ),
        "approveMatch" => {
            let young = pair.world.person("Yves Young").await;
            let yew = young.organisation("Yew Trust").await;
            let offer = posted(&young, "Offer", &yew, json!({})).await;
            let input = json!({"offerId": offer, "requestId": pair.request, "terms": laptops("2")});
            let id = act(&young, "proposeMatch", input)
                .await
                .text("act.match.id");
            (pair.broker.clone(), version(&id, 1))
        }
        "proposeAmendment" => (giver.clone(), changed(&pair.agreed("10").await, 1)),
        "acceptAmendment" | "declineAmendment" => {
            let id = pair.agreed("10").await;
            act(taker, "proposeAmendment", changed(&id, 1))
                .await
                .at("act.match");
            (giver.clone(), version(&id, 2))
        }
        "cancelMatch" => (
            giver.clone(),
            json!({"matchId": pair.agreed("10").await, "reason": "NO_REASON"}),
        ),
        "askAboutListing" | "postMessage" | "reportMessage" | "hideMessage" => {
            said(pair, name).await
        }
        "giveThanks" | "publishThanks" | "unpublishThanks" | "markReturned" => {
            over(pair, name).await
        }
        _ => delivered(pair, name).await,
    }
}

/// Acts of a match that is being delivered.
async fn delivered(pair: &Pair, name: &str) -> (Caller, Value) {
    let (giver, taker) = (&pair.giver, &pair.taker);
    let id = pair.agreed("10").await;
    if name == "recordDelivery" {
        let input = json!({"matchId": id, "quantity": {"amount": "4", "unit": "ITEM"}, "idempotencyKey": "k"});
        return (giver.clone(), input);
    }
    let delivery = record(giver, &id, "4").await;
    match name {
        "confirmDelivery" => (taker.clone(), json!({"fulfilmentId": delivery})),
        "withdrawDelivery" => (giver.clone(), json!({"fulfilmentId": delivery})),
        "disputeMatch" => (
            taker.clone(),
            json!({"matchId": id, "note": "Nothing came."}),
        ),
        "resolveDispute" => {
            confirm(taker, &delivery, "3").await.at("act.fulfilment");
            let input = json!({"matchId": id, "outcome": "ADJUSTED", "quantity": {"amount": "7", "unit": "ITEM"}, "note": "Seven came."});
            (pair.broker.clone(), input)
        }
        other => panic!("{other} has no story"),
    }
}

/// Acts of a match that is done.
async fn over(pair: &Pair, name: &str) -> (Caller, Value) {
    let (giver, taker) = (&pair.giver, &pair.taker);
    let id = pair.agreed("10").await;
    let delivery = record(giver, &id, "10").await;
    confirm(taker, &delivery, "10").await.at("act.fulfilment");
    let thank = json!({"matchId": id, "text": "Thank you.", "public": true});
    match name {
        "markReturned" => return (giver.clone(), json!({"matchId": id})),
        "giveThanks" => return (taker.clone(), thank),
        _ => {}
    }
    let praise = json!({"thanksId": act(taker, "giveThanks", thank).await.text("act.thanks.id")});
    if name == "unpublishThanks" {
        act(giver, "publishThanks", praise.clone())
            .await
            .at("act.thanks");
    }
    (giver.clone(), praise)
}

/// Acts of a conversation.
async fn said(pair: &Pair, name: &str) -> (Caller, Value) {
    let (giver, taker) = (&pair.giver, &pair.taker);
    let question = json!({"listingId": pair.offer, "organisationId": pair.oak, "text": "Do they have cameras?", "idempotencyKey": "q"});
    if name == "askAboutListing" {
        return (taker.clone(), question);
    }
    let asked = act(taker, "askAboutListing", question).await;
    if name == "postMessage" {
        let id = asked.text("act.message.conversation.id");
        return (
            giver.clone(),
            json!({"conversationId": id, "text": "They do.", "idempotencyKey": "k"}),
        );
    }
    let report = json!({"messageId": asked.text("act.message.id"), "reason": "SPAM"});
    if name == "reportMessage" {
        return (giver.clone(), report);
    }
    act(giver, "reportMessage", report.clone())
        .await
        .at("act.message");
    let moderator = pair
        .world
        .staff("Mo Moderator", PlatformRole::Moderator)
        .await;
    (moderator, json!({"messageId": report["messageId"]}))
}

/// Everything that matching writes, the record of acts aside.
async fn everything(conn: &impl ConnectionTrait) -> Value {
    async fn rows<E: EntityTrait>(conn: &impl ConnectionTrait) -> Value {
        let mut rows = E::find().into_json().all(conn).await.unwrap();
        rows.sort_by_key(ToString::to_string);
        Value::Array(rows)
    }
    json!([
        rows::<listing::Entity>(conn).await,
        rows::<matching::Entity>(conn).await,
        rows::<match_terms::Entity>(conn).await,
        rows::<match_step::Entity>(conn).await,
        rows::<fulfilment::Entity>(conn).await,
        rows::<thanks::Entity>(conn).await,
        rows::<conversation::Entity>(conn).await,
        rows::<conversation_mark::Entity>(conn).await,
        rows::<message::Entity>(conn).await,
        rows::<message_report::Entity>(conn).await,
        rows::<idempotency::Entity>(conn).await,
    ])
}

/// How many acts are on record.
async fn acts(conn: &impl ConnectionTrait) -> usize {
    let ids = activity::Entity::find()
        .select_only()
        .column(activity::Column::Id);
    ids.into_tuple::<uuid::Uuid>()
        .all(conn)
        .await
        .unwrap()
        .len()
}

/// Does an act in a process that is killed at a point.
async fn killed(pair: &Pair, who: &Caller, name: &str, input: &Value, point: &'static str) {
    let config = &pair.world.app.config;
    let variables = json!({"input": input}).to_string();
    let errand = json!([
        pair.world.database_url(),
        config.token_key_file,
        who.token,
        mutation(name),
        variables
    ]);
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args([
            "--exact",
            "matches::killed::whoever_acts_is_killed",
            "--test-threads=1",
            "--quiet",
        ])
        .env(ERRAND, errand.to_string())
        .env("MARKETPLACE_CRASH_AT", point);
    let output = tokio::task::spawn_blocking(move || child.output())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        output.status.signal(),
        Some(9),
        "{name} passes {point}: {}",
        String::from_utf8_lossy(&output.stdout)
    );
}

both! {
    async fn an_act_is_done_whole_or_not_at_all(on) {
        let lent = json!({"lendingMode": "LEND"});
        for name in ACTS {
            let pair = Pair::with(on, lent.clone(), lent.clone()).await;
            let conn = &pair.world.app.database.read;
            let (who, input) = prepared(&pair, name).await;
            let before = (everything(conn).await, acts(conn).await);
            killed(&pair, &who, name, &input, POINTS[0]).await;
            assert_eq!((everything(conn).await, acts(conn).await), before, "{name} is half done");
            killed(&pair, &who, name, &input, POINTS[1]).await;
            let after = everything(conn).await;
            assert_ne!(after, before.0, "{name} is not done");
            act(&who, name, input).await;
            assert_eq!(everything(conn).await, after, "{name} is done twice");
        }
    }
}
