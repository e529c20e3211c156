//! What waits for somebody: it is there when they have something to do, and gone with the act that clears it.

use api::kit::{Id, clock};
use chrono::{DateTime, Days, Duration, Utc};
use entity::{listing, match_terms, matching, person::PlatformRole};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};

use crate::{
    both,
    listings::act as listing_act,
    matches::{Pair, accept, act, confirm, laptops, posted, record},
    support::Caller,
};

/// Everything that waits for somebody.
async fn tasks(who: &Caller) -> Vec<Value> {
    let query =
        "{ viewer { taskCount tasks(first: 50) { totalCount nodes { id kind title since dueAt act
        organisation { name } subject { __typename id } } } } }";
    let reply = who.ask(query, json!({})).await;
    let nodes = reply.at("viewer.tasks.nodes").as_array().unwrap().clone();
    assert_eq!(reply.at("viewer.taskCount"), nodes.len());
    assert_eq!(reply.at("viewer.tasks.totalCount"), nodes.len());
    nodes
}

/// The kinds of what waits for somebody.
async fn kinds(who: &Caller) -> Vec<String> {
    let text = |task: &Value| task["kind"].as_str().unwrap().to_owned();
    tasks(who).await.iter().map(text).collect()
}

/// The one thing that waits for somebody.
async fn only(who: &Caller) -> Value {
    let all = tasks(who).await;
    assert_eq!(all.len(), 1, "{all:?}");
    all[0].clone()
}

/// Whether nothing waits for any of these.
async fn idle(all: &[&Caller]) {
    for who in all {
        assert_eq!(kinds(who).await, Vec::<String>::new());
    }
}

fn days_ago(days: i64) -> DateTime<Utc> {
    clock::now() - Duration::days(days)
}

/// Nothing was heard of a match for so many days.
async fn quiet_for(pair: &Pair, id: &str, days: i64) {
    let id: Id<matching::Entity> = id.parse().unwrap();
    let update = matching::Entity::update_many()
        .col_expr(matching::Column::UpdatedAt, Expr::val(days_ago(days)))
        .filter(matching::Column::Id.eq(id.0));
    let done = update.exec(&pair.world.app.database.write).await.unwrap();
    assert_eq!(done.rows_affected, 1);
}

/// The last day of a match was yesterday.
async fn until_yesterday(pair: &Pair, id: &str) {
    let id: Id<matching::Entity> = id.parse().unwrap();
    let yesterday = clock::local_day(clock::now()) - Days::new(1);
    let update = match_terms::Entity::update_many()
        .col_expr(match_terms::Column::UntilDate, Expr::val(yesterday))
        .filter(match_terms::Column::MatchId.eq(id.0));
    update.exec(&pair.world.app.database.write).await.unwrap();
}

/// Changes a time of a listing.
async fn set(pair: &Pair, id: &str, columns: &[listing::Column], at: DateTime<Utc>) {
    let id: Id<listing::Entity> = id.parse().unwrap();
    let mut update = listing::Entity::update_many().filter(listing::Column::Id.eq(id.0));
    for column in columns {
        update = update.col_expr(*column, Expr::val(at));
    }
    update.exec(&pair.world.app.database.write).await.unwrap();
}

both! {
    async fn a_proposal_waits_for_the_side_that_is_to_answer(on) {
        let pair = Pair::new(on).await;
        let editor = pair.giver.joined_by(&pair.world, &pair.elm, "Edi Editor", "EDITOR").await;
        let member = pair.giver.joined_by(&pair.world, &pair.elm, "Mia Member", "MEMBER").await;
        idle(&[&pair.giver, &pair.taker, &editor]).await;
        let id = pair.proposed(laptops("10")).await;
        let task = only(&pair.giver).await;
        assert_eq!((&task["kind"], &task["act"]), (&json!("ANSWER_PROPOSAL"), &json!("acceptMatch")));
        assert_eq!(task["subject"], json!({"__typename": "Match", "id": id}));
        assert_eq!(task["organisation"]["name"], "Elm Works");
        assert!(task["title"].as_str().unwrap().starts_with("Answer the terms that Oak House proposes for “"), "{task}");
        assert!(!task["dueAt"].is_null());
        assert_eq!(only(&editor).await["act"], "counterMatch", "editors answer, and do not agree");
        idle(&[&pair.taker, &member, &pair.broker, &pair.world.stranger()]).await;
        let counter = json!({"matchId": id, "termsVersion": 1, "terms": laptops("5")});
        act(&editor, "counterMatch", counter).await.at("act.match");
        idle(&[&pair.giver, &editor]).await;
        assert_eq!(kinds(&pair.taker).await, ["ANSWER_PROPOSAL"]);
        accept(&pair.taker, &id, 2).await.at("act.match");
        idle(&[&pair.taker, &pair.giver]).await;
    }

    async fn a_change_of_what_was_agreed_waits_too(on) {
        let pair = Pair::new(on).await;
        let id = pair.agreed("10").await;
        idle(&[&pair.taker, &pair.giver]).await;
        until_yesterday(&pair, &id).await;
        let change = json!({"matchId": id, "termsVersion": 1, "terms": laptops("5")});
        act(&pair.taker, "proposeAmendment", change).await.at("act.match");
        let task = only(&pair.giver).await;
        assert_eq!((&task["kind"], &task["act"]), (&json!("ANSWER_AMENDMENT"), &json!("acceptAmendment")));
        idle(&[&pair.taker]).await;
        act(&pair.giver, "declineAmendment", json!({"matchId": id, "termsVersion": 2})).await.at("act.match");
        assert_eq!(kinds(&pair.giver).await, ["RECORD_DELIVERY"], "what was agreed stays, and its day has passed");
    }

    async fn a_delivery_is_recorded_then_confirmed_part_by_part(on) {
        let pair = Pair::new(on).await;
        let id = pair.agreed("40").await;
        quiet_for(&pair, &id, 13).await;
        idle(&[&pair.taker, &pair.giver]).await;
        quiet_for(&pair, &id, 15).await;
        for who in [&pair.taker, &pair.giver] {
            let task = only(who).await;
            assert_eq!((&task["kind"], &task["act"]), (&json!("RECORD_DELIVERY"), &json!("recordDelivery")));
            assert!(task["dueAt"].is_null());
        }
        let part = record(&pair.giver, &id, "10").await;
        idle(&[&pair.giver]).await;
        let task = only(&pair.taker).await;
        assert_eq!((&task["kind"], &task["act"]), (&json!("CONFIRM_DELIVERY"), &json!("confirmDelivery")));
        assert_eq!(task["subject"], json!({"__typename": "Fulfilment", "id": part}));
        assert!(task["title"].as_str().unwrap().starts_with("Confirm the delivery that Elm Works recorded"), "{task}");
        confirm(&pair.taker, &part, "10").await.at("act.fulfilment");
        idle(&[&pair.taker, &pair.giver]).await;
        until_yesterday(&pair, &id).await;
        let task = only(&pair.giver).await;
        assert_eq!(task["kind"], "RECORD_DELIVERY");
        assert!(!task["dueAt"].is_null(), "its day has passed");
        let rest = record(&pair.taker, &id, "30").await;
        assert_eq!(kinds(&pair.giver).await, ["CONFIRM_DELIVERY"]);
        idle(&[&pair.taker]).await;
        confirm(&pair.giver, &rest, "30").await.at("act.fulfilment");
        idle(&[&pair.taker, &pair.giver]).await;
    }

    async fn a_loan_waits_to_come_back_after_its_last_day(on) {
        let pair = Pair::with(on, json!({"lendingMode": "LEND"}), json!({})).await;
        let id = pair.agreed("40").await;
        let part = record(&pair.giver, &id, "40").await;
        confirm(&pair.taker, &part, "40").await.at("act.fulfilment");
        idle(&[&pair.giver]).await;
        until_yesterday(&pair, &id).await;
        let task = only(&pair.giver).await;
        assert_eq!((&task["kind"], &task["act"]), (&json!("MARK_RETURNED"), &json!("markReturned")));
        idle(&[&pair.taker]).await;
        act(&pair.giver, "markReturned", json!({"matchId": id})).await.at("act.match");
        idle(&[&pair.giver]).await;
    }

    async fn a_loan_that_was_called_off_waits_too(on) {
        let pair = Pair::with(on, json!({"lendingMode": "LEND"}), json!({})).await;
        let id = pair.agreed("40").await;
        let part = record(&pair.giver, &id, "10").await;
        confirm(&pair.taker, &part, "10").await.at("act.fulfilment");
        until_yesterday(&pair, &id).await;
        act(&pair.giver, "cancelMatch", json!({"matchId": id, "reason": "CAPACITY"})).await.at("act.match");
        assert_eq!(kinds(&pair.giver).await, ["MARK_RETURNED"]);
        act(&pair.giver, "markReturned", json!({"matchId": id})).await.at("act.match");
        idle(&[&pair.giver]).await;
    }

    async fn what_was_agreed_for_a_later_day_is_not_asked_for_yet(on) {
        let pair = Pair::new(on).await;
        let mut terms = laptops("40");
        terms["until"] = json!((clock::now() + Duration::days(30)).format("%Y-%m-%d").to_string());
        let id = pair.proposed(terms).await;
        accept(&pair.giver, &id, 1).await.at("act.match");
        quiet_for(&pair, &id, 20).await;
        idle(&[&pair.giver, &pair.taker]).await;
        until_yesterday(&pair, &id).await;
        assert_eq!(kinds(&pair.taker).await, ["RECORD_DELIVERY"]);
    }

    async fn nobody_decides_about_their_own(on) {
        let pair = Pair::new(on).await;
        let id = pair.agreed("20").await;
        let part = record(&pair.giver, &id, "20").await;
        confirm(&pair.taker, &part, "15").await.at("act.fulfilment");
        assert_eq!(kinds(&pair.broker).await, ["RESOLVE_DISPUTE"]);
        pair.giver.admits(&pair.elm, &pair.broker, "MEMBER").await;
        idle(&[&pair.broker]).await;
    }

    async fn what_was_given_does_not_come_back(on) {
        let pair = Pair::with(on, json!({"lendingMode": "GIVE"}), json!({})).await;
        let id = pair.agreed("40").await;
        let part = record(&pair.giver, &id, "40").await;
        confirm(&pair.taker, &part, "40").await.at("act.fulfilment");
        until_yesterday(&pair, &id).await;
        idle(&[&pair.giver, &pair.taker]).await;
    }

    async fn thanks_wait_for_consent(on) {
        let pair = Pair::new(on).await;
        let id = pair.agreed("40").await;
        let part = record(&pair.giver, &id, "40").await;
        confirm(&pair.taker, &part, "40").await.at("act.fulfilment");
        act(&pair.giver, "giveThanks", json!({"matchId": id, "text": "Between us."})).await.at("act.thanks");
        idle(&[&pair.taker, &pair.giver]).await;
        let thank = json!({"matchId": id, "text": "Twelve found work.", "public": true});
        let thanks = act(&pair.taker, "giveThanks", thank).await.text("act.thanks.id");
        let task = only(&pair.giver).await;
        assert_eq!((&task["kind"], &task["act"]), (&json!("PUBLISH_THANKS"), &json!("publishThanks")));
        assert_eq!(task["subject"]["id"], json!(thanks));
        act(&pair.giver, "publishThanks", json!({"thanksId": thanks})).await.at("act.thanks");
        idle(&[&pair.taker, &pair.giver]).await;
    }

    async fn what_was_said_waits_to_be_read(on) {
        let pair = Pair::new(on).await;
        let observer = pair.giver.joined_by(&pair.world, &pair.elm, "Ivo Observer", "OBSERVER").await;
        let ask = "mutation ($input: AskAboutListingInput!) { askAboutListing(input: $input) {
            message { id conversation { id } } userErrors { code } } }";
        let input = json!({"listingId": pair.offer, "organisationId": pair.oak, "text": "Do they have cameras?"});
        let asked = pair.taker.ask(ask, json!({"input": input})).await;
        let task = only(&pair.giver).await;
        assert_eq!((&task["kind"], &task["act"]), (&json!("READ_CONVERSATION"), &json!("markConversationRead")));
        assert_eq!(task["organisation"]["name"], "Elm Works");
        idle(&[&pair.taker, &observer]).await;
        let read = "mutation ($c: ID!, $m: ID!) { markConversationRead(input: {conversationId: $c, upTo: $m}) { userErrors { code } } }";
        let (conversation, message) = (asked.text("askAboutListing.message.conversation.id"), asked.text("askAboutListing.message.id"));
        pair.giver.ask(read, json!({"c": conversation, "m": message})).await.at("markConversationRead");
        idle(&[&pair.giver]).await;
    }

    async fn whoever_asks_to_join_waits_for_managers(on) {
        let pair = Pair::new(on).await;
        let editor = pair.giver.joined_by(&pair.world, &pair.elm, "Edi Editor", "EDITOR").await;
        let applicant = pair.world.person("Ann Applicant").await;
        let membership = applicant.asks_to_join(&pair.elm).await;
        let task = only(&pair.giver).await;
        assert_eq!((&task["kind"], &task["act"]), (&json!("ANSWER_JOIN_REQUEST"), &json!("approveMember")));
        assert_eq!(task["subject"]["id"], json!(membership));
        assert_eq!(task["title"], "A person asks to join Elm Works. Approve or decline the request.");
        idle(&[&editor, &applicant, &pair.taker]).await;
        let decline = "mutation ($id: ID!) { declineMember(input: {membershipId: $id}) { userErrors { code } } }";
        pair.giver.ask(decline, json!({"id": membership})).await.at("declineMember");
        idle(&[&pair.giver]).await;
    }

    async fn listings_wait_to_be_renewed_or_confirmed(on) {
        let pair = Pair::new(on).await;
        let standing = posted(&pair.giver, "Offer", &pair.elm, json!({"expiryPolicy": "STANDING"})).await;
        let soon = clock::now() + Duration::days(6);
        set(&pair, &pair.offer, &[listing::Column::ExpiresAt, listing::Column::ClosesAt], soon).await;
        set(&pair, &standing, &[listing::Column::ConfirmedAt], days_ago(181)).await;
        let all = tasks(&pair.giver).await;
        assert_eq!(kinds(&pair.giver).await, ["CONFIRM_LISTING", "RENEW_LISTING"], "what has waited longest comes first");
        assert!(all.iter().all(|task| task["act"] == "renewListing"));
        idle(&[&pair.taker]).await;
        for id in [&standing, &pair.offer] {
            listing_act(&pair.giver, "renewListing", id, json!({})).await.at("act.listing");
        }
        idle(&[&pair.giver]).await;
        set(&pair, &pair.offer, &[listing::Column::ClosesAt], soon).await;
        idle(&[&pair.giver]).await;
    }

    async fn brokers_have_theirs(on) {
        let pair = Pair::new(on).await;
        let newcomer = pair.world.person("Nia Newcomer").await;
        let unverified = newcomer.organisation("New Nest").await;
        let respond = json!({"listingId": pair.offer, "organisationId": unverified, "terms": laptops("2")});
        let open = act(&newcomer, "respondToListing", respond).await.text("act.match.id");
        let task = only(&pair.broker).await;
        assert_eq!((&task["kind"], &task["act"]), (&json!("APPROVE_MATCH"), &json!("approveMatch")));
        assert!(task["organisation"].is_null());
        act(&pair.broker, "approveMatch", json!({"matchId": open, "termsVersion": 1})).await.at("act.match");
        idle(&[&pair.broker]).await;

        let id = pair.agreed("20").await;
        quiet_for(&pair, &id, 22).await;
        let task = only(&pair.broker).await;
        assert_eq!((&task["kind"], &task["act"]), (&json!("LOOK_AFTER_MATCH"), &Value::Null));
        let part = record(&pair.giver, &id, "20").await;
        idle(&[&pair.broker]).await;
        confirm(&pair.taker, &part, "15").await.at("act.fulfilment");
        let task = only(&pair.broker).await;
        assert_eq!((&task["kind"], &task["act"]), (&json!("RESOLVE_DISPUTE"), &json!("resolveDispute")));
        quiet_for(&pair, &id, 22).await;
        assert_eq!(kinds(&pair.broker).await, ["RESOLVE_DISPUTE"], "a dispute waits once");
        let decide = json!({"matchId": id, "outcome": "CONFIRMED_AS_CLAIMED", "note": "We counted."});
        act(&pair.broker, "resolveDispute", decide).await.at("act.match");
        idle(&[&pair.broker]).await;
    }

    async fn moderators_have_theirs(on) {
        let pair = Pair::new(on).await;
        let moderator = pair.world.staff("Mo Moderator", PlatformRole::Moderator).await;
        let ask = "mutation ($input: AskAboutListingInput!) { askAboutListing(input: $input) { message { id } userErrors { code } } }";
        let input = json!({"listingId": pair.offer, "organisationId": pair.oak, "text": "Buy my watches."});
        let message = pair.taker.ask(ask, json!({"input": input})).await.text("askAboutListing.message.id");
        let report = "mutation ($id: ID!) { reportMessage(input: {messageId: $id, reason: SPAM}) { userErrors { code } } }";
        pair.giver.ask(report, json!({"id": message})).await.at("reportMessage");
        let task = only(&moderator).await;
        assert_eq!((&task["kind"], &task["act"]), (&json!("DECIDE_REPORT"), &json!("hideMessage")));
        assert_eq!(task["subject"]["__typename"], "MessageReport");
        idle(&[&pair.broker, &pair.taker]).await;
        let hide = "mutation ($id: ID!) { hideMessage(input: {messageId: $id}) { userErrors { code } } }";
        moderator.ask(hide, json!({"id": message})).await.at("hideMessage");
        idle(&[&moderator]).await;
    }

    async fn they_come_by_the_page_and_keep_their_ids(on) {
        let pair = Pair::new(on).await;
        for n in 0..5 {
            let request = posted(&pair.taker, "Request", &pair.oak, json!({})).await;
            let terms = json!({"message": format!("{n}"), "answerBy": clock::now() + Duration::days(20 - n)});
            let input = json!({"offerId": pair.offer, "requestId": request, "terms": terms});
            act(&pair.taker, "proposeMatch", input).await.at("act.match");
        }
        let all: Vec<String> = tasks(&pair.giver).await.iter().map(|task| task["id"].as_str().unwrap().to_owned()).collect();
        let due: Vec<Value> = tasks(&pair.giver).await.iter().map(|task| task["dueAt"].clone()).collect();
        assert!(due.is_sorted_by_key(|at| at.as_str().unwrap().to_owned()), "{due:?}");
        let query = "query ($after: String) { viewer { tasks(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } } }";
        let (mut walked, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = pair.giver.ask(query, json!({"after": after})).await;
            walked.extend(page.each("viewer.tasks.nodes", "id"));
            if page.at("viewer.tasks.pageInfo.hasNextPage") == &json!(false) {
                break;
            }
            after = page.at("viewer.tasks.pageInfo.endCursor").clone();
        }
        assert_eq!(walked, all);
    }
}
