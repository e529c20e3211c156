//! What was delivered: in parts, more or less than agreed, disputed, lent and returned; and thanks.

use serde_json::{Value, json};

use super::{Pair, accept, act, confirm, laptops, left, record, see, state};
use crate::both;

both! {
    async fn what_both_sides_say_alike_fulfils_the_match_and_closes_the_listings(on) {
        let pair = Pair::new(on).await;
        let id = pair.agreed("40").await;
        let part = record(&pair.giver, &id, "40").await;
        let seen = see(&pair.taker, &id).await;
        assert_eq!((seen.text("match.state"), seen.text("match.turn")), ("AWAITING_CONFIRMATION".into(), "REQUESTER".into()));
        let own = act(&pair.giver, "confirmDelivery", json!({"fulfilmentId": part})).await;
        assert_eq!(own.refusals(), ["NOT_YOUR_TURN"], "nobody confirms their own record");
        let reply = act(&pair.taker, "confirmDelivery", json!({"fulfilmentId": part})).await;
        assert_eq!(reply.text("act.fulfilment.match.state"), "FULFILLED");
        assert_eq!(reply.text("act.fulfilment.match.delivered.amount"), "40");
        for side in ["offer", "request"] {
            let listing = reply.at(&format!("act.fulfilment.match.{side}"));
            assert_eq!((&listing["state"], &listing["closeReason"]), (&json!("CLOSED"), &json!("FULFILLED")), "{side}");
        }
        let kinds = reply.each("act.fulfilment.match.history.nodes", "kind");
        assert_eq!(kinds, ["PROPOSED", "ACCEPTED", "DELIVERY_RECORDED", "DELIVERY_CONFIRMED", "FULFILLED"]);
    }

    async fn it_comes_in_parts_and_what_does_not_come_is_free_again(on) {
        let pair = Pair::new(on).await;
        let id = pair.agreed("40").await;
        let first = record(&pair.giver, &id, "10").await;
        assert_eq!(state(&pair.taker, &id).await, "IN_DELIVERY");
        confirm(&pair.taker, &first, "10").await.at("act.fulfilment");
        assert_eq!(state(&pair.taker, &id).await, "IN_DELIVERY");
        let last = json!({"matchId": id, "quantity": {"amount": "15", "unit": "ITEM"}, "last": true});
        let last = act(&pair.taker, "recordDelivery", last).await.text("act.fulfilment.id");
        assert_eq!(see(&pair.taker, &id).await.text("match.turn"), "OFFERER", "either side records, the other confirms");
        let done = confirm(&pair.giver, &last, "15").await;
        assert_eq!(done.text("act.fulfilment.match.state"), "FULFILLED");
        assert_eq!(done.text("act.fulfilment.match.delivered.amount"), "25");
        assert_eq!(left(&pair.giver, &pair.offer).await, "15", "what was not delivered is free again");
        assert_eq!(done.text("act.fulfilment.match.offer.state"), "PUBLISHED");
    }

    async fn more_than_was_agreed_is_fine(on) {
        let pair = Pair::new(on).await;
        let id = pair.agreed("10").await;
        let part = record(&pair.giver, &id, "12").await;
        let done = confirm(&pair.taker, &part, "12").await;
        assert_eq!(done.text("act.fulfilment.match.state"), "FULFILLED");
        assert_eq!(done.text("act.fulfilment.match.delivered.amount"), "12");
        assert_eq!(left(&pair.giver, &pair.offer).await, "30");
    }

    async fn different_words_are_a_dispute_that_a_broker_decides(on) {
        let pair = Pair::new(on).await;
        let id = pair.agreed("40").await;
        let part = record(&pair.giver, &id, "40").await;
        let answer = confirm(&pair.taker, &part, "30").await;
        assert_eq!(answer.text("act.fulfilment.state"), "DISPUTED");
        assert_eq!(answer.text("act.fulfilment.match.state"), "DISPUTED");
        let decide = json!({"matchId": id, "outcome": "ADJUSTED", "quantity": {"amount": "32", "unit": "ITEM"}, "note": "Counted together."});
        assert_eq!(act(&pair.giver, "resolveDispute", decide.clone()).await.codes(), ["FORBIDDEN"]);
        let resolved = act(&pair.broker, "resolveDispute", decide).await;
        assert_eq!(resolved.text("act.match.state"), "RESOLVED");
        assert_eq!(resolved.text("act.match.delivered.amount"), "32");
        assert_eq!(left(&pair.giver, &pair.offer).await, "8");
        let again = json!({"matchId": id, "outcome": "NOT_DELIVERED", "note": "Once more."});
        assert_eq!(act(&pair.broker, "resolveDispute", again).await.refusals(), ["INVALID_STATE"], "terminal states stay");
    }

    async fn a_record_is_taken_back_before_it_is_answered(on) {
        let pair = Pair::new(on).await;
        let id = pair.agreed("40").await;
        let part = record(&pair.giver, &id, "4").await;
        assert_eq!(act(&pair.taker, "withdrawDelivery", json!({"fulfilmentId": part})).await.refusals(), ["NOT_YOUR_TURN"]);
        act(&pair.giver, "withdrawDelivery", json!({"fulfilmentId": part})).await.at("act.fulfilment");
        assert_eq!(state(&pair.taker, &id).await, "ACCEPTED");
        assert_eq!(confirm(&pair.taker, &part, "4").await.refusals(), ["INVALID_STATE"]);
    }

    async fn a_match_is_called_off_but_not_from_under_a_claim(on) {
        let pair = Pair::new(on).await;
        let id = pair.agreed("40").await;
        let part = record(&pair.giver, &id, "10").await;
        let cancel = json!({"matchId": id, "reason": "NO_LONGER_NEEDED", "note": "We closed."});
        assert_eq!(act(&pair.taker, "cancelMatch", cancel.clone()).await.refusals(), ["INVALID_STATE"]);
        confirm(&pair.taker, &part, "10").await.at("act.fulfilment");
        assert_eq!(act(&pair.taker, "cancelMatch", cancel).await.text("act.match.state"), "CANCELLED");
        assert_eq!(left(&pair.giver, &pair.offer).await, "30", "what was delivered stays delivered");
        assert_eq!(see(&pair.giver, &id).await.at("match.contacts"), &json!([]));
    }

    async fn what_was_lent_comes_back(on) {
        let pair = Pair::with(on, json!({"lendingMode": "LEND"}), json!({})).await;
        let id = pair.agreed("40").await;
        let part = record(&pair.giver, &id, "40").await;
        let done = confirm(&pair.taker, &part, "40").await;
        assert_eq!(done.text("act.fulfilment.match.offer.state"), "PUBLISHED", "a loan comes back, so its offer stays");
        assert_eq!(act(&pair.taker, "markReturned", json!({"matchId": id})).await.refusals(), ["INVALID_STATE"]);
        act(&pair.giver, "markReturned", json!({"matchId": id})).await.at("act.match");
        assert_eq!(left(&pair.giver, &pair.offer).await, "40");
        assert_eq!(act(&pair.giver, "markReturned", json!({"matchId": id})).await.refusals(), ["INVALID_STATE"]);
    }

    async fn what_is_not_counted_ends_with_one_confirmation(on) {
        let pair = Pair::with(on, json!({"quantity": null}), json!({"quantity": null})).await;
        let id = pair.proposed(json!({})).await;
        accept(&pair.giver, &id, 1).await.at("act.match");
        let counted = json!({"matchId": id, "quantity": {"amount": "1", "unit": "ITEM"}});
        assert_eq!(act(&pair.giver, "recordDelivery", counted).await.refusals(), ["INVALID quantity"]);
        let part = act(&pair.giver, "recordDelivery", json!({"matchId": id})).await.text("act.fulfilment.id");
        let done = act(&pair.taker, "confirmDelivery", json!({"fulfilmentId": part})).await;
        assert_eq!(done.text("act.fulfilment.match.state"), "FULFILLED");
    }

    async fn a_record_taken_back_can_leave_a_match_fulfilled(on) {
        let pair = Pair::new(on).await;
        let id = pair.agreed("40").await;
        let first = record(&pair.giver, &id, "3").await;
        let last = json!({"matchId": id, "quantity": {"amount": "2", "unit": "ITEM"}, "last": true});
        let last = act(&pair.giver, "recordDelivery", last).await.text("act.fulfilment.id");
        confirm(&pair.taker, &last, "2").await.at("act.fulfilment");
        act(&pair.giver, "withdrawDelivery", json!({"fulfilmentId": first})).await.at("act.fulfilment");
        let seen = see(&pair.taker, &id).await;
        assert_eq!((seen.text("match.state"), seen.text("match.delivered.amount")), ("FULFILLED".into(), "2".into()));
        assert!(seen.at("match.endedAt").is_string());
        assert_eq!(left(&pair.giver, &pair.offer).await, "38", "what was not delivered is free again");
    }

    async fn nothing_is_an_answer_too(on) {
        let pair = Pair::new(on).await;
        let id = pair.agreed("40").await;
        let part = record(&pair.giver, &id, "40").await;
        assert_eq!(confirm(&pair.taker, &part, "0").await.text("act.fulfilment.state"), "DISPUTED");
        let decide = json!({"matchId": id, "outcome": "ADJUSTED", "quantity": {"amount": "0", "unit": "ITEM"}, "note": "It never came."});
        let resolved = act(&pair.broker, "resolveDispute", decide).await;
        assert_eq!(resolved.text("act.match.delivered.amount"), "0");
        assert_eq!(left(&pair.giver, &pair.offer).await, "40");
    }

    async fn a_loan_that_was_called_off_comes_back_as_well(on) {
        let pair = Pair::with(on, json!({"lendingMode": "LEND"}), json!({})).await;
        let id = pair.agreed("10").await;
        let part = record(&pair.giver, &id, "4").await;
        confirm(&pair.taker, &part, "4").await.at("act.fulfilment");
        act(&pair.giver, "cancelMatch", json!({"matchId": id, "reason": "CAPACITY"})).await.at("act.match");
        assert_eq!(left(&pair.giver, &pair.offer).await, "36");
        act(&pair.giver, "markReturned", json!({"matchId": id})).await.at("act.match");
        assert_eq!(left(&pair.giver, &pair.offer).await, "40");
    }

    async fn bad_records_are_refused(on) {
        let pair = Pair::new(on).await;
        let id = pair.agreed("40").await;
        let refusals = async |more: Value| {
            let mut input = json!({"matchId": id});
            for (name, value) in more.as_object().unwrap() {
                input[name] = value.clone();
            }
            act(&pair.giver, "recordDelivery", input).await.refusals()
        };
        assert_eq!(refusals(json!({"deliveredOn": "2999-01-01"})).await, ["OUT_OF_RANGE deliveredOn"]);
        assert_eq!(refusals(json!({"quantity": {"amount": "0", "unit": "ITEM"}})).await, ["OUT_OF_RANGE quantity.amount"]);
        assert_eq!(refusals(json!({"quantity": {"amount": "1", "unit": "HOUR"}})).await, ["UNITS_DIFFER quantity.unit"]);
        assert_eq!(refusals(json!({"evidence": ["http://example.org/a.jpg"]})).await, ["INVALID evidence.0"]);
        assert_eq!(refusals(json!({"evidence": vec!["https://example.org/a.jpg"; 11]})).await, ["TOO_MANY evidence"]);
        assert_eq!(state(&pair.giver, &id).await, "ACCEPTED", "nothing is half-written");
        let keyed = json!({"matchId": id, "quantity": {"amount": "2", "unit": "ITEM"}, "idempotencyKey": "d1"});
        let first = act(&pair.giver, "recordDelivery", keyed.clone()).await.text("act.fulfilment.id");
        assert_eq!(act(&pair.giver, "recordDelivery", keyed).await.text("act.fulfilment.id"), first);
        assert_eq!(see(&pair.giver, &id).await.at("match.deliveries.nodes").as_array().unwrap().len(), 1);
    }

    async fn thanks_are_public_when_both_want_that(on) {
        let pair = Pair::new(on).await;
        let id = pair.agreed("40").await;
        let thank = json!({"matchId": id, "text": "Twelve people found work.", "public": true});
        assert_eq!(act(&pair.taker, "giveThanks", thank.clone()).await.refusals(), ["INVALID_STATE"]);
        let part = record(&pair.giver, &id, "40").await;
        confirm(&pair.taker, &part, "40").await.at("act.fulfilment");
        let thanks = act(&pair.taker, "giveThanks", thank.clone()).await.text("act.thanks.id");
        assert_eq!(act(&pair.taker, "giveThanks", thank).await.refusals(), ["ALREADY_EXISTS"]);
        let read = "query ($id: ID!) { node(id: $id) { ... on Thanks { text public match { id } writtenBy { displayName } } } }";
        let stranger = pair.world.stranger();
        assert!(stranger.ask(read, json!({"id": thanks})).await.at("node").is_null());
        assert_eq!(act(&pair.taker, "publishThanks", json!({"thanksId": thanks})).await.codes(), ["FORBIDDEN"]);
        assert_eq!(act(&pair.giver, "publishThanks", json!({"thanksId": thanks})).await.at("act.thanks.public"), true);
        let public = stranger.ask(read, json!({"id": thanks})).await;
        assert_eq!(public.text("node.text"), "Twelve people found work.");
        assert!(public.at("node.match").is_null() && public.at("node.writtenBy").is_null());

        // Either side takes its word back at any time, and gives it again only itself.
        act(&pair.giver, "unpublishThanks", json!({"thanksId": thanks})).await.at("act.thanks");
        assert!(stranger.ask(read, json!({"id": thanks})).await.at("node").is_null());
        act(&pair.giver, "publishThanks", json!({"thanksId": thanks})).await.at("act.thanks");
        act(&pair.taker, "unpublishThanks", json!({"thanksId": thanks})).await.at("act.thanks");
        assert!(stranger.ask(read, json!({"id": thanks})).await.at("node").is_null());
        assert_eq!(act(&pair.giver, "publishThanks", json!({"thanksId": thanks})).await.refusals(), ["INVALID_STATE"]);
    }

    async fn only_acts_that_would_be_taken_are_offered(on) {
        let pair = Pair::new(on).await;
        let acts = async |who: &crate::support::Caller, id: &str| {
            let seen = see(who, id).await;
            seen.at("match.viewerActs").as_array().unwrap().iter().map(|act| act.as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let id = pair.agreed("40").await;
        assert_eq!(acts(&pair.giver, &id).await, ["PROPOSE_AMENDMENT", "RECORD_DELIVERY", "CANCEL"]);
        let part = record(&pair.giver, &id, "10").await;
        assert_eq!(acts(&pair.giver, &id).await, ["PROPOSE_AMENDMENT", "RECORD_DELIVERY", "WITHDRAW_DELIVERY", "DISPUTE"]);
        assert_eq!(acts(&pair.taker, &id).await, ["PROPOSE_AMENDMENT", "CONFIRM_DELIVERY", "RECORD_DELIVERY", "DISPUTE"]);
        confirm(&pair.taker, &part, "10").await.at("act.fulfilment");
        let rest = record(&pair.giver, &id, "30").await;
        confirm(&pair.taker, &rest, "30").await.at("act.fulfilment");
        assert_eq!(acts(&pair.giver, &id).await, ["THANK"], "what was given does not come back");
        act(&pair.giver, "giveThanks", json!({"matchId": id, "text": "A pleasure."})).await.at("act.thanks");
        assert_eq!((acts(&pair.giver, &id).await, acts(&pair.taker, &id).await), (vec![], vec!["THANK".to_owned()]));

        let lent = Pair::with(on, json!({"lendingMode": "LEND"}), json!({"lendingMode": "LEND"})).await;
        let id = lent.agreed("40").await;
        let part = record(&lent.giver, &id, "40").await;
        confirm(&lent.taker, &part, "40").await.at("act.fulfilment");
        assert_eq!(acts(&lent.giver, &id).await, ["MARK_RETURNED", "THANK"]);
        assert_eq!(acts(&lent.taker, &id).await, ["THANK"]);
    }

    async fn whoever_left_is_no_contact_any_more(on) {
        let pair = Pair::new(on).await;
        let editor = pair.world.person("Edi Editor").await;
        let place = pair.taker.admits(&pair.oak, &editor, "EDITOR").await;
        let id = pair.proposed(laptops("10")).await;
        let counter = json!({"matchId": id, "termsVersion": 1, "terms": laptops("5")});
        act(&pair.giver, "counterMatch", counter).await.at("act.match");
        let counter = json!({"matchId": id, "termsVersion": 2, "terms": laptops("6")});
        act(&editor, "counterMatch", counter).await.at("act.match");
        accept(&pair.giver, &id, 3).await.at("act.match");
        assert_eq!(see(&pair.giver, &id).await.each("match.contacts", "name"), ["Greta Giver", "Edi Editor"]);
        let remove = "mutation ($id: ID!) { removeMember(input: {membershipId: $id}) { userErrors { code } } }";
        pair.taker.ask(remove, json!({"id": place})).await.at("removeMember");
        assert_eq!(see(&pair.giver, &id).await.each("match.contacts", "name"), ["Greta Giver", "Tom Taker"]);
    }

    async fn proposals_hold_what_their_owner_wishes_until_they_are_answered(on) {
        let pair = Pair::new(on).await;
        let mut terms = laptops("30");
        terms["reserveQuantity"] = json!(true);
        let id = pair.proposes(&pair.giver, terms).await.text("act.match.id");
        assert_eq!(left(&pair.giver, &pair.offer).await, "10");
        assert_eq!(left(&pair.giver, &pair.request).await, "40", "nobody holds what is not theirs");
        accept(&pair.taker, &id, 1).await.at("act.match");
        assert_eq!(left(&pair.giver, &pair.offer).await, "10");
        assert_eq!(left(&pair.giver, &pair.request).await, "10");
    }
}
