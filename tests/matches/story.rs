//! The whole path, two organisations and a broker, from an empty marketplace to thanks that everybody reads.

use serde_json::{Value, json};

use super::{accept, act, confirm, laptops, left, posted, record, see, verified};
use crate::{both, support::World};
use entity::person::PlatformRole;

both! {
    async fn forty_laptops_find_their_way(on) {
        // A business has 25 laptops, a charity needs 40. The broker knows the business, not the charity.
        let world = World::new(on).await;
        let broker = world.staff("Bo Broker", PlatformRole::Broker).await;
        let (greta, tom) = (world.person("Greta Giver").await, world.person("Tom Taker").await);
        let elm = verified(&greta, &broker, "Elm Works").await;
        let oak = tom.organisation("Oak House").await;
        let offer = posted(&greta, "Offer", &elm, json!({"quantity": {"amount": "25", "unit": "ITEM", "unitLabel": "laptops"}})).await;
        let request = posted(&tom, "Request", &oak, json!({})).await;

        // The charity finds the offer and proposes; nothing was said of how many, so it is all that both have left.
        let found = tom.ask("{ offers(filter: {text: \"laptop\"}) { nodes { id } } }", json!({})).await;
        assert_eq!(found.each("offers.nodes", "id"), [offer.as_str()]);
        let input = json!({"offerId": offer, "requestId": request, "terms": {"message": "For our job club."}});
        let proposed = act(&tom, "proposeMatch", input).await;
        assert_eq!(proposed.text("act.match.terms.quantity.amount"), "25");
        let id = proposed.text("act.match.id");

        // The business wants to keep five, and says when to come.
        let mut terms = laptops("20");
        terms["from"] = json!("2027-02-01");
        terms["place"] = json!("Elm Works, Esher, back door");
        act(&greta, "counterMatch", json!({"matchId": id, "termsVersion": 1, "terms": terms})).await.at("act.match");

        // Agreed, as soon as the broker has looked at the charity.
        assert_eq!(accept(&tom, &id, 2).await.refusals(), ["APPROVAL_REQUIRED"]);
        act(&broker, "approveMatch", json!({"matchId": id, "termsVersion": 2, "note": "Visited them in May."})).await.at("act.match");
        let agreed = accept(&tom, &id, 2).await;
        assert_eq!(agreed.text("act.match.terms.place"), "Elm Works, Esher, back door");
        assert_eq!((left(&tom, &offer).await, left(&tom, &request).await), ("5".into(), "20".into()));
        let contacts = see(&tom, &id).await;
        assert_eq!(contacts.each("match.contacts", "name"), ["Greta Giver", "Tom Taker"]);

        // They come in two lots; of the second one two are missing, and the broker decides.
        let first = record(&greta, &id, "12").await;
        confirm(&tom, &first, "12").await.at("act.fulfilment");
        let second = record(&greta, &id, "8").await;
        assert_eq!(confirm(&tom, &second, "6").await.text("act.fulfilment.match.state"), "DISPUTED");
        let decide = json!({"matchId": id, "outcome": "ADJUSTED", "quantity": {"amount": "18", "unit": "ITEM"}, "note": "Two never left the store."});
        let resolved = act(&broker, "resolveDispute", decide).await;
        assert_eq!(resolved.text("act.match.delivered.amount"), "18");

        // What did not come is free again, and the request still open for the rest.
        assert_eq!((left(&tom, &offer).await, left(&tom, &request).await), ("7".into(), "22".into()));
        assert_eq!(resolved.text("act.match.request.state"), "PUBLISHED");

        // Thanks, for everybody to read.
        let thank = json!({"matchId": id, "text": "Eighteen people can apply for work.", "public": true});
        let thanks = act(&tom, "giveThanks", thank).await.text("act.thanks.id");
        act(&greta, "publishThanks", json!({"thanksId": thanks})).await.at("act.thanks");
        let read = "query ($id: ID!) { node(id: $id) { ... on Thanks { text } } }";
        let read = world.stranger().ask(read, json!({"id": thanks})).await;
        assert_eq!(read.text("node.text"), "Eighteen people can apply for work.");

        // Both see every step, in order, with who made it; the broker's name stays with the programme.
        let seen = see(&greta, &id).await;
        assert_eq!(seen.each("match.history.nodes", "kind"), [
            "PROPOSED", "COUNTERED", "APPROVED", "ACCEPTED", "DELIVERY_RECORDED", "DELIVERY_CONFIRMED",
            "DELIVERY_RECORDED", "DISPUTED", "RESOLVED", "THANKED",
        ]);
        assert_eq!(seen.text("match.history.nodes.0.by.displayName"), "Tom Taker");
        assert_eq!(seen.at("match.history.nodes.8.by"), &Value::Null);
        assert_eq!(seen.text("match.history.nodes.8.note"), "Two never left the store.");
    }
}
