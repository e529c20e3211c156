//! Something to watch: listings as they are published and as they change.

use entity::person::PlatformRole;
use serde_json::{Value, json};

use super::{A_WHILE, Served};
use crate::{both, listings::offer, matches::verified, support::Caller};

const PUBLISHED: &str = "subscription ($filter: ListingFilter) { listingPublished(filter: $filter) { id title state organisation { name } } }";
const CHANGED: &str = "subscription ($id: ID!) { it: listingChanged(id: $id) { state title ... on Offer { remainingQuantity { amount } } } }";

async fn act(by: &Caller, field: &str, id: &str) {
    let act = format!(
        "mutation ($id: ID!) {{ {field}(input: {{id: $id}}) {{ userErrors {{ code message }} }} }}"
    );
    by.ask(&act, json!({"id": id})).await.at(field);
}

both! {
    async fn a_stranger_hears_what_is_published_to_everybody_and_what_they_look_for(on) {
        let served = Served::new(on).await;
        let olive = served.world.person("Olive Owner").await;
        let elm = olive.organisation("Elm Works").await;
        let mut all = served.socket_of(&served.world.stranger()).await;
        served.listens(&mut all, "1", PUBLISHED, json!({})).await;
        let mut narrow = served.socket_of(&served.world.stranger()).await;
        let filter = json!({"filter": {"text": "piano", "areas": ["woking"]}});
        served.listens(&mut narrow, "1", PUBLISHED, filter).await;
        let draft = offer(&olive, &elm, json!({})).await;
        offer(&olive, &elm, json!({"publish": true, "audience": "MEMBERS"})).await;
        assert!(all.is_silent(A_WHILE).await, "neither drafts nor what is for members");
        act(&olive, "publishListing", &draft).await;
        let heard = all.answer("1").await;
        assert_eq!(heard["data"]["listingPublished"], json!({"id": draft, "title": "Forty refurbished laptops", "state": "PUBLISHED", "organisation": {"name": "Elm Works"}}));
        let piano = offer(&olive, &elm, json!({"publish": true, "title": "A grand piano", "areas": ["woking"]})).await;
        assert_eq!(narrow.answer("1").await["data"]["listingPublished"]["id"], json!(piano));
        assert_eq!(all.answer("1").await["data"]["listingPublished"]["id"], json!(piano));
        act(&olive, "pauseListing", &piano).await;
        assert!(all.is_silent(A_WHILE).await && narrow.is_silent(A_WHILE).await);
        for (filter, code) in [(json!({"text": "x".repeat(300)}), "BAD_USER_INPUT"), (json!({"nothing": 1}), "GRAPHQL_VALIDATION_FAILED")] {
            all.subscribe("2", PUBLISHED, json!({"filter": filter})).await;
            let refused = all.hear().await;
            assert!(refused["type"] == "error" && refused["payload"][0]["extensions"]["code"] == code, "{refused}");
        }
    }

    async fn a_listing_is_told_again_when_it_changes_to_the_eye_of_who_watches_it(on) {
        let served = Served::new(on).await;
        let (olive, fay) = (served.world.person("Olive Owner").await, served.world.person("Fay Foreign").await);
        let broker = served.world.staff("Bo Broker", PlatformRole::Broker).await;
        let elm = verified(&olive, &broker, "Elm Works").await;
        let beech = verified(&fay, &broker, "Beech House").await;
        let id = offer(&olive, &elm, json!({"publish": true})).await;
        let mut stranger = served.socket_of(&served.world.stranger()).await;
        served.listens(&mut stranger, "1", CHANGED, json!({"id": id})).await;
        let of = |answer: Value| answer["data"]["it"].clone();
        let update = "mutation ($input: UpdateListingInput!) { updateListing(input: $input) { userErrors { code message } } }";
        let version = olive.ask("query ($id: ID!) { listing(id: $id) { version } }", json!({"id": id})).await.at("listing.version").clone();
        olive.ask(update, json!({"input": {"id": id, "version": version, "title": "Fifty laptops"}})).await.at("updateListing");
        assert_eq!(of(stranger.answer("1").await), json!({"state": "PUBLISHED", "title": "Fifty laptops", "remainingQuantity": {"amount": "40"}}));
        // A proposal is nobody else's business; what it takes when it is accepted shows.
        let respond = "mutation ($input: RespondToListingInput!) { respondToListing(input: $input) { match { id } userErrors { code message } } }";
        let input = json!({"listingId": id, "organisationId": beech, "terms": {"quantity": {"amount": "4", "unit": "ITEM"}}});
        let of_match = fay.ask(respond, json!({"input": input})).await.text("respondToListing.match.id");
        assert!(stranger.is_silent(A_WHILE).await);
        let accept = "mutation ($id: ID!) { acceptMatch(input: {matchId: $id, termsVersion: 1}) { userErrors { code message } } }";
        olive.ask(accept, json!({"id": of_match})).await.at("acceptMatch");
        assert_eq!(of(stranger.answer("1").await)["remainingQuantity"], json!({"amount": "36"}));
        // Paused, it is out of sight, and of what is done meanwhile nobody hears.
        act(&olive, "pauseListing", &id).await;
        assert!(stranger.is_silent(A_WHILE).await);
        act(&olive, "resumeListing", &id).await;
        assert_eq!(of(stranger.answer("1").await)["state"], "PUBLISHED");
        let hidden = offer(&olive, &elm, json!({})).await;
        stranger.subscribe("2", CHANGED, json!({"id": hidden})).await;
        assert_eq!(stranger.hear().await["payload"][0]["extensions"]["code"], "NOT_FOUND");
    }
}
