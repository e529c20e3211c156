//! What waits for somebody: each task comes with what makes it, and goes with the act that clears it.

use api::kit::clock::now;
use chrono::Duration;
use entity::{listing, matching};
use sea_orm::{EntityTrait, sea_query::Expr};
use serde_json::json;

use crate::{
    both,
    listings::offer,
    matches::{Pair, accept, act, confirm, laptops, record},
    support::Caller,
};

/// The kinds of what waits for somebody, the most pressing first.
async fn waiting(who: &Caller) -> Vec<String> {
    let query = "{ viewer { taskCount tasks { kind title since act subject { id } organisation { name } } } }";
    let reply = who.ask(query, json!({})).await;
    let tasks = reply.each("viewer.tasks", "kind");
    assert_eq!(
        reply.at("viewer.taskCount").as_u64(),
        Some(tasks.len() as u64)
    );
    let subjects = reply.at("viewer.tasks").as_array().unwrap();
    assert!(
        subjects
            .iter()
            .all(|task| task["subject"]["id"].is_string()),
        "{}",
        reply.text
    );
    tasks
}

/// Lets all listings and matches of a world stand as if they had been left so long ago.
async fn left_alone(pair: &Pair, days: i64) {
    let then = now() - Duration::days(days);
    let conn = &pair.world.app.database.write;
    matching::Entity::update_many()
        .col_expr(matching::Column::UpdatedAt, Expr::val(then))
        .exec(conn)
        .await
        .unwrap();
}

both! {
    async fn a_match_asks_whoever_is_to_act_and_no_one_else(on) {
        let pair = Pair::new(on).await;
        let (giver, taker) = (&pair.giver, &pair.taker);
        assert_eq!(waiting(giver).await, Vec::<String>::new());
        let id = pair.proposed(laptops("30")).await;
        assert_eq!(waiting(giver).await, ["ANSWER_PROPOSAL"]);
        assert_eq!(waiting(taker).await, Vec::<String>::new());
        let member = giver.joined_by(&pair.world, &pair.elm, "Mia Member", "MEMBER").await;
        assert_eq!(waiting(&member).await, Vec::<String>::new(), "members do not negotiate");
        accept(giver, &id, 1).await.at("act.match");
        assert_eq!(waiting(giver).await, Vec::<String>::new());

        act(taker, "proposeAmendment", json!({"matchId": id, "termsVersion": 1, "terms": laptops("20")})).await.at("act.match");
        assert_eq!(waiting(giver).await, ["ANSWER_AMENDMENT"]);
        act(giver, "acceptAmendment", json!({"matchId": id, "termsVersion": 2})).await.at("act.match");

        let part = record(giver, &id, "5").await;
        assert_eq!((waiting(giver).await, waiting(taker).await), (vec![], vec!["CONFIRM_DELIVERY".to_owned()]));
        confirm(taker, &part, "5").await.at("act.fulfilment");
        assert_eq!(waiting(taker).await, Vec::<String>::new());
        left_alone(&pair, 15).await;
        assert_eq!(waiting(taker).await, ["RECORD_DELIVERY"]);

        let part = record(giver, &id, "15").await;
        confirm(taker, &part, "15").await.at("act.fulfilment");
        act(taker, "giveThanks", json!({"matchId": id, "text": "Thank you.", "public": true})).await.at("act.thanks");
        assert_eq!(waiting(giver).await, ["PUBLISH_THANKS"]);
    }

    async fn what_was_lent_is_asked_for_after_its_last_day(on) {
        let pair = Pair::with(on, json!({"lendingMode": "LEND"}), json!({})).await;
        let mut terms = laptops("40");
        terms["until"] = json!((now() - Duration::days(3)).format("%Y-%m-%d").to_string());
        let id = pair.proposed(terms).await;
        accept(&pair.giver, &id, 1).await.at("act.match");
        assert_eq!(waiting(&pair.giver).await, ["RECORD_DELIVERY"], "its last day has passed");
        let part = record(&pair.giver, &id, "40").await;
        confirm(&pair.taker, &part, "40").await.at("act.fulfilment");
        assert_eq!(waiting(&pair.giver).await, ["MARK_RETURNED"]);
        act(&pair.giver, "markReturned", json!({"matchId": id})).await.at("act.match");
        assert_eq!(waiting(&pair.giver).await, Vec::<String>::new());
    }

    async fn brokers_have_what_only_they_can_do(on) {
        let pair = Pair::new(on).await;
        let newcomer = pair.world.person("Nina New").await;
        let ash = newcomer.organisation("Ash Cafe").await;
        let input = json!({"listingId": pair.offer, "organisationId": ash, "terms": laptops("3")});
        let unverified = act(&newcomer, "respondToListing", input).await.text("act.match.id");
        assert_eq!(waiting(&pair.broker).await, ["APPROVE_MATCH"]);
        act(&pair.broker, "approveMatch", json!({"matchId": unverified})).await.at("act.match");
        let id = pair.agreed("10").await;
        let part = record(&pair.giver, &id, "10").await;
        confirm(&pair.taker, &part, "9").await.at("act.fulfilment");
        assert_eq!(waiting(&pair.broker).await, ["RESOLVE_DISPUTE"]);
        let decide = json!({"matchId": id, "outcome": "CONFIRMED_AS_CLAIMED", "note": "Counted."});
        act(&pair.broker, "resolveDispute", decide).await.at("act.match");
        assert_eq!(waiting(&pair.broker).await, Vec::<String>::new());
        accept(&pair.giver, &unverified, 1).await.at("act.match");
        left_alone(&pair, 22).await;
        assert_eq!(waiting(&pair.broker).await, ["LOOK_AFTER_MATCH"]);
    }

    async fn listings_that_end_and_people_at_the_door_wait_too(on) {
        let pair = Pair::new(on).await;
        let applicant = pair.world.person("Ann Applicant").await;
        applicant.asks_to_join(&pair.elm).await;
        assert_eq!(waiting(&pair.giver).await, ["ANSWER_JOIN_REQUEST"]);
        let soon = (now() + Duration::days(3)).to_rfc3339();
        offer(&pair.giver, &pair.elm, json!({"publish": true, "expiresAt": soon})).await;
        let standing = offer(&pair.giver, &pair.elm, json!({"publish": true, "expiryPolicy": "STANDING"})).await;
        let long_ago = now() - Duration::days(200);
        listing::Entity::update_many()
            .col_expr(listing::Column::ConfirmedAt, Expr::val(long_ago))
            .exec(&pair.world.app.database.write)
            .await
            .unwrap();
        assert_eq!(waiting(&pair.giver).await, ["RENEW_LISTING", "CONFIRM_LISTING", "ANSWER_JOIN_REQUEST"]);
        crate::listings::act(&pair.giver, "renewListing", &standing, json!({})).await.at("act.listing");
        assert_eq!(waiting(&pair.giver).await, ["RENEW_LISTING", "ANSWER_JOIN_REQUEST"]);
        let nobody = pair.world.stranger().ask("{ viewer { taskCount tasks(first: 101) { id } } }", json!({})).await;
        assert_eq!(nobody.codes(), ["BAD_USER_INPUT"]);
    }
}
