//! Drafting, publishing, pausing, renewing, closing and reopening; who may; what time does.

use api::{kit::Viewer, listings::jobs};
use chrono::Duration;
use serde_json::{Value, json};

use crate::{
    both,
    support::{Caller, On, World},
};

/// Drafts an offer that can be published, changed by `more`, and gives its id.
pub async fn offer(caller: &Caller, organisation: &str, more: Value) -> String {
    post(caller, "Offer", organisation, more)
        .await
        .text("created.listing.id")
}

/// Posts a listing of a kind that can be published, changed by `more`.
pub async fn post(
    caller: &Caller,
    kind: &str,
    organisation: &str,
    more: Value,
) -> crate::support::Reply {
    let mut input = json!({
        "organisationId": organisation, "title": "Forty refurbished laptops", "resourceType": "it-hardware",
        "description": "Wiped, tested and ready for job seekers. Chargers included.", "areas": ["elmbridge"],
        "quantity": {"amount": "40", "unit": "ITEM", "unitLabel": "laptops"},
    });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    let field = kind.to_lowercase();
    let act = format!(
        "mutation ($input: Create{kind}Input!) {{ created: create{kind}(input: $input) {{
            listing: {field} {{ id version state reference }} userErrors {{ code field message }} }} }}"
    );
    caller.ask(&act, json!({"input": input})).await
}

/// Does a simple act and gives the reply; the listing is at `act.listing`.
pub async fn act(caller: &Caller, name: &str, id: &str, more: Value) -> crate::support::Reply {
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let mut input = json!({"id": id});
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    let query = format!(
        "mutation ($input: {kind}!) {{ act: {name}(input: $input) {{
            listing {{ id state version title expiresAt publishedAt closeReason stillNeeded viewerActs
                       quantity {{ amount unit unitLabel }} remainingQuantity {{ amount }} }}
            userErrors {{ code field message }} }} }}"
    );
    caller.ask(&query, json!({"input": input})).await
}

async fn state(caller: &Caller, id: &str) -> Value {
    let reply = caller
        .ask(
            "query ($id: ID!) { listing(id: $id) { state } }",
            json!({"id": id}),
        )
        .await;
    reply.at("listing.state").clone()
}

/// An owner with an organisation and an offer of theirs that is published.
async fn published(on: On) -> (World, Caller, String, String) {
    let world = World::new(on).await;
    let owner = world.person("Olive Owner").await;
    let organisation = owner.organisation("Elm Works").await;
    let id = offer(&owner, &organisation, json!({"publish": true})).await;
    (world, owner, organisation, id)
}

async fn at(world: &World, days: i64) -> usize {
    let viewer = Viewer {
        now: api::kit::clock::now() + Duration::days(days),
        ..Viewer::system()
    };
    jobs::run(&world.app, &viewer)
        .await
        .map_err(|error| error.message())
        .unwrap()
}

both! {
    async fn an_offer_goes_through_its_life(on) {
        let (world, owner, _, id) = published(on).await;
        assert_eq!(state(&world.stranger(), &id).await, "PUBLISHED");
        for (name, more, expected) in [
            ("pauseListing", json!({}), "PAUSED"), ("resumeListing", json!({}), "PUBLISHED"),
            ("renewListing", json!({}), "PUBLISHED"), ("closeListing", json!({"reason": "WITHDRAWN"}), "CLOSED"),
            ("reopenListing", json!({}), "PUBLISHED"), ("pauseListing", json!({}), "PAUSED"),
            ("closeListing", json!({"reason": "FULFILLED"}), "CLOSED"),
        ] {
            assert_eq!(act(&owner, name, &id, more).await.at("act.listing.state"), expected, "{name}");
        }
        assert_eq!(act(&owner, "copyListing", &id, json!({})).await.at("act.listing.state"), "DRAFT");
    }

    async fn every_other_move_is_refused_with_a_code(on) {
        let (_world, owner, organisation, published) = published(on).await;
        let draft = offer(&owner, &organisation, json!({})).await;
        let closed = offer(&owner, &organisation, json!({"publish": true})).await;
        act(&owner, "closeListing", &closed, json!({"reason": "WITHDRAWN"})).await.at("act");
        for (id, moves) in [
            (&draft, vec!["pauseListing", "resumeListing", "renewListing", "reopenListing", "closeListing"]),
            (&published, vec!["publishListing", "resumeListing", "reopenListing", "deleteListing"]),
            (&closed, vec!["publishListing", "pauseListing", "resumeListing", "renewListing", "closeListing", "deleteListing"]),
        ] {
            for name in moves {
                let more = if name == "closeListing" { json!({"reason": "WITHDRAWN"}) } else { json!({}) };
                assert_eq!(act(&owner, name, id, more).await.refusals(), ["INVALID_STATE"], "{name}");
            }
        }
        let edit = act(&owner, "updateListing", &closed, json!({"version": 3, "title": "Something else"})).await;
        assert_eq!(edit.refusals(), ["INVALID_STATE"]);
    }

    async fn a_draft_is_deleted_and_what_was_seen_is_not(on) {
        let (_world, owner, organisation, published) = published(on).await;
        let draft = offer(&owner, &organisation, json!({"areas": ["elmbridge"], "tags": ["spare"]})).await;
        act(&owner, "deleteListing", &draft, json!({})).await.at("act");
        let gone = owner.ask("query ($id: ID!) { listing(id: $id) { id } node(id: $id) { id } }", json!({"id": draft})).await;
        assert_eq!(gone.at("listing"), &Value::Null);
        assert_eq!(gone.at("node"), &Value::Null);
        assert_eq!(act(&owner, "deleteListing", &published, json!({})).await.refusals(), ["INVALID_STATE"]);
    }

    async fn an_edit_names_the_version_it_saw(on) {
        let (_world, owner, _, id) = published(on).await;
        let first = act(&owner, "updateListing", &id, json!({"version": 2, "title": "Thirty laptops"})).await;
        assert_eq!((first.at("act.listing.title"), first.at("act.listing.version")), (&json!("Thirty laptops"), &json!(3)));
        let stale = act(&owner, "updateListing", &id, json!({"version": 2, "title": "Twenty laptops"})).await;
        assert_eq!(stale.refusals(), ["VERSION_OUTDATED version"]);
        let stale = act(&owner, "pauseListing", &id, json!({"version": 2})).await;
        assert_eq!(stale.refusals(), ["VERSION_OUTDATED version"]);
    }

    async fn of_many_edits_of_one_version_exactly_one_is_made(on) {
        let (_world, owner, _, id) = published(on).await;
        let edits = (0..8).map(|at| {
            let (owner, id) = (owner.clone(), id.clone());
            async move { act(&owner, "updateListing", &id, json!({"version": 2, "title": format!("Title number {at}")})).await }
        });
        let replies = futures_util::future::join_all(edits).await;
        let made = replies.iter().filter(|reply| reply.refusals().is_empty()).count();
        assert_eq!(made, 1);
        assert!(replies.iter().all(|reply| reply.refusals().iter().all(|refusal| refusal == "VERSION_OUTDATED version")));
    }

    async fn what_is_left_out_of_an_edit_stays_and_null_removes(on) {
        let (_world, owner, organisation, _) = published(on).await;
        let id = offer(&owner, &organisation, json!({"reachKm": 10, "tags": ["spare"], "externalReference": "A-1"})).await;
        let read = "query ($id: ID!) { listing(id: $id) { title reachKm tags externalReference quantity { amount } version } }";
        act(&owner, "updateListing", &id, json!({"version": 1, "reachKm": null, "quantity": null})).await.at("act");
        assert_eq!(owner.ask(read, json!({"id": id})).await.at("listing"), &json!({
            "title": "Forty refurbished laptops", "reachKm": null, "tags": ["spare"], "externalReference": "A-1",
            "quantity": null, "version": 2}));
        // An edit that changes nothing is no change.
        act(&owner, "updateListing", &id, json!({"version": 2, "tags": ["spare"]})).await.at("act");
        assert_eq!(owner.ask(read, json!({"id": id})).await.at("listing.version"), &json!(2));
    }

    async fn a_listing_ends_at_its_instant_though_no_worker_ran(on) {
        let (world, owner, organisation, _) = published(on).await;
        let soon = (api::kit::clock::now() + Duration::milliseconds(1_200)).to_rfc3339();
        let id = offer(&owner, &organisation, json!({"publish": true, "expiresAt": soon, "title": "Gone in a second"})).await;
        let listed = "{ offers { nodes { title } totalCount } }";
        assert_eq!(world.stranger().ask(listed, json!({})).await.at("offers.totalCount"), &json!(2));
        tokio::time::sleep(std::time::Duration::from_millis(1_300)).await;
        assert_eq!(world.stranger().ask(listed, json!({})).await.at("offers.totalCount"), &json!(1));
        assert_eq!(state(&world.stranger(), &id).await, "EXPIRED");
        assert_eq!(act(&owner, "pauseListing", &id, json!({})).await.refusals(), ["INVALID_STATE"]);
        assert_eq!(act(&owner, "renewListing", &id, json!({})).await.at("act.listing.state"), "PUBLISHED");
    }

    async fn workers_write_down_each_end_once_however_many_run(on) {
        let (world, owner, organisation, id) = published(on).await;
        let request = post(&owner, "Request", &organisation, json!({
            "publish": true, "neededBy": (api::kit::clock::now() + Duration::days(3)).date_naive()})).await.text("created.listing.id");
        let runs = futures_util::future::join_all((0..4).map(|_| at(&world, 91))).await;
        assert_eq!(runs.iter().sum::<usize>(), 2);
        assert_eq!(state(&owner, &id).await, "EXPIRED");
        let read = "query ($id: ID!) { listing(id: $id) { state closeReason activities { nodes { act } } } }";
        let closed = owner.ask(read, json!({"id": request})).await;
        assert_eq!(closed.at("listing.closeReason"), "NEEDED_BY_PASSED");
        assert_eq!(closed.each("listing.activities.nodes", "act"), ["listing.closed", "listing.published", "listing.drafted"]);
    }

    async fn an_organisation_is_reminded_once_before_the_end_and_renewing_starts_anew(on) {
        let (world, owner, _, id) = published(on).await;
        assert_eq!((at(&world, 80).await, at(&world, 84).await, at(&world, 85).await), (0, 1, 0));
        let read = "query ($id: ID!) { listing(id: $id) { remindedAt activities(first: 1) { nodes { act actorKind } } } }";
        let reminded = owner.ask(read, json!({"id": id})).await;
        assert_eq!(reminded.at("listing.activities.nodes.0"), &json!({"act": "listing.expiry_reminded", "actorKind": "SYSTEM"}));
        let later = (api::kit::clock::now() + Duration::days(200)).to_rfc3339();
        act(&owner, "renewListing", &id, json!({"expiresAt": later})).await.at("act");
        assert_eq!(owner.ask(read, json!({"id": id})).await.at("listing.remindedAt"), &Value::Null);
        assert_eq!((at(&world, 100).await, at(&world, 195).await), (0, 1));
    }

    async fn a_standing_listing_never_expires_and_is_confirmed_instead(on) {
        let (world, owner, organisation, _) = published(on).await;
        let id = offer(&owner, &organisation, json!({"publish": true, "expiryPolicy": "STANDING"})).await;
        let read = "query ($id: ID!) { listing(id: $id) { state expiresAt activities(first: 1) { nodes { act } } } }";
        at(&world, 181).await;
        let asked = owner.ask(read, json!({"id": id})).await;
        assert_eq!(asked.at("listing"), &json!({"state": "PUBLISHED", "expiresAt": null,
            "activities": {"nodes": [{"act": "listing.confirmation_asked"}]}}));
        act(&owner, "renewListing", &id, json!({})).await.at("act");
        assert_eq!(at(&world, 179).await, 0);
        let both = offer(&owner, &organisation, json!({})).await;
        let later = (api::kit::clock::now() + Duration::days(9)).to_rfc3339();
        let refused = act(&owner, "updateListing", &both, json!({"version": 1, "expiryPolicy": "STANDING", "expiresAt": later})).await;
        assert_eq!(refused.refusals(), ["INVALID expiresAt"]);
    }

    async fn renewing_does_not_jump_the_queue(on) {
        let (world, owner, organisation, first) = published(on).await;
        offer(&owner, &organisation, json!({"publish": true, "title": "A second one"})).await;
        act(&owner, "renewListing", &first, json!({})).await.at("act");
        act(&owner, "closeListing", &first, json!({"reason": "WITHDRAWN"})).await.at("act");
        act(&owner, "reopenListing", &first, json!({})).await.at("act");
        let newest = world.stranger().ask("{ offers { nodes { title } } }", json!({})).await;
        assert_eq!(newest.each("offers.nodes", "title"), ["A second one", "Forty refurbished laptops"]);
    }

    async fn a_draft_needs_a_description_and_a_place_before_it_is_published(on) {
        let (_world, owner, organisation, _) = published(on).await;
        let bare = offer(&owner, &organisation, json!({"description": "", "areas": []})).await;
        assert_eq!(act(&owner, "publishListing", &bare, json!({})).await.refusals(), ["REQUIRED description", "REQUIRED place"]);
        let at_once = post(&owner, "Offer", &organisation, json!({"description": "", "areas": [], "publish": true})).await;
        assert_eq!(at_once.refusals(), ["REQUIRED description", "REQUIRED place"]);
        let remote = json!({"version": 1, "description": "Good advice by telephone.", "remote": true});
        act(&owner, "updateListing", &bare, remote).await.at("act");
        assert_eq!(act(&owner, "publishListing", &bare, json!({})).await.at("act.listing.state"), "PUBLISHED");
    }

    async fn a_retry_with_the_same_key_gets_the_same_answer(on) {
        let (_world, owner, organisation, _) = published(on).await;
        let input = json!({"idempotencyKey": "k1", "title": "Once only"});
        let posts = (0..4).map(|_| post(&owner, "Offer", &organisation, input.clone()));
        let replies = futures_util::future::join_all(posts).await;
        let ids: Vec<&Value> = replies.iter().filter(|reply| reply.codes().is_empty()).map(|reply| reply.at("created.listing.id")).collect();
        assert!(!ids.is_empty() && ids.iter().all(|id| *id == ids[0]));
        assert_eq!(post(&owner, "Offer", &organisation, input.clone()).await.at("created.listing.id"), ids[0]);
        let other = post(&owner, "Offer", &organisation, json!({"idempotencyKey": "k1", "title": "Another"})).await;
        assert_eq!(other.refusals(), ["IDEMPOTENCY_KEY_REUSED idempotencyKey"]);
        let long = post(&owner, "Offer", &organisation, json!({"idempotencyKey": "k".repeat(101)})).await;
        assert_eq!(long.refusals(), ["TOO_LONG idempotencyKey"]);
        let mine = owner.ask("{ viewer { listings { totalCount } } }", json!({})).await;
        assert_eq!(mine.at("viewer.listings.totalCount"), &json!(2));
    }

    async fn members_edit_their_drafts_and_editors_everything(on) {
        let (world, owner, organisation, published) = published(on).await;
        let (member, editor, observer) = (
            owner.joined_by(&world, &organisation, "Mia Member", "MEMBER").await,
            owner.joined_by(&world, &organisation, "Ed Editor", "EDITOR").await,
            owner.joined_by(&world, &organisation, "Ola Observer", "OBSERVER").await,
        );
        let draft = offer(&member, &organisation, json!({})).await;
        act(&member, "updateListing", &draft, json!({"version": 1, "title": "Mine to change"})).await.at("act");
        assert_eq!(act(&member, "publishListing", &draft, json!({})).await.codes(), ["FORBIDDEN"]);
        assert_eq!(act(&member, "pauseListing", &published, json!({})).await.codes(), ["FORBIDDEN"]);
        assert_eq!(act(&editor, "publishListing", &draft, json!({})).await.at("act.listing.state"), "PUBLISHED");
        assert_eq!(post(&observer, "Offer", &organisation, json!({})).await.codes(), ["FORBIDDEN"]);
        assert_eq!(act(&observer, "copyListing", &published, json!({})).await.codes(), ["FORBIDDEN"]);
        let outsider = world.person("Una Outsider").await;
        assert_eq!(act(&outsider, "pauseListing", &published, json!({})).await.codes(), ["FORBIDDEN"]);
        assert_eq!(act(&world.stranger(), "pauseListing", &published, json!({})).await.codes(), ["UNAUTHENTICATED"]);
        let hidden = offer(&owner, &organisation, json!({})).await;
        assert_eq!(act(&outsider, "publishListing", &hidden, json!({})).await.codes(), ["NOT_FOUND"]);
        assert_eq!(act(&world.admin().await, "publishListing", &hidden, json!({})).await.codes(), ["NOT_FOUND"]);
        let acts = "query ($id: ID!) { listing(id: $id) { viewerActs } }";
        let shown = |reply: crate::support::Reply| reply.at("listing.viewerActs").clone();
        assert_eq!(shown(editor.ask(acts, json!({"id": published})).await), json!(["EDIT", "PAUSE", "RENEW", "CLOSE", "COPY"]));
        assert_eq!(shown(member.ask(acts, json!({"id": published})).await), json!(["COPY"]));
        assert_eq!(shown(outsider.ask(acts, json!({"id": published})).await), json!([]));
    }

    async fn what_cannot_be_is_refused_by_the_name_of_its_field(on) {
        let (_world, owner, organisation, _) = published(on).await;
        let many = |count: usize| vec!["elmbridge"; count];
        for (more, refusals) in [
            (json!({"title": "ab"}), vec!["TOO_SHORT title"]),
            (json!({"title": "x".repeat(121)}), vec!["TOO_LONG title"]),
            (json!({"title": "bell\u{7}byte"}), vec!["INVALID title"]),
            (json!({"title": "turn \u{202e} round"}), vec!["INVALID title"]),
            (json!({"description": "x".repeat(5_001)}), vec!["TOO_LONG description"]),
            (json!({"resourceType": "unicorns"}), vec!["UNKNOWN resourceType"]),
            (json!({"quantity": {"amount": "-1", "unit": "ITEM"}}), vec!["OUT_OF_RANGE quantity.amount"]),
            (json!({"quantity": {"amount": "0", "unit": "ITEM"}}), vec!["OUT_OF_RANGE quantity.amount"]),
            (json!({"quantity": {"amount": "0.0001", "unit": "ITEM"}}), vec!["INVALID quantity.amount"]),
            (json!({"quantity": {"amount": "99999999999999999999", "unit": "ITEM"}}), vec!["OUT_OF_RANGE quantity.amount"]),
            (json!({"quantity": {"amount": "1", "unit": "MILE"}}), vec!["UNIT_NOT_ALLOWED quantity.unit"]),
            (json!({"lendingMode": "EMPLOY"}), vec!["LENDING_MODE_NOT_ALLOWED lendingMode"]),
            (json!({"areas": ["atlantis"]}), vec!["UNKNOWN areas.0"]),
            (json!({"areas": many(21)}), vec!["TOO_MANY areas"]),
            (json!({"priorityAreas": ["world-peace"]}), vec!["UNKNOWN priorityAreas.0"]),
            (json!({"neededBy": "2030-01-01"}), vec!["INVALID neededBy"]),
            (json!({"expiresAt": "2020-01-01T00:00:00Z"}), vec!["OUT_OF_RANGE expiresAt"]),
            (json!({"reachKm": 501}), vec!["OUT_OF_RANGE reachKm"]),
            (json!({"place": {"postcode": "NOT ONE"}}), vec!["INVALID place.postcode"]),
            (json!({"place": {"point": {"latitude": 91, "longitude": 0}}}), vec!["OUT_OF_RANGE place.point"]),
            (json!({"place": {"addressLines": ["a", "b", "c", "d", "e", "f"]}}), vec!["TOO_MANY place.addressLines"]),
            (json!({"availability": [{"from": "2026-12-02", "until": "2026-12-01"}]}), vec!["OUT_OF_RANGE availability.0.until"]),
            (json!({"availability": [{"startTime": "21:00", "endTime": "18:00"}]}), vec!["OUT_OF_RANGE availability.0.endTime"]),
            (json!({"availability": [{"from": "0001-01-01"}]}), vec!["OUT_OF_RANGE availability.0.from"]),
            (json!({"requirements": [{"kind": "MINIMUM_AGE"}]}), vec!["REQUIRED requirements.0.minimumAge"]),
            (json!({"requirements": [{"kind": "ACCESS", "minimumAge": 3}]}), vec!["INVALID requirements.0.minimumAge"]),
            (json!({"pictures": [{"url": "http://x.example", "alt": "x"}]}), vec!["INVALID pictures.0.url"]),
            (json!({"pictures": [{"url": "https://x.example/a.jpg", "alt": " "}]}), vec!["REQUIRED pictures.0.alt"]),
            (json!({"tags": ["x"]}), vec!["TOO_SHORT tags.0"]),
            (json!({"title": "", "tags": many(10_000)}), vec!["REQUIRED title", "TOO_MANY tags"]),
        ] {
            let reply = post(&owner, "Offer", &organisation, more.clone()).await;
            let mut found = reply.refusals();
            found.sort();
            assert_eq!(found, refusals, "{more}");
        }
        for more in [
            json!({"quantity": {"amount": "many", "unit": "ITEM"}}), json!({"quantity": {"amount": "1", "unit": "PARSEC"}}),
            json!({"neededBy": "2026-02-30"}), json!({"place": {"point": {"latitude": "NaN", "longitude": 0}}}),
            json!({"organisationId": "listing:01900000-0000-7000-8000-000000000000"}), json!({"organisationId": 7}),
            json!({"areas": [null]}), json!({"expiresAt": "+262143-12-31T23:59:60Z"}), json!({"nonsense": 1}),
        ] {
            let reply = post(&owner, "Offer", &organisation, more.clone()).await;
            assert!(!reply.codes().is_empty() && !reply.codes().contains(&"INTERNAL"), "{more}: {}", reply.text);
        }
    }

    async fn one_reference_of_its_own_names_one_listing_of_an_organisation(on) {
        let (_world, owner, organisation, _) = published(on).await;
        offer(&owner, &organisation, json!({"externalReference": "A-1"})).await;
        let again = post(&owner, "Offer", &organisation, json!({"externalReference": " A-1 "})).await;
        assert_eq!(again.refusals(), ["ALREADY_EXISTS externalReference"]);
        let other = owner.organisation("Another organisation").await;
        offer(&owner, &other, json!({"externalReference": "A-1"})).await;
    }

    async fn quantities_keep_what_was_said(on) {
        let (world, owner, organisation, _) = published(on).await;
        for (amount, unit, kind, shown) in [
            ("2.50", "HOUR", "hr", "2.5"), ("40", "HOUR", "hr", "40"), ("0.25", "HOUR", "hr", "0.25"),
        ] {
            let more = json!({"publish": true, "resourceType": kind, "quantity": {"amount": amount, "unit": unit}});
            let id = offer(&owner, &organisation, more).await;
            let read = "query ($id: ID!) { listing(id: $id) { quantity { amount unit unitLabel } remainingQuantity { amount } stillNeeded } }";
            assert_eq!(world.stranger().ask(read, json!({"id": id})).await.at("listing"), &json!({
                "quantity": {"amount": shown, "unit": "HOUR", "unitLabel": "hours"},
                "remainingQuantity": {"amount": shown}, "stillNeeded": true}));
        }
    }
}
