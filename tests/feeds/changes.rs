//! What is in the order of changes, and what is never in it.

use api::{
    feeds::{jobs, rules},
    kit::clock,
    listings,
};
use chrono::Duration;
use entity::{feed, feed_entry, listing};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;

use super::{edit, follow, get, header, owner, page};
use crate::{
    both,
    front_door::speaks_plainly,
    listings::{act, offer, post},
    matches::{Pair, accept, laptops},
    support::{World, system},
};

const ALL: &str = "/feeds/listings.rpde";

async fn forget(world: &World, days: i64) -> usize {
    let viewer = system(clock::now() + Duration::days(days));
    jobs::forget(&world.app, &viewer)
        .await
        .map_err(|e| e.message())
        .unwrap()
}

both! {
    async fn what_nobody_may_see_is_not_told_of_by_a_tombstone_either(on) {
        let (world, owner, elm) = owner(on).await;
        offer(&owner, &elm, json!({})).await;
        for audience in ["MEMBERS", "ORGANISATION", "UNLISTED"] {
            let id = offer(&owner, &elm, json!({"publish": true, "audience": audience})).await;
            act(&owner, "closeListing", &id, json!({"reason": "WITHDRAWN"})).await.at("act");
        }
        // Nobody has read this one: it was gone before it was told.
        let brief = offer(&owner, &elm, json!({"publish": true})).await;
        act(&owner, "pauseListing", &brief, json!({})).await.at("act");
        assert_eq!(follow(&world.app).await, 0);
        assert_eq!(page(&world, ALL).await, Vec::<String>::new());
        let shown = offer(&owner, &elm, json!({"publish": true, "title": "Once for all"})).await;
        follow(&world.app).await;
        assert_eq!(page(&world, ALL).await, ["updated Once for all"]);
        let hidden = edit(&owner, &shown, 2, json!({"audience": "MEMBERS"})).await;
        assert_eq!(hidden.outcome(), "done");
        // At once, before any worker has seen it.
        assert_eq!(page(&world, ALL).await, ["deleted"]);
        follow(&world.app).await;
        assert_eq!(page(&world, ALL).await, ["deleted"]);
        assert_eq!(page(&world, &format!("{ALL}?afterChangeNumber=1")).await, ["deleted"]);
    }

    async fn tombstones_stay_for_longer_than_seven_days_and_numbers_never_come_again(on) {
        let (world, owner, elm) = owner(on).await;
        let id = offer(&owner, &elm, json!({"publish": true, "title": "Desks"})).await;
        offer(&owner, &elm, json!({"publish": true, "title": "Chairs"})).await;
        follow(&world.app).await;
        act(&owner, "pauseListing", &id, json!({})).await.at("act");
        follow(&world.app).await;
        assert_eq!(page(&world, ALL).await, ["updated Chairs", "deleted"]);
        assert_eq!(forget(&world, 8).await, 0);
        assert_eq!(forget(&world, rules::KEPT.num_days() + 1).await, 1);
        assert_eq!(page(&world, ALL).await, ["updated Chairs"]);
        act(&owner, "resumeListing", &id, json!({})).await.at("act");
        follow(&world.app).await;
        assert_eq!(page(&world, &format!("{ALL}?afterChangeNumber=3")).await, ["updated Desks"]);
    }

    async fn a_page_is_as_the_exchange_has_it_and_costs_two_statements(on) {
        let (world, owner, elm) = owner(on).await;
        offer(&owner, &elm, json!({"publish": true})).await;
        post(&owner, "Request", &elm, json!({"publish": true, "title": "Tables"})).await.at("created.listing");
        follow(&world.app).await;
        let before = world.app.database.statements();
        let reply = get(&world, ALL).await;
        assert_eq!(world.app.database.statements() - before, 2);
        assert_eq!(header(&reply, "content-type"), "application/vnd.openactive.rpde+json; version=1");
        let body = &reply.body;
        assert_eq!(body["next"], "https://marketplace.example.org/feeds/listings.rpde?afterChangeNumber=2");
        assert!(body["license"].as_str().unwrap().starts_with("https://"));
        let items = body["items"].as_array().unwrap();
        assert_eq!([&items[0]["kind"], &items[1]["kind"]], ["Offer", "Demand"]);
        for (at, item) in items.iter().enumerate() {
            assert_eq!(item["modified"], at + 1);
            assert!(item["id"].as_str().unwrap().starts_with("listing:"));
            assert_eq!(item["kind"], item["data"]["@type"]);
        }
        let last = get(&world, body["next"].as_str().unwrap()).await;
        assert_eq!((&last.body["items"], &last.body["next"]), (&json!([]), &body["next"]));
        let part = get(&world, &format!("{ALL}?limit=1")).await;
        assert_eq!(part.body["next"], "https://marketplace.example.org/feeds/listings.rpde?afterChangeNumber=1&limit=1");
    }

    async fn addresses_that_cannot_be_followed_are_refused_word_by_word(on) {
        let (world, ..) = owner(on).await;
        for (query, word) in [
            ("afterChangeNumber=-1", "afterChangeNumber"), ("afterChangeNumber=9223372036854775808", "afterChangeNumber"),
            ("afterChangeNumber=", "afterChangeNumber"), ("limit=0", "limit"), ("limit=501", "limit"),
            ("limit=ten", "limit"), ("afterTimestamp=1", "afterTimestamp"), ("%00=1", "\0"),
        ] {
            let reply = get(&world, &format!("{ALL}?{query}")).await;
            assert_eq!(reply.status, 400, "{query}: {}", reply.text);
            assert_eq!(reply.codes(), ["BAD_USER_INPUT"]);
            assert_eq!(reply.body["errors"][0]["extensions"]["argument"], word);
            speaks_plainly(&reply);
        }
    }

    async fn what_is_agreed_changes_what_is_left_and_what_is_private_changes_nothing(on) {
        let pair = Pair::new(on).await;
        let world = &pair.world;
        follow(&world.app).await;
        let proposed = pair.proposed(laptops("15")).await;
        assert_eq!(follow(&world.app).await, 0, "a proposal is nobody else's business");
        accept(&pair.giver, &proposed, 1).await.at("act.match");
        assert_eq!(follow(&world.app).await, 2);
        let reply = get(world, ALL).await;
        let items = reply.body["items"].as_array().unwrap();
        for item in items {
            assert_eq!(item["data"]["inventoryLevel"]["value"], 25, "{}", reply.text);
            assert_eq!(item["data"]["availability"], "https://schema.org/InStock");
        }
        assert_eq!(items.len(), 2);
    }

    async fn names_that_listings_carry_reach_the_copies(on) {
        let (world, owner, elm) = owner(on).await;
        let admin = world.admin().await;
        offer(&owner, &elm, json!({"publish": true})).await;
        follow(&world.app).await;
        let save = "mutation { saveArea(input: {code: \"elmbridge\", name: \"Elmbridge Borough\", kind: DISTRICT, parent: \"surrey\"}) {
            area { name } userErrors { code field message } } }";
        assert_eq!(admin.ask(save, json!({})).await.outcome(), "done");
        assert_eq!(follow(&world.app).await, 1);
        let reply = get(&world, ALL).await;
        let area = &reply.body["items"][0]["data"]["areaServed"][0];
        assert_eq!((&area["name"], &area["identifier"]), (&json!("Elmbridge Borough"), &json!("elmbridge")));
    }

    async fn a_listing_whose_time_ran_out_is_gone_at_its_instant_and_told_once(on) {
        let (world, owner, elm) = owner(on).await;
        offer(&owner, &elm, json!({"publish": true, "title": "Desks"})).await;
        follow(&world.app).await;
        assert_eq!(page(&world, ALL).await, ["updated Desks"]);
        let past = clock::now() - Duration::seconds(1);
        listing::Entity::update_many()
            .col_expr(listing::Column::ClosesAt, Expr::val(past))
            .col_expr(listing::Column::ExpiresAt, Expr::val(past))
            .exec(&world.app.database.write).await.unwrap();
        assert_eq!(page(&world, ALL).await, ["deleted"]);
        listings::jobs::run(&world.app, &system(clock::now())).await.map_err(|e| e.message()).unwrap();
        assert_eq!((follow(&world.app).await, follow(&world.app).await), (1, 0));
        assert_eq!(page(&world, &format!("{ALL}?afterChangeNumber=1")).await, ["deleted"]);
    }

    async fn a_program_that_writes_another_form_writes_everything_anew(on) {
        let (world, owner, elm) = owner(on).await;
        for title in ["Desks", "Chairs"] {
            offer(&owner, &elm, json!({"publish": true, "title": title})).await;
        }
        follow(&world.app).await;
        let conn = &world.app.database.write;
        feed::Entity::update_many().col_expr(feed::Column::Form, Expr::val(0)).exec(conn).await.unwrap();
        assert_eq!(follow(&world.app).await, 0, "what reads the same keeps its number");
        feed::Entity::update_many().col_expr(feed::Column::Form, Expr::val(0)).exec(conn).await.unwrap();
        feed_entry::Entity::update_many()
            .col_expr(feed_entry::Column::Data, Expr::val("{\"name\": \"as it was\"}"))
            .filter(feed_entry::Column::Change.eq(1))
            .exec(conn).await.unwrap();
        assert_eq!(follow(&world.app).await, 1);
        assert_eq!(page(&world, ALL).await, ["updated Chairs", "updated Desks"]);
    }
}
