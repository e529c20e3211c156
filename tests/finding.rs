//! Finding listings: filters, orders, pages, facets, and what nobody may infer.

use chrono::Duration;
use serde_json::{Value, json};

use crate::{
    both,
    listings::{act, offer, post},
    support::{Caller, On, World},
};

const FIND: &str = "query ($filter: ListingFilter, $orderBy: ListingOrder) {
    listings(filter: $filter, orderBy: $orderBy, first: 100) { nodes { title } totalCount } }";

async fn world(on: On) -> (World, Caller, String) {
    let world = World::new(on).await;
    let owner = world.person("Olive Owner").await;
    let organisation = owner.organisation("Elm Works").await;
    (world, owner, organisation)
}

async fn found(caller: &Caller, filter: Value) -> Vec<String> {
    let reply = caller.ask(FIND, json!({"filter": filter})).await;
    let titles = reply.each("listings.nodes", "title");
    assert_eq!(
        reply.at("listings.totalCount"),
        &json!(titles.len()),
        "the count tells what the pages show"
    );
    titles
}

async fn sorted(caller: &Caller, filter: Value, order: &str) -> Vec<String> {
    caller
        .ask(FIND, json!({"filter": filter, "orderBy": order}))
        .await
        .each("listings.nodes", "title")
}

/// A little county: titles that say what is found by what.
async fn county(owner: &Caller, organisation: &str) {
    let at = |latitude: f64, longitude: f64| json!({"point": {"latitude": latitude, "longitude": longitude}});
    for (kind, more) in [
        (
            "Offer",
            json!({"title": "Refurbished laptops", "resourceType": "it-hardware", "areas": ["elmbridge"],
            "priorityAreas": ["sustainable-economy"], "place": at(51.37, -0.36), "tags": ["digital inclusion"]}),
        ),
        (
            "Offer",
            json!({"title": "Community hall on weekday evenings", "resourceType": "hall", "areas": ["guildford"],
            "place": at(51.236, -0.57), "quantity": null, "description": "A warm room with a kitchen for a lunch club."}),
        ),
        (
            "Offer",
            json!({"title": "HR advice by telephone", "resourceType": "hr", "areas": [], "priorityAreas": ["barriers-to-work"], "remote": true,
            "quantity": {"amount": "20", "unit": "HOUR"}, "description": "An adviser's time for charities."}),
        ),
        (
            "Request",
            json!({"title": "Tablets for our learners", "resourceType": "it-hardware", "areas": ["woking"],
            "place": at(51.319, -0.558), "priorityAreas": ["health-inequalities"]}),
        ),
        (
            "Request",
            json!({"title": "Somewhere for the lunch club", "resourceType": "kitchen", "areas": ["tandridge"],
            "place": at(51.25, 0.0), "quantity": null, "description": "We cook for forty people."}),
        ),
    ] {
        let mut more = more;
        more["publish"] = json!(true);
        post(owner, kind, organisation, more)
            .await
            .at("created.listing");
    }
}

both! {
    async fn text_is_found_in_any_inflection_and_through_synonyms(on) {
        let (world, owner, organisation) = world(on).await;
        county(&owner, &organisation).await;
        let anyone = world.stranger();
        for (text, titles) in [
            ("refurbish laptop", vec!["Refurbished laptops"]),
            ("LAPTOPS", vec!["Tablets for our learners", "Refurbished laptops"]),
            ("computer", vec!["Tablets for our learners", "Refurbished laptops"]),
            ("\"lunch club\"", vec!["Somewhere for the lunch club", "Community hall on weekday evenings"]),
            ("\"club lunch\"", vec![]),
            ("lunch kitchen", vec!["Somewhere for the lunch club", "Community hall on weekday evenings"]),
            ("commun*", vec!["Community hall on weekday evenings"]),
            ("digital inclusion", vec!["Refurbished laptops"]),
            ("a hall in the evening", vec!["Community hall on weekday evenings"]),
            ("charity's adviser", vec!["HR advice by telephone"]),
            ("unicorn", vec![]),
            ("\" & | ! :* ( ) < > -", vec![]),
            ("hall' OR 1=1 --", vec![]),
        ] {
            assert_eq!(found(&anyone, json!({"text": text})).await, titles, "{text}");
        }
        assert_eq!(sorted(&anyone, json!({"text": "lunch club"}), "RELEVANCE").await[0], "Somewhere for the lunch club");
    }

    async fn filters_narrow_alone_and_together(on) {
        let (world, owner, organisation) = world(on).await;
        county(&owner, &organisation).await;
        let anyone = world.stranger();
        let (laptops, hall, advice) = ("Refurbished laptops", "Community hall on weekday evenings", "HR advice by telephone");
        let (tablets, lunch) = ("Tablets for our learners", "Somewhere for the lunch club");
        for (filter, titles) in [
            (json!({}), vec![lunch, tablets, advice, hall, laptops]),
            (json!({"kinds": ["REQUEST"]}), vec![lunch, tablets]),
            (json!({"kinds": []}), vec![]),
            (json!({"resourceKinds": ["SPACE"]}), vec![lunch, hall]),
            (json!({"resourceTypes": ["it-hardware"]}), vec![tablets, laptops]),
            (json!({"areas": ["surrey"]}), vec![lunch, tablets, hall, laptops]),
            (json!({"areas": ["west-surrey"]}), vec![tablets, hall]),
            (json!({"areas": ["atlantis"]}), vec![]),
            (json!({"priorityAreas": ["sustainable-economy"]}), vec![advice, laptops]),
            (json!({"priorityAreas": ["2021-2026/health-inequalities", "nothing"]}), vec![tablets]),
            (json!({"priorityAreas": ["unknown", "\u{7}"]}), vec![]),
            (json!({"remote": true}), vec![advice]),
            (json!({"remote": false, "kinds": ["OFFER"]}), vec![hall, laptops]),
            (json!({"near": {"point": {"latitude": 51.32, "longitude": -0.56}, "withinKm": 12}}), vec![tablets, hall]),
            (json!({"near": {"point": {"latitude": 51.32, "longitude": -0.56}, "withinKm": 12, "includeRemote": true}}), vec![tablets, advice, hall]),
            (json!({"near": {"point": {"latitude": 51.32, "longitude": -0.56}, "withinKm": 60}}), vec![lunch, tablets, hall, laptops]),
            (json!({"organisations": [organisation]}), vec![lunch, tablets, advice, hall, laptops]),
            (json!({"sectors": ["PUBLIC"]}), vec![]),
            (json!({"postedSince": (api::kit::clock::now() + Duration::minutes(1)).to_rfc3339()}), vec![]),
            (json!({"audiences": ["MEMBERS"]}), vec![]),
            (json!({"stillNeeded": false}), vec![]),
            (json!({"text": "kitchen", "areas": ["guildford"], "kinds": ["OFFER"]}), vec![hall]),
        ] {
            assert_eq!(found(&anyone, filter.clone()).await, titles, "{filter}");
        }
    }

    async fn nearest_comes_first_and_remote_last(on) {
        let (world, owner, organisation) = world(on).await;
        county(&owner, &organisation).await;
        let near = json!({"near": {"point": {"latitude": 51.25, "longitude": -0.01}}});
        let titles = sorted(&world.stranger(), near, "NEAREST").await;
        assert_eq!(titles, ["Somewhere for the lunch club", "Refurbished laptops", "Tablets for our learners",
            "Community hall on weekday evenings", "HR advice by telephone"]);
        let lost = world.stranger().ask(FIND, json!({"filter": {}, "orderBy": "NEAREST"})).await;
        assert_eq!(lost.codes(), ["BAD_USER_INPUT"]);
    }

    async fn availability_is_asked_for_by_days(on) {
        let (world, owner, organisation) = world(on).await;
        let window = |from: &str, until: &str| json!({"from": from, "until": until, "weekdays": ["MONDAY"], "startTime": "18:00", "endTime": "21:30"});
        offer(&owner, &organisation, json!({"publish": true, "title": "In two parts",
            "availability": [window("2027-01-01", "2027-01-31"), window("2027-03-01", "2027-03-31")]})).await;
        offer(&owner, &organisation, json!({"publish": true, "title": "Any time"})).await;
        for (from, until, titles) in [
            ("2027-01-31", "2027-02-15", vec!["Any time", "In two parts"]), ("2027-02-01", "2027-02-28", vec!["Any time"]),
            ("2026-01-01", "2028-01-01", vec!["Any time", "In two parts"]),
        ] {
            assert_eq!(found(&world.stranger(), json!({"availableBetween": {"from": from, "until": until}})).await, titles);
        }
    }

    async fn pages_walk_to_the_end_and_back_while_others_post(on) {
        let (world, owner, organisation) = world(on).await;
        for at in 0..25 {
            let more = json!({"publish": true, "title": format!("Listing {at:02}"), "remote": at % 3 == 0,
                "place": {"point": {"latitude": 51.0 + f64::from(at % 5) / 10.0, "longitude": -0.5}},
                "description": format!("Useful{}", " laptop".repeat(usize::try_from(at % 4).unwrap() + 1))});
            offer(&owner, &organisation, more).await;
        }
        let near = json!({"point": {"latitude": 51.2, "longitude": -0.5}});
        for (order, filter) in [
            ("NEWEST", json!({})), ("CLOSING_SOON", json!({})), ("RELEVANCE", json!({"text": "laptop"})),
            ("NEAREST", json!({"near": near})),
        ] {
            let page = |args: String| {
                let anyone = world.stranger();
                let variables = json!({"filter": filter, "orderBy": order});
                let query = format!("query ($filter: ListingFilter, $orderBy: ListingOrder) {{
                    offers(filter: $filter, orderBy: $orderBy, {args}) {{ nodes {{ id }}
                        pageInfo {{ startCursor endCursor hasNextPage hasPreviousPage }} }} }}");
                async move { anyone.ask(&query, variables).await }
            };
            let (mut forward, mut after) = (Vec::new(), String::new());
            loop {
                let reply = page(format!("first: 4 {after}")).await;
                forward.extend(reply.each("offers.nodes", "id"));
                // Somebody posts while the pages are read: it belongs before the first page, or nowhere yet.
                if order == "NEWEST" {
                    offer(&owner, &organisation, json!({"publish": true, "title": "Posted meanwhile"})).await;
                }
                if reply.at("offers.pageInfo.hasNextPage") == &json!(false) { break; }
                after = format!("after: \"{}\"", reply.text("offers.pageInfo.endCursor"));
            }
            let (mut backward, mut before) = (Vec::new(), String::new());
            loop {
                let reply = page(format!("last: 4 {before}")).await;
                let mut ids = reply.each("offers.nodes", "id");
                ids.extend(std::mem::take(&mut backward));
                backward = ids;
                if reply.at("offers.pageInfo.hasPreviousPage") == &json!(false) { break; }
                before = format!("before: \"{}\"", reply.text("offers.pageInfo.startCursor"));
            }
            let mut once = forward.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), forward.len(), "{order}: none twice");
            if order == "NEWEST" {
                assert_eq!(forward.len(), 25);
                assert_eq!(backward[backward.len() - 25..], forward, "{order}: back is the same");
            } else {
                assert!(forward.len() >= 25, "{order}: none left out");
                assert_eq!(backward, forward, "{order}: back is the same");
            }
        }
    }

    async fn a_cursor_is_good_for_its_own_list_only(on) {
        let (world, owner, organisation) = world(on).await;
        county(&owner, &organisation).await;
        let anyone = world.stranger();
        let cursor = anyone.ask("{ listings(first: 1) { pageInfo { endCursor } } }", json!({})).await.text("listings.pageInfo.endCursor");
        for (cursor, order) in [(cursor.as_str(), "CLOSING_SOON"), ("nonsense", "NEWEST"), ("", "NEWEST"), ("bmV3ZXN0fHx8", "NEWEST")] {
            let reply = anyone.ask("query ($c: String, $o: ListingOrder) { listings(after: $c, orderBy: $o) { nodes { id } } }",
                json!({"c": cursor, "o": order})).await;
            assert_eq!(reply.codes(), ["BAD_USER_INPUT"], "{cursor}");
        }
        for args in ["first: 101", "first: -1", "last: 101", "first: 1, last: 1"] {
            let reply = anyone.ask(&format!("{{ listings({args}) {{ nodes {{ id }} }} }}"), json!({})).await;
            assert_eq!(reply.codes(), ["BAD_USER_INPUT"], "{args}");
        }
        assert_eq!(anyone.ask("{ listings(first: 0) { nodes { id } } }", json!({})).await.at("listings.nodes"), &json!([]));
    }

    async fn facets_count_what_another_choice_would_find(on) {
        let (world, owner, organisation) = world(on).await;
        county(&owner, &organisation).await;
        let facets = "query ($filter: ListingFilter) { listings(filter: $filter) { totalCount facets {
            kinds { kind count } resourceKinds { resourceKind count } resourceTypes { resourceType { code } count }
            areas { area { code } count } priorityAreas { priorityArea { code } count } remote { remote count } } } }";
        let reply = world.stranger().ask(facets, json!({"filter": {"kinds": ["REQUEST"]}})).await;
        assert_eq!(reply.at("listings"), &json!({"totalCount": 2, "facets": {
            "kinds": [{"kind": "OFFER", "count": 3}, {"kind": "REQUEST", "count": 2}],
            "resourceKinds": [{"resourceKind": "EQUIPMENT", "count": 1}, {"resourceKind": "SPACE", "count": 1}],
            "resourceTypes": [{"resourceType": {"code": "it-hardware"}, "count": 1}, {"resourceType": {"code": "kitchen"}, "count": 1}],
            "areas": [{"area": {"code": "tandridge"}, "count": 1}, {"area": {"code": "woking"}, "count": 1}],
            "priorityAreas": [{"priorityArea": {"code": "health-inequalities"}, "count": 1}],
            "remote": [{"remote": false, "count": 2}]}}));
    }

    async fn what_is_hidden_is_in_no_list_count_or_facet(on) {
        let (world, owner, organisation) = world(on).await;
        let (outsider, broker) = (world.person("Una Outsider").await, world.staff("Bo Broker", entity::person::PlatformRole::Broker).await);
        for audience in ["PUBLIC", "MEMBERS", "ORGANISATION", "UNLISTED"] {
            offer(&owner, &organisation, json!({"publish": true, "title": format!("To {audience}"), "audience": audience, "externalReference": audience})).await;
        }
        offer(&owner, &organisation, json!({"title": "A draft"})).await;
        let paused = offer(&owner, &organisation, json!({"publish": true, "title": "Paused"})).await;
        act(&owner, "pauseListing", &paused, json!({})).await.at("act");
        assert_eq!(found(&world.stranger(), json!({})).await, ["To PUBLIC"]);
        assert_eq!(found(&outsider, json!({})).await, ["To MEMBERS", "To PUBLIC"]);
        assert_eq!(found(&broker, json!({})).await, ["To ORGANISATION", "To MEMBERS", "To PUBLIC"]);
        assert_eq!(found(&owner, json!({})).await, ["To UNLISTED", "To ORGANISATION", "To MEMBERS", "To PUBLIC"]);
        assert_eq!(found(&outsider, json!({"states": ["DRAFT", "PAUSED"]})).await, Vec::<String>::new());
        assert_eq!(found(&broker, json!({"states": ["DRAFT", "PAUSED"]})).await, ["Paused"]);
        assert_eq!(found(&owner, json!({"states": ["DRAFT", "PAUSED"]})).await, ["A draft", "Paused"]);
        assert_eq!(found(&outsider, json!({"externalReference": "PUBLIC"})).await, Vec::<String>::new());
        assert_eq!(found(&owner, json!({"externalReference": "PUBLIC"})).await, ["To PUBLIC"]);
        assert_eq!(found(&outsider, json!({"text": "draft"})).await, Vec::<String>::new());
        let mine = "{ viewer { listings(orderBy: NEWEST) { totalCount nodes { title } } } }";
        assert_eq!(owner.ask(mine, json!({})).await.at("viewer.listings.totalCount"), &json!(6));
        assert_eq!(outsider.ask(mine, json!({})).await.at("viewer.listings.totalCount"), &json!(0));
        let posted = "query ($id: ID!) { organisation(id: $id) { listings { nodes { title } } } }";
        let shown = outsider.ask(posted, json!({"id": organisation})).await;
        assert_eq!(shown.each("organisation.listings.nodes", "title"), ["To MEMBERS", "To PUBLIC"]);
    }

    async fn an_unlisted_listing_is_seen_by_whoever_has_its_address(on) {
        let (world, owner, organisation) = world(on).await;
        let id = offer(&owner, &organisation, json!({"publish": true, "audience": "UNLISTED"})).await;
        let read = "query ($id: ID!) { listing(id: $id) { reference externalReference postedBy { id } activities { totalCount } } }";
        let seen = world.stranger().ask(read, json!({"id": id})).await;
        assert_eq!(seen.at("listing.postedBy"), &Value::Null);
        assert_eq!(seen.at("listing.activities.totalCount"), &json!(0));
        let by_reference = "query ($r: String!) { listing(reference: $r) { id } }";
        let reference = seen.text("listing.reference").to_lowercase();
        assert_eq!(world.stranger().ask(by_reference, json!({"r": reference})).await.at("listing.id"), &json!(id));
        assert_eq!(world.stranger().ask(by_reference, json!({"r": "OFF\u{7}"})).await.at("listing"), &Value::Null);
    }

    async fn filters_that_cannot_be_are_refused_by_name(on) {
        let (world, _, _) = world(on).await;
        let anyone = world.stranger();
        let long: Vec<String> = (0..10_000).map(|at| format!("area-{at}")).collect();
        for filter in [
            json!({"areas": long}), json!({"text": "x".repeat(201)}),
            json!({"near": {"point": {"latitude": 91, "longitude": 0}}}),
            json!({"near": {"point": {"latitude": 51, "longitude": 0}, "withinKm": 0}}),
            json!({"near": {"point": {"latitude": 51, "longitude": 0}, "withinKm": 1e300}}),
            json!({"availableBetween": {"from": "2027-02-02", "until": "2027-02-01"}}),
            json!({"organisations": ["organisation:nonsense"]}),
        ] {
            let reply = anyone.ask(FIND, json!({"filter": filter})).await;
            assert_eq!(reply.codes(), ["BAD_USER_INPUT"], "{}", reply.text);
        }
        for filter in [json!({"areas": ["\u{7}"]}), json!({"priorityAreas": ["\u{7}/x", "a\u{7}"]}), json!({"resourceTypes": ["\u{7}"]}),
            json!({"text": "\u{7}"}), json!({"externalReference": "\u{7}"}), json!({"postedSince": "0001-01-01T00:00:00Z"})] {
            assert_eq!(found(&anyone, filter).await, Vec::<String>::new());
        }
    }
}
