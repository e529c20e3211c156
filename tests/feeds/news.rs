//! News for people's readers, and one listing for those who link.

use chrono::{DateTime, Utc};
use feed_rs::{model::Feed, parser};
use serde_json::json;

use super::{edit, follow, get, header, owner};
use crate::{
    both,
    front_door::speaks_plainly,
    listings::{act, offer, post},
    support::World,
};

async fn read(world: &World, address: &str) -> Feed {
    let reply = get(world, address).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    parser::parse(reply.text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {}", reply.text))
}

fn titles(feed: &Feed) -> Vec<&str> {
    feed.entries
        .iter()
        .map(|entry| entry.title.as_ref().unwrap().content.as_str())
        .collect()
}

both! {
    async fn the_newest_come_first_by_the_words_of_the_filter(on) {
        let (world, owner, elm) = owner(on).await;
        for (kind, title, more) in [
            ("Offer", "Laptops", json!({"priorityAreas": ["sustainable-economy"], "areas": ["guildford"]})),
            ("Offer", "A hall", json!({"resourceType": "hall", "quantity": null, "areas": ["woking"]})),
            ("Request", "Tablets", json!({"remote": true})),
        ] {
            let mut more = more;
            (more["publish"], more["title"]) = (json!(true), json!(title));
            post(&owner, kind, &elm, more).await.at("created.listing");
        }
        offer(&owner, &elm, json!({"title": "A draft"})).await;
        offer(&owner, &elm, json!({"publish": true, "title": "For members", "audience": "MEMBERS"})).await;
        for (query, expected) in [
            ("", vec!["Tablets", "A hall", "Laptops"]),
            ("?kinds=OFFER", vec!["A hall", "Laptops"]),
            ("?kinds=offer&kinds=request", vec!["Tablets", "A hall", "Laptops"]),
            ("?areas=west-surrey", vec!["A hall", "Laptops"]),
            ("?areas=guildford,elmbridge", vec!["Tablets", "Laptops"]),
            ("?resourceTypes=it-hardware", vec!["Tablets", "Laptops"]),
            ("?resourceKinds=SPACE", vec!["A hall"]),
            ("?priorityAreas=sustainable-economy", vec!["Laptops"]),
            ("?text=hall", vec!["A hall"]),
            ("?remote=true", vec!["Tablets"]),
            ("?stillNeeded=false", vec![]),
            (&format!("?organisations={elm}&kinds=REQUEST"), vec!["Tablets"]),
        ] {
            for form in ["atom", "json"] {
                let feed = read(&world, &format!("/feeds/listings.{form}{query}")).await;
                assert_eq!(titles(&feed), expected, "{form} {query}");
            }
        }
    }

    async fn both_formats_say_the_same_and_what_the_database_says(on) {
        let (world, owner, elm) = owner(on).await;
        let id = offer(&owner, &elm, json!({"publish": true, "title": "Desks & <chairs> \u{FFFE}\u{1F3C3}",
            "pictures": [{"url": "https://example.org/a.jpg", "alt": "A desk"}]})).await;
        let query = "query ($id: ID!) { listing(id: $id) { reference publishedAt updatedAt description } }";
        let said = world.stranger().ask(query, json!({"id": id})).await;
        let time = |path: &str| said.text(path).parse::<DateTime<Utc>>().unwrap();
        for (form, media, kind) in [
            ("atom", "application/atom+xml; charset=utf-8", "Atom"),
            ("json", "application/feed+json; charset=utf-8", "JSON"),
        ] {
            let address = format!("/feeds/listings.{form}?areas=elmbridge");
            assert_eq!(header(&get(&world, &address).await, "content-type"), media);
            let feed = read(&world, &address).await;
            assert_eq!(format!("{:?}", feed.feed_type), kind);
            assert_eq!(feed.language.as_deref(), Some("en-GB"));
            let entry = &feed.entries[0];
            assert_eq!(entry.id, format!("urn:uuid:{}", id.trim_start_matches("listing:")));
            // Microseconds are kept by neither side to the last digit.
            let near = |told: Option<DateTime<Utc>>, at: DateTime<Utc>| (told.unwrap() - at).num_milliseconds().abs() < 2;
            assert!(near(entry.published, time("listing.publishedAt")) && near(entry.updated, time("listing.updatedAt")));
            assert_eq!(entry.authors[0].name.as_deref(), Some("Elm Works"));
            let text = entry.content.as_ref().and_then(|content| content.body.clone());
            assert_eq!(text.unwrap().trim(), said.text("listing.description"));
            let title = &entry.title.as_ref().unwrap().content;
            assert!(title.starts_with("Desks & <chairs> ") && title.ends_with('\u{1F3C3}'), "{title}");
            let link = entry.links.iter().find(|link| link.href.ends_with(".jsonld")).unwrap();
            assert_eq!(link.href, format!("https://marketplace.example.org/listings/{}.jsonld", said.text("listing.reference")));
        }
        let body = get(&world, "/feeds/listings.json?areas=elmbridge").await.body;
        assert_eq!(body["version"], "https://jsonfeed.org/version/1.1");
        assert_eq!(body["feed_url"], "https://marketplace.example.org/feeds/listings.json?areas=elmbridge");
        assert_eq!(body["items"][0]["tags"], json!(["Offer", "Computers and IT hardware", "Elmbridge"]));
        assert_eq!(body["items"][0]["image"], "https://example.org/a.jpg");
    }

    async fn older_news_is_on_the_pages_that_follow(on) {
        let (world, owner, elm) = owner(on).await;
        for number in 0..53 {
            offer(&owner, &elm, json!({"publish": true, "title": format!("Number {number}")})).await;
        }
        let expected: Vec<String> = (0..53).rev().map(|number| format!("Number {number}")).collect();
        for form in ["atom", "json"] {
            let mut next = Some(format!("/feeds/listings.{form}?kinds=OFFER"));
            let (mut met, mut pages) = (Vec::new(), 0);
            while let Some(address) = next {
                let feed = read(&world, &address).await;
                met.extend(titles(&feed).into_iter().map(str::to_owned));
                let follows = feed.links.iter().find(|link| link.rel.as_deref() == Some("next"));
                let body = get(&world, &address).await.body;
                next = follows.map(|link| link.href.clone()).or_else(|| body["next_url"].as_str().map(str::to_owned));
                pages += 1;
            }
            assert_eq!((met, pages), (expected.clone(), 2), "{form}");
        }
    }

    async fn filters_that_mean_nothing_are_refused_word_by_word(on) {
        let (world, ..) = owner(on).await;
        let long = format!("text={}", "a".repeat(201));
        let many = format!("areas={}", vec!["surrey"; 51].join(","));
        for (query, word) in [
            ("kinds=GIFT", "kinds"), ("kind=OFFER", "kind"), ("areas=atlantis", "areas"), ("areas=", "areas"),
            ("resourceTypes=hall,unicorns", "resourceTypes"), ("resourceKinds=THINGS", "resourceKinds"),
            ("priorityAreas=2026/none", "priorityAreas"), ("remote=yes", "remote"), ("stillNeeded=1", "stillNeeded"),
            ("organisations=listing:0190", "organisations"), ("after=x", "after"), ("text=a&text=b", "text"),
            (&long, "text"), (&many, "areas"), ("filter.text=a", "filter.text"),
        ] {
            for form in ["atom", "json"] {
                let reply = get(&world, &format!("/feeds/listings.{form}?{query}")).await;
                assert_eq!(reply.status, 400, "{query}: {}", reply.text);
                assert_eq!(reply.body["errors"][0]["extensions"], json!({"code": "BAD_USER_INPUT", "argument": word}));
                speaks_plainly(&reply);
            }
        }
    }

    async fn a_listing_is_an_offer_or_a_demand_as_schema_org_has_them(on) {
        let (world, owner, elm) = owner(on).await;
        let place = json!({"addressLines": ["1 Secret Street"], "town": "Esher", "postcode": "KT10 9AA",
            "point": {"latitude": 51.369_123, "longitude": -0.365_987}});
        let offered = offer(&owner, &elm, json!({"publish": true, "place": place, "priorityAreas": ["sustainable-economy"],
            "quantity": {"amount": "2.5", "unit": "KILOGRAM"}, "resourceType": "food"})).await;
        let asked = post(&owner, "Request", &elm, json!({"publish": true, "neededBy": "2030-04-01", "quantity": null})).await
            .text("created.listing.reference");
        let reply = get(&world, &format!("/listings/{offered}.jsonld")).await;
        assert_eq!(header(&reply, "content-type"), "application/ld+json; charset=utf-8");
        assert_eq!(header(&reply, "cache-control"), "public, max-age=60");
        let thing = &reply.body;
        assert_eq!([&thing["@context"], &thing["@type"]], ["https://schema.org", "Offer"]);
        assert_eq!(thing["@id"], format!("https://marketplace.example.org/listings/{}.jsonld", thing["identifier"].as_str().unwrap()));
        assert_eq!(thing["offeredBy"], json!({"@type": "Organization", "identifier": elm, "name": "Elm Works"}));
        assert_eq!(thing["inventoryLevel"], json!({"@type": "QuantitativeValue", "value": 2.5, "unitText": "kilograms"}));
        assert_eq!(thing["availability"], "https://schema.org/InStock");
        assert_eq!(thing["itemOffered"]["@type"], "Product");
        let codes: Vec<_> = thing["itemOffered"]["category"].as_array().unwrap().iter().map(|code| &code["inCodeSet"]).collect();
        assert_eq!(codes, ["resourceTypes", "priorityAreas"]);
        assert_eq!(thing["availableAtOrFrom"]["geo"]["latitude"], 51.369);
        assert_eq!(thing["availableAtOrFrom"]["address"]["postalCode"], "KT10 9AA");
        for private in ["Secret", "51.3691", "Olive", "example.org\"", "postedBy", "null"] {
            assert!(!reply.text.contains(private), "{private} in {}", reply.text);
        }
        let reply = get(&world, &format!("/listings/{asked}.jsonld")).await;
        assert_eq!(reply.body["@type"], "Demand");
        assert_eq!(reply.body["@reverse"]["seeks"]["name"], "Elm Works");
        assert_eq!((&reply.body["availabilityEnds"], reply.body.get("inventoryLevel")), (&json!("2030-04-01"), None));
        act(&owner, "closeListing", &offered, json!({"reason": "WITHDRAWN"})).await.at("act");
        let closed = get(&world, &format!("/listings/{offered}.jsonld")).await;
        assert_eq!(closed.body["availability"], "https://schema.org/Discontinued");
    }

    async fn what_nobody_may_see_cannot_be_told_from_what_is_not_there(on) {
        let (world, owner, elm) = owner(on).await;
        let hidden = [
            offer(&owner, &elm, json!({})).await,
            offer(&owner, &elm, json!({"publish": true, "audience": "MEMBERS"})).await,
            offer(&owner, &elm, json!({"publish": true, "audience": "ORGANISATION"})).await,
        ];
        let absent = get(&world, "/listings/listing:01900000-0000-7000-8000-000000000000.jsonld").await;
        assert_eq!((absent.status.as_u16(), absent.codes()), (404, vec!["NOT_FOUND"]));
        for name in hidden.iter().map(String::as_str).chain(["OFF-00000-00000", "%00", "organisation:1", "..", ""]) {
            for end in [".jsonld", ""] {
                let reply = get(&world, &format!("/listings/{name}{end}")).await;
                assert_eq!((reply.status, &reply.text), (absent.status, &absent.text), "{name}");
            }
        }
        let unlisted = offer(&owner, &elm, json!({"publish": true, "audience": "UNLISTED"})).await;
        let reply = get(&world, &format!("/listings/{unlisted}.jsonld")).await;
        assert_eq!([header(&reply, "x-robots-tag"), header(&reply, "cache-control")], ["noindex", "private, max-age=60"]);
        follow(&world.app).await;
        for address in ["/feeds/listings.rpde", "/feeds/listings.atom", "/feeds/listings.json"] {
            assert!(!get(&world, address).await.text.contains("laptops"), "{address}");
        }
        // Nor by the time at which it changed.
        edit(&owner, &unlisted, 2, json!({"title": "Another title"})).await.at("act");
        assert_eq!(header(&get(&world, &format!("/listings/{unlisted}.jsonld")).await, "last-modified"), "");
    }
}
