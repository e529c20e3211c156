//! Coming to terms: turns, versions, deadlines, roles, approval.

use api::{
    kit::{Viewer, clock::now},
    matches::jobs,
};
use chrono::Duration;
use serde_json::{Value, json};

use super::{Pair, accept, act, confirm, laptops, left, posted, record, see, state, verified};
use crate::{
    both,
    support::{World, system},
};

both! {
    async fn a_proposal_waits_for_the_other_side_and_both_see_it(on) {
        let pair = Pair::new(on).await;
        let reply = pair.proposes(&pair.taker, json!({
            "quantity": {"amount": "25", "unit": "ITEM"}, "message": "For our job club.", "place": "Esher",
        })).await;
        let id = reply.text("act.match.id");
        for (who, side) in [(&pair.taker, "REQUESTER"), (&pair.giver, "OFFERER")] {
            let seen = see(who, &id).await;
            assert_eq!(seen.text("match.state"), "PROPOSED");
            assert_eq!(seen.text("match.turn"), "OFFERER");
            assert_eq!(seen.text("match.viewerSide"), side);
            assert_eq!(seen.text("match.terms.quantity.unitLabel"), "laptops");
            assert_eq!(seen.text("match.history.nodes.0.by.displayName"), "Tom Taker");
            assert_eq!(seen.at("match.contacts"), &json!([]), "contacts appear on acceptance");
        }
        let stranger = pair.world.person("Una Uninvolved").await;
        assert_eq!(see(&stranger, &id).await.peek("match"), &Value::Null);
        assert_eq!(left(&pair.taker, &pair.offer).await, "40", "a proposal holds nothing unless asked to");
    }

    async fn terms_are_countered_until_one_side_accepts_the_version_that_it_read(on) {
        let pair = Pair::new(on).await;
        let id = pair.proposed(laptops("25")).await;
        assert_eq!(accept(&pair.taker, &id, 1).await.refusals(), ["NOT_YOUR_TURN"]);
        let countered = act(&pair.giver, "counterMatch", json!({"matchId": id, "termsVersion": 1, "terms": laptops("20")})).await;
        assert_eq!(countered.text("act.match.state"), "COUNTERED");
        assert_eq!(countered.text("act.match.turn"), "REQUESTER");
        assert_eq!(accept(&pair.taker, &id, 1).await.refusals(), ["TERMS_VERSION_OUTDATED termsVersion"]);
        let accepted = accept(&pair.taker, &id, 2).await;
        assert_eq!(accepted.text("act.match.state"), "ACCEPTED");
        assert_eq!(accepted.at("act.match.agreedTerms.version"), 2);
        assert_eq!(accepted.at("act.match.turn"), &Value::Null);
        assert_eq!(accepted.each("act.match.contacts", "email"), ["greta.giver@example.org", "tom.taker@example.org"]);
        assert_eq!(left(&pair.taker, &pair.offer).await, "20");
        assert_eq!(left(&pair.taker, &pair.request).await, "20");
        assert_eq!(accepted.each("act.match.history.nodes", "kind"), ["PROPOSED", "COUNTERED", "ACCEPTED"]);
        assert_eq!(accept(&pair.taker, &id, 2).await.refusals(), ["INVALID_STATE"]);
    }

    async fn whoever_has_the_turn_declines_and_either_side_withdraws(on) {
        let pair = Pair::new(on).await;
        let id = pair.proposed(laptops("25")).await;
        let decline = json!({"matchId": id, "termsVersion": 1, "reason": "TOO_FAR", "note": "We have no van."});
        assert_eq!(act(&pair.taker, "declineMatch", decline.clone()).await.refusals(), ["NOT_YOUR_TURN"]);
        let declined = act(&pair.giver, "declineMatch", decline).await;
        assert_eq!(declined.text("act.match.state"), "DECLINED");
        assert_eq!(declined.text("act.match.history.nodes.1.reason"), "TOO_FAR");
        assert_eq!(declined.text("act.match.history.nodes.1.note"), "We have no van.");

        let again = pair.proposed(laptops("10")).await;
        let withdrawn = act(&pair.taker, "withdrawMatch", json!({"matchId": again})).await;
        assert_eq!(withdrawn.text("act.match.state"), "WITHDRAWN");
        assert_eq!(withdrawn.text("act.match.history.nodes.1.side"), "REQUESTER");
    }

    async fn one_pair_has_one_live_match(on) {
        let pair = Pair::new(on).await;
        pair.proposed(laptops("5")).await;
        assert_eq!(pair.proposes(&pair.giver, laptops("5")).await.refusals(), ["ALREADY_EXISTS"]);
    }

    async fn what_cannot_be_matched_is_refused_with_its_reason(on) {
        let pair = Pair::new(on).await;
        let propose = async |offer: &str, request: &str, terms: Value| {
            let input = json!({"offerId": offer, "requestId": request, "terms": terms});
            act(&pair.giver, "proposeMatch", input).await.refusals()
        };
        assert_eq!(propose(&pair.request, &pair.offer, laptops("5")).await, ["NO_COUNTERPART offerId", "NO_COUNTERPART requestId"]);
        let own = posted(&pair.giver, "Request", &pair.elm, json!({})).await;
        assert_eq!(propose(&pair.offer, &own, laptops("5")).await, ["NO_COUNTERPART requestId"]);
        let hours = json!({"quantity": {"amount": "5", "unit": "HOUR"}});
        assert_eq!(propose(&pair.offer, &pair.request, hours).await, ["UNITS_DIFFER terms.quantity", "UNITS_DIFFER terms.quantity"]);
        assert_eq!(propose(&pair.offer, &pair.request, laptops("41")).await.len(), 2);
        assert_eq!(propose(&pair.offer, &pair.request, laptops("-1")).await, ["OUT_OF_RANGE terms.quantity.amount"]);
        let backwards = json!({"from": "2027-02-01", "until": "2027-01-01", "answerBy": "2020-01-01T00:00:00Z"});
        assert_eq!(propose(&pair.offer, &pair.request, backwards).await, ["OUT_OF_RANGE terms.until", "OUT_OF_RANGE terms.answerBy"]);
        let outsider = pair.world.person("Una Uninvolved").await;
        let input = json!({"offerId": pair.offer, "requestId": pair.request, "terms": {}});
        assert_eq!(act(&outsider, "proposeMatch", input).await.codes(), ["FORBIDDEN"]);
    }

    async fn all_or_nothing_is_all_or_nothing(on) {
        let pair = Pair::with(on, json!({"partialAllowed": false}), json!({})).await;
        assert_eq!(pair.proposes(&pair.taker, laptops("10")).await.refusals(), ["PARTIAL_NOT_ALLOWED terms.quantity"]);
        pair.proposed(laptops("40")).await;
    }

    async fn days_and_hours_meet_by_what_the_terms_say_of_a_day(on) {
        let skills = |unit: &str, amount: &str| json!({
            "resourceType": "other", "quantity": {"amount": amount, "unit": unit},
        });
        let pair = Pair::with(on, skills("DAY", "10"), skills("HOUR", "40")).await;
        let terms = json!({"quantity": {"amount": "16", "unit": "HOUR"}, "hoursPerDay": "8"});
        let id = pair.proposed(terms).await;
        let accepted = accept(&pair.giver, &id, 1).await;
        assert_eq!(accepted.text("act.match.terms.hoursPerDay"), "8");
        assert_eq!(left(&pair.taker, &pair.offer).await, "8");
        assert_eq!(left(&pair.taker, &pair.request).await, "24");
    }

    async fn a_listing_is_answered_without_one_of_ones_own(on) {
        let pair = Pair::new(on).await;
        let input = json!({"listingId": pair.offer, "organisationId": pair.oak, "terms": laptops("3"), "idempotencyKey": "k1"});
        let reply = act(&pair.taker, "respondToListing", input.clone()).await;
        assert_eq!(reply.text("act.match.request.audience"), "UNLISTED");
        let (id, made) = (reply.text("act.match.id"), reply.text("act.match.request.id"));
        assert_eq!(act(&pair.taker, "respondToListing", input).await.text("act.match.id"), id, "a retry makes nothing new");
        let listed = pair.world.stranger().ask("{ requests { nodes { id } } }", json!({})).await;
        assert!(!listed.each("requests.nodes", "id").contains(&made));
        act(&pair.giver, "declineMatch", json!({"matchId": id, "termsVersion": 1})).await.at("act.match");
        assert_eq!(see(&pair.taker, &id).await.text("match.request.state"), "CLOSED", "what was made for it goes with it");
    }

    async fn an_unanswered_proposal_lapses_once_at_its_instant(on) {
        let pair = Pair::new(on).await;
        let mut terms = laptops("25");
        terms["reserveQuantity"] = json!(true);
        let id = pair.proposes(&pair.giver, terms).await.text("act.match.id");
        assert_eq!(left(&pair.taker, &pair.offer).await, "15", "the owner's own listing holds it");
        let later = Viewer { now: api::kit::clock::now() + Duration::days(15), ..Viewer::system() };
        let rounds = futures_util::future::join_all((0..3).map(|_| jobs::run(&pair.world.app, &later))).await;
        let touched: usize = rounds.into_iter().map(Result::unwrap_or_default).sum();
        assert_eq!(touched, 1, "three workers, one lapse");
        let seen = see(&pair.taker, &id).await;
        assert_eq!(seen.text("match.state"), "LAPSED");
        assert_eq!(seen.each("match.history.nodes", "kind"), ["PROPOSED", "LAPSED"]);
        assert_eq!(left(&pair.taker, &pair.offer).await, "40", "what was held is free again");
        assert_eq!(accept(&pair.taker, &id, 1).await.refusals(), ["INVALID_STATE"]);
    }

    async fn editors_negotiate_and_managers_agree(on) {
        let pair = Pair::new(on).await;
        let id = pair.proposed(laptops("5")).await;
        for (role, outcome) in [("OBSERVER", "FORBIDDEN"), ("MEMBER", "FORBIDDEN"), ("EDITOR", "FORBIDDEN"), ("MANAGER", "done")] {
            let name = format!("Person {role}");
            let person = pair.giver.joined_by(&pair.world, &pair.elm, &name, role).await;
            assert_eq!(accept(&person, &id, 1).await.outcome(), outcome, "{role}");
        }
    }

    async fn matches_of_unverified_organisations_wait_for_a_broker(on) {
        let pair = Pair::new(on).await;
        let newcomer = pair.world.person("Nina New").await;
        let ash = newcomer.organisation("Ash Cafe").await;
        let input = json!({"listingId": pair.offer, "organisationId": ash, "terms": laptops("3")});
        let id = act(&newcomer, "respondToListing", input).await.text("act.match.id");
        assert_eq!(accept(&pair.giver, &id, 1).await.refusals(), ["APPROVAL_REQUIRED"]);
        assert_eq!(act(&pair.giver, "approveMatch", json!({"matchId": id, "termsVersion": 1})).await.codes(), ["FORBIDDEN"]);
        let waiting = "{ matches(filter: {needsApproval: true}) { nodes { id } } }";
        assert_eq!(pair.broker.ask(waiting, json!({})).await.each("matches.nodes", "id"), [id.as_str()]);
        let approve = |version: i32| {
            let input = json!({"matchId": id, "termsVersion": version, "note": "I know them."});
            act(&pair.broker, "approveMatch", input)
        };
        let none = Vec::<String>::new();
        approve(1).await.at("act.match");
        assert_eq!(approve(1).await.refusals(), ["INVALID_STATE"]);
        assert_eq!(pair.broker.ask(waiting, json!({})).await.each("matches.nodes", "id"), none);
        // Terms that change after the approval need another, and an approval of terms that have changed is refused.
        let counter = json!({"matchId": id, "termsVersion": 1, "terms": laptops("4")});
        act(&newcomer, "counterMatch", counter).await.at("act.match");
        assert_eq!(accept(&pair.giver, &id, 2).await.refusals(), ["APPROVAL_REQUIRED"]);
        assert_eq!(pair.broker.ask(waiting, json!({})).await.each("matches.nodes", "id"), [id.as_str()]);
        assert_eq!(approve(1).await.refusals(), ["TERMS_VERSION_OUTDATED termsVersion"]);
        approve(2).await.at("act.match");
        assert_eq!(accept(&pair.giver, &id, 2).await.text("act.match.state"), "ACCEPTED");
        // So does a change to the agreed terms.
        assert_eq!(approve(2).await.refusals(), ["INVALID_STATE"]);
        let change = json!({"matchId": id, "termsVersion": 2, "terms": laptops("5")});
        act(&newcomer, "proposeAmendment", change).await.at("act.match");
        assert_eq!(pair.broker.ask(waiting, json!({})).await.each("matches.nodes", "id"), [id.as_str()]);
        let agree = json!({"matchId": id, "termsVersion": 3});
        assert_eq!(act(&pair.giver, "acceptAmendment", agree.clone()).await.refusals(), ["APPROVAL_REQUIRED"]);
        approve(3).await.at("act.match");
        act(&pair.giver, "acceptAmendment", agree).await.at("act.match");
        assert_eq!(pair.broker.ask(waiting, json!({})).await.each("matches.nodes", "id"), none);
    }

    async fn what_was_agreed_is_changed_by_both(on) {
        let pair = Pair::new(on).await;
        let id = pair.agreed("10").await;
        let change = json!({"matchId": id, "termsVersion": 1, "terms": laptops("30")});
        let asked = act(&pair.taker, "proposeAmendment", change).await;
        assert_eq!(asked.at("act.match.hasPendingAmendment"), true);
        assert_eq!(asked.text("act.match.state"), "ACCEPTED");
        assert_eq!(left(&pair.taker, &pair.offer).await, "30", "the old terms hold until the other side agrees");
        let yes = json!({"matchId": id, "termsVersion": 2});
        assert_eq!(act(&pair.taker, "acceptAmendment", yes.clone()).await.refusals(), ["NOT_YOUR_TURN"]);
        assert_eq!(act(&pair.giver, "acceptAmendment", yes).await.at("act.match.agreedTerms.version"), 2);
        assert_eq!(left(&pair.taker, &pair.offer).await, "10");
        let more = json!({"matchId": id, "termsVersion": 2, "terms": laptops("35")});
        act(&pair.giver, "proposeAmendment", more).await.at("act.match");
        act(&pair.taker, "declineAmendment", json!({"matchId": id, "termsVersion": 3})).await.at("act.match");
        let seen = see(&pair.giver, &id).await;
        assert_eq!((seen.at("match.hasPendingAmendment"), seen.at("match.agreedTerms.version")), (&json!(false), &json!(2)));
    }

    async fn after_a_no_it_is_what_was_agreed_that_is_changed(on) {
        let pair = Pair::new(on).await;
        let id = pair.agreed("10").await;
        let propose = async |version: i32, terms: Value| {
            act(&pair.taker, "proposeAmendment", json!({"matchId": id, "termsVersion": version, "terms": terms})).await
        };
        propose(1, laptops("20")).await.at("act.match");
        act(&pair.giver, "declineAmendment", json!({"matchId": id, "termsVersion": 2})).await.at("act.match");
        assert_eq!(see(&pair.taker, &id).await.at("match.terms.version"), 1);
        let later = propose(1, json!({"until": "2027-05-01"})).await;
        assert_eq!(later.text("act.match.terms.quantity.amount"), "10", "what was declined does not come back");
        assert_eq!(later.at("act.match.terms.version"), 3);
    }

    async fn a_change_that_leaves_no_more_to_come_fulfils_the_match(on) {
        let pair = Pair::new(on).await;
        let id = pair.agreed("40").await;
        let part = record(&pair.giver, &id, "10").await;
        confirm(&pair.taker, &part, "10").await.at("act.fulfilment");
        let hours = json!({"matchId": id, "termsVersion": 1, "terms": {"quantity": {"amount": "10", "unit": "HOUR"}}});
        assert!(!act(&pair.taker, "proposeAmendment", hours).await.refusals().is_empty());
        act(&pair.taker, "proposeAmendment", json!({"matchId": id, "termsVersion": 1, "terms": laptops("10")})).await.at("act.match");
        let yes = act(&pair.giver, "acceptAmendment", json!({"matchId": id, "termsVersion": 2})).await;
        assert_eq!(yes.text("act.match.state"), "FULFILLED");
        assert_eq!(left(&pair.taker, &pair.offer).await, "30");
    }

    async fn a_change_that_nobody_answers_is_over_and_says_so(on) {
        let pair = Pair::new(on).await;
        let change = json!({"matchId": pair.agreed("10").await, "termsVersion": 1, "terms": laptops("30")});
        let id = act(&pair.taker, "proposeAmendment", change).await.text("act.match.id");
        let later = now() + Duration::days(15);
        let round = async || {
            let round = api::matches::amendments::jobs::run(&pair.world.app, &system(later)).await;
            round.map_err(|error| error.message()).unwrap()
        };
        assert_eq!((round().await, round().await), (1, 0));
        let seen = see(&pair.giver, &id).await;
        assert_eq!(seen.each("match.history.nodes", "kind"), ["PROPOSED", "ACCEPTED", "AMENDMENT_PROPOSED", "AMENDMENT_LAPSED"]);
        assert_eq!((seen.at("match.terms.version"), seen.text("match.state")), (&json!(1), "ACCEPTED".into()));

        // A delivery of all that was agreed overtakes it.
        let change = json!({"matchId": id, "termsVersion": 1, "terms": laptops("30")});
        act(&pair.taker, "proposeAmendment", change).await.at("act.match");
        record(&pair.giver, &id, "10").await;
        let kinds = see(&pair.giver, &id).await.each("match.history.nodes", "kind");
        assert_eq!(kinds[4..], ["AMENDMENT_PROPOSED", "AMENDMENT_LAPSED", "DELIVERY_RECORDED"]);
    }

    async fn a_broker_decides_nothing_for_their_own_and_approves_terms_not_pairs(on) {
        let pair = Pair::new(on).await;
        pair.giver.admits(&pair.elm, &pair.broker, "OBSERVER").await;
        let newcomer = pair.world.person("Nina New").await;
        let ash = newcomer.organisation("Ash Cafe").await;
        let input = json!({"listingId": pair.offer, "organisationId": ash, "terms": laptops("3")});
        let id = act(&newcomer, "respondToListing", input).await.text("act.match.id");
        assert_eq!(act(&pair.broker, "approveMatch", json!({"matchId": id, "termsVersion": 1})).await.codes(), ["FORBIDDEN"]);
        let other = pair.world.staff("Bea Broker", entity::person::PlatformRole::Broker).await;
        act(&other, "approveMatch", json!({"matchId": id, "termsVersion": 1})).await.at("act.match");
        let more = json!({"matchId": id, "termsVersion": 1, "terms": laptops("30")});
        act(&newcomer, "counterMatch", more).await.at("act.match");
        assert_eq!(accept(&pair.giver, &id, 2).await.refusals(), ["APPROVAL_REQUIRED"]);
    }

    async fn matches_go_along_when_an_organisation_is_merged(on) {
        let pair = Pair::new(on).await;
        let id = pair.agreed("10").await;
        let admin = pair.world.admin().await;
        let merge = "mutation ($from: ID!, $into: ID!) { mergeOrganisation(input: {organisationId: $from, intoId: $into}) {
            organisation { id } userErrors { code field message } } }";
        let between = admin.ask(merge, json!({"from": pair.oak, "into": pair.elm})).await;
        assert_eq!(between.refusals(), ["INVALID_STATE intoId"], "nothing open may be between the two");
        let heir = pair.world.person("Hetty Heir").await;
        let beech = verified(&heir, &pair.broker, "Beech House").await;
        admin.ask(merge, json!({"from": pair.oak, "into": beech})).await.at("mergeOrganisation.organisation");
        assert_eq!(see(&heir, &id).await.text("match.viewerSide"), "REQUESTER");
        let part = record(&pair.giver, &id, "10").await;
        assert_eq!(confirm(&heir, &part, "10").await.text("act.fulfilment.match.state"), "FULFILLED");
    }

    async fn what_a_listing_counts_stays_while_it_has_matches(on) {
        let pair = Pair::with(on, json!({"resourceType": "other"}), json!({"resourceType": "other"})).await;
        pair.proposed(laptops("10")).await;
        let version = crate::listings::act(&pair.giver, "renewListing", &pair.offer, json!({})).await;
        let version = version.at("act.listing.version").clone();
        let hours = json!({"version": version, "quantity": {"amount": "40", "unit": "HOUR"}});
        let refused = crate::listings::act(&pair.giver, "updateListing", &pair.offer, hours).await;
        assert_eq!(refused.refusals(), ["INVALID_STATE quantity.unit"]);
    }

    async fn a_closed_listing_ends_what_waits_for_it(on) {
        let pair = Pair::new(on).await;
        let id = pair.proposed(laptops("10")).await;
        crate::listings::act(&pair.giver, "closeListing", &pair.offer, json!({"reason": "WITHDRAWN"})).await.at("act.listing");
        assert_eq!(accept(&pair.giver, &id, 1).await.refusals().len(), 1);
        jobs::run(&pair.world.app, &Viewer::system()).await.unwrap_or_default();
        assert_eq!(state(&pair.taker, &id).await, "LAPSED");
    }

    async fn a_reference_finds_the_match_and_lists_go_by_state_and_turn(on) {
        let pair = Pair::new(on).await;
        let id = pair.proposed(laptops("10")).await;
        let reference = see(&pair.taker, &id).await.text("match.reference");
        let by = "query ($reference: String!) { match(reference: $reference) { id } }";
        assert_eq!(pair.giver.ask(by, json!({"reference": reference.to_lowercase()})).await.text("match.id"), id);
        let count = async |who: &crate::support::Caller, filter: &str| {
            let query = format!("{{ matches(filter: {{{filter}}}) {{ totalCount nodes {{ id }} }} }}");
            who.ask(&query, json!({})).await.at("matches.totalCount").as_i64().unwrap()
        };
        assert_eq!(count(&pair.giver, "waitsForMe: true").await, 1);
        assert_eq!(count(&pair.taker, "waitsForMe: true").await, 0);
        assert_eq!(count(&pair.taker, "states: [PROPOSED]").await, 1);
        assert_eq!(count(&pair.taker, "states: [LAPSED, ACCEPTED]").await, 0);
        assert_eq!(count(&pair.broker, "").await, 1);
        assert_eq!(count(&pair.world.stranger(), "").await, 0);
        let other = World::new(on).await;
        drop(other);
        let third = pair.world.person("Theo Third").await;
        verified(&third, &pair.broker, "Third Way").await;
        assert_eq!(count(&third, "").await, 0);
    }
}
