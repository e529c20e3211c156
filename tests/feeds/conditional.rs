//! What others keep, and how they ask whether it is still the same.

use axum::{body::Body, http::Request};
use chrono::{DateTime, Duration};
use entity::feed;
use sea_orm::{EntityTrait, sea_query::Expr};
use serde_json::json;

use super::{edit, follow, get, get_with, header, owner};
use crate::{both, listings::offer, support::World};

/// As if the feed had changed last some time ago.
async fn age(world: &World) -> DateTime<chrono::Utc> {
    let at = api::kit::clock::from_micros(1_700_000_000_000_000);
    feed::Entity::update_many()
        .col_expr(feed::Column::ChangedAt, Expr::val(at))
        .exec(&world.app.database.write)
        .await
        .unwrap();
    at
}

both! {
    async fn what_is_the_same_is_not_sent_again(on) {
        let (world, owner, elm) = owner(on).await;
        let id = offer(&owner, &elm, json!({"publish": true})).await;
        follow(&world.app).await;
        age(&world).await;
        let listing = format!("/listings/{id}.jsonld");
        let addresses = ["/feeds/listings.rpde", "/feeds/listings.atom?kinds=OFFER", "/feeds/listings.json", &listing];
        let mut known = Vec::new();
        for address in addresses {
            let first = get(&world, address).await;
            let (tag, time) = (header(&first, "etag").to_owned(), header(&first, "last-modified").to_owned());
            assert!(tag.starts_with("W/\"") && time == "Tue, 14 Nov 2023 22:13:20 GMT", "{address} {tag} {time}");
            for headers in [[("if-none-match", tag.as_str())], [("if-modified-since", time.as_str())]] {
                let again = get_with(&world, address, &headers).await;
                assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""), "{address} {headers:?}");
                assert_eq!([header(&again, "etag"), header(&again, "cache-control")], [&tag, header(&first, "cache-control")]);
            }
            known.push((address, tag, time));
        }
        // Only what nobody but a copy of the whole would notice: the version.
        edit(&owner, &id, 2, json!({"tags": ["new"]})).await.at("act");
        follow(&world.app).await;
        for (address, tag, time) in &known {
            let by_time = get_with(&world, address, &[("if-modified-since", time)]).await;
            assert_eq!(by_time.status, 200, "{address}");
            assert_ne!(header(&by_time, "last-modified"), time, "{address}");
            let both = [("if-none-match", tag.as_str()), ("if-modified-since", time.as_str())];
            let same = get_with(&world, address, &both).await.status == 304;
            assert_eq!(same, header(&by_time, "etag") == tag, "the tag counts: {address}");
        }
        edit(&owner, &id, 3, json!({"title": "Thirty laptops"})).await.at("act");
        follow(&world.app).await;
        for (address, tag, _) in &known {
            assert_eq!(get_with(&world, address, &[("if-none-match", tag)]).await.status, 200, "{address}");
        }
    }

    async fn pages_that_end_are_asked_for_again_soon(on) {
        let (world, owner, elm) = owner(on).await;
        offer(&owner, &elm, json!({"publish": true})).await;
        follow(&world.app).await;
        let full = get(&world, "/feeds/listings.rpde").await;
        assert_eq!(header(&full, "cache-control"), "public, max-age=60");
        let last = get(&world, full.body["next"].as_str().unwrap()).await;
        assert_eq!(header(&last, "cache-control"), "public, max-age=8");
        let bad = get(&world, "/feeds/listings.rpde?limit=x").await;
        assert_eq!(header(&bad, "cache-control"), "no-store");
    }

    async fn heads_other_methods_and_other_origins_are_answered_as_everywhere(on) {
        let world = World::with(on, |config| config.origins = vec!["https://app.example.org".into()]).await;
        for path in ["/feeds/listings.rpde", "/feeds/listings.atom", "/feeds/listings.json"] {
            let body = get_with(&world, path, &[("origin", "https://app.example.org")]).await;
            assert_eq!(header(&body, "access-control-allow-origin"), "*");
            assert!(header(&body, "access-control-expose-headers").contains("etag"));
            let head = Request::head(path).body(Body::empty()).unwrap();
            let head = world.stranger().send(head).await;
            assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""), "{path}");
            for name in ["etag", "content-type", "cache-control"] {
                assert_eq!(header(&head, name), header(&body, name), "{path}");
            }
            let post = Request::post(path).body(Body::empty()).unwrap();
            assert_eq!(world.stranger().send(post).await.codes(), ["METHOD_NOT_ALLOWED"], "{path}");
        }
    }

    async fn a_time_says_enough_only_when_its_second_is_over(on) {
        let (world, owner, elm) = owner(on).await;
        offer(&owner, &elm, json!({"publish": true})).await;
        follow(&world.app).await;
        let at = feed::Entity::find_by_id("listings").one(&world.app.database.read).await.unwrap().unwrap().changed_at;
        assert!(at.timestamp_subsec_nanos() == 0 && at > api::kit::clock::now() - Duration::seconds(1));
        offer(&owner, &elm, json!({"publish": true})).await;
        follow(&world.app).await;
        let later = feed::Entity::find_by_id("listings").one(&world.app.database.read).await.unwrap().unwrap().changed_at;
        assert!(later >= at + Duration::seconds(1), "each change has a second of its own");
    }
}
