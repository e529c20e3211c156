//! Nothing is promised twice, however many accept at once.

use std::process::Command;

use api::App;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{Pair, accept, act, laptops, left, posted, see, verified};
use crate::{
    both,
    support::{Caller, On, database},
};

/// How many want the same laptops at once.
const CROWD: usize = 200;

/// What a second server is told.
const ERRAND: &str = "TEST_ACCEPT_ERRAND";

/// A server in a process of its own, through which somebody accepts matches, all at once. Without an errand it is a
/// test that has nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(
    clippy::disallowed_methods,
    reason = "how a test speaks to its own child is no setting of the product"
)]
async fn a_server_of_its_own() {
    let Ok(errand) = std::env::var(ERRAND) else {
        return;
    };
    let errand: Value = serde_json::from_str(&errand).unwrap();
    let mut config = database::config(errand["url"].as_str().unwrap());
    config.token_key_file = Some(errand["key"].as_str().unwrap().into());
    let app = App::start(config).await.map_err(|e| e.message()).unwrap();
    let token = errand["token"].as_str().map(str::to_owned);
    let caller = Caller::new(api::http::router(app), token);
    let matches = errand["matches"].as_array().unwrap();
    let outcomes = join_all(
        matches
            .iter()
            .map(|id| async { accept(&caller, id.as_str().unwrap(), 1).await.outcome() }),
    );
    for outcome in outcomes.await {
        assert!(
            ["done", "INSUFFICIENT_QUANTITY"].contains(&outcome.as_str()),
            "{outcome}"
        );
    }
}

/// So many requests of the taker, each proposed two of the giver's laptops.
async fn crowd(pair: &Pair) -> Vec<String> {
    let mut matches = Vec::new();
    for at in 0..CROWD {
        let more = json!({"title": format!("Laptops for group {at}")});
        let request = posted(&pair.taker, "Request", &pair.oak, more).await;
        let input = json!({"offerId": pair.offer, "requestId": request, "terms": laptops("2")});
        matches.push(
            act(&pair.taker, "proposeMatch", input)
                .await
                .text("act.match.id"),
        );
    }
    matches
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_of_one_postgres_promise_no_more_than_one_would() {
    let pair = Pair::with(
        On::Postgres,
        json!({"quantity": {"amount": "37", "unit": "ITEM"}}),
        json!({}),
    )
    .await;
    let matches = crowd(&pair).await;
    let servers = matches.chunks(CROWD / 2).map(|matches| {
        let errand = json!({
            "url": pair.world.database_url(), "key": pair.world.app.config.token_key_file,
            "token": pair.giver.token, "matches": matches,
        });
        let mut server = Command::new(std::env::current_exe().unwrap());
        server
            .args([
                "--exact",
                "matches::allocation::a_server_of_its_own",
                "--test-threads=1",
                "--quiet",
            ])
            .env(ERRAND, errand.to_string());
        tokio::task::spawn_blocking(move || server.output().unwrap())
    });
    for output in join_all(servers.collect::<Vec<_>>()).await {
        let output = output.unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
    let accepted = "{ matches(filter: {states: [ACCEPTED]}) { totalCount } }";
    let accepted = pair.giver.ask(accepted, json!({})).await;
    assert_eq!(accepted.at("matches.totalCount"), 18);
    assert_eq!(left(&pair.giver, &pair.offer).await, "1");
}

both! {
    async fn of_two_hundred_who_accept_at_once_exactly_those_get_it_for_whom_it_suffices(on) {
        let pair = Pair::with(on, json!({"quantity": {"amount": "37", "unit": "ITEM"}}), json!({})).await;
        let matches = crowd(&pair).await;
        let outcomes = join_all(matches.iter().map(|id| async { accept(&pair.giver, id, 1).await.outcome() })).await;
        let done = outcomes.iter().filter(|outcome| *outcome == "done").count();
        let refused = outcomes.iter().filter(|outcome| *outcome == "INSUFFICIENT_QUANTITY").count();
        assert_eq!((done, refused), (18, CROWD - 18), "{outcomes:?}");
        assert_eq!(left(&pair.giver, &pair.offer).await, "1");
    }

    async fn two_charities_share_what_one_offer_has_and_a_request_takes_from_two_offers(on) {
        let pair = Pair::with(on, json!({"quantity": {"amount": "25", "unit": "ITEM"}}), json!({})).await;
        let other = pair.world.person("Rita Rival").await;
        let ash = verified(&other, &pair.broker, "Ash Trust").await;
        let second = posted(&other, "Offer", &ash, json!({"quantity": {"amount": "30", "unit": "ITEM"}})).await;
        pair.agreed("25").await;
        let input = json!({"offerId": second, "requestId": pair.request, "terms": {}});
        let reply = act(&pair.taker, "proposeMatch", input).await;
        assert_eq!(reply.text("act.match.terms.quantity.amount"), "15", "as much as is still needed");
        accept(&other, &reply.text("act.match.id"), 1).await.at("act.match");
        assert_eq!(left(&pair.taker, &pair.request).await, "0");
        assert_eq!(left(&other, &second).await, "15");
    }

    async fn those_who_wait_for_what_has_gone_are_told_and_told_again_when_it_comes_back(on) {
        let pair = Pair::new(on).await;
        let other = pair.world.person("Rita Rival").await;
        let ash = verified(&other, &pair.broker, "Ash Trust").await;
        let input = json!({"listingId": pair.offer, "organisationId": ash, "terms": laptops("5")});
        let waiting = act(&other, "respondToListing", input).await.text("act.match.id");
        let taken = pair.agreed("40").await;
        let round = async || api::matches::jobs::run(&pair.world.app, &api::kit::Viewer::system()).await.unwrap_or_default();
        assert_eq!((round().await, round().await), (1, 0));
        let seen = see(&other, &waiting).await;
        assert_eq!(seen.at("match.nothingLeft"), true);
        assert_eq!(seen.at("match.offer.stillNeeded"), false);
        assert_eq!(accept(&pair.giver, &waiting, 1).await.refusals(), ["INSUFFICIENT_QUANTITY"]);
        let cancel = json!({"matchId": taken, "reason": "NO_LONGER_NEEDED"});
        act(&pair.taker, "cancelMatch", cancel).await.at("act.match");
        assert_eq!((round().await, round().await), (1, 0));
        assert_eq!(see(&other, &waiting).await.at("match.nothingLeft"), false);
        assert_eq!(left(&other, &pair.offer).await, "40", "a cancelled match brings it back");
    }

    async fn a_quantity_is_not_lowered_below_what_is_promised(on) {
        let pair = Pair::new(on).await;
        pair.agreed("30").await;
        let version = crate::listings::act(&pair.giver, "renewListing", &pair.offer, json!({})).await;
        let version = version.at("act.listing.version").clone();
        let lower = json!({"version": version, "quantity": {"amount": "29", "unit": "ITEM"}});
        let refused = crate::listings::act(&pair.giver, "updateListing", &pair.offer, lower).await;
        assert_eq!(refused.refusals(), ["QUANTITY_BELOW_ALLOCATED quantity.amount"]);
    }

    async fn what_is_not_counted_never_runs_out(on) {
        let pair = Pair::with(on, json!({"quantity": null}), json!({"quantity": null})).await;
        let reply = pair.proposes(&pair.taker, json!({})).await;
        let id = reply.text("act.match.id");
        assert!(reply.at("act.match.terms.quantity").is_null());
        assert_eq!(accept(&pair.giver, &id, 1).await.text("act.match.state"), "ACCEPTED");
    }
}
