//! Matching: proposing, coming to terms, holding quantity, delivering, ending.

mod allocation;
mod contention;
pub mod crash;
mod delivery;
pub mod killed;
mod negotiation;
mod properties;
mod story;

use entity::person::PlatformRole;
use serde_json::{Value, json};

use crate::{
    listings::post,
    support::{Caller, On, Reply, World},
};

/// Everything that these tests look at.
const MATCH: &str = "id reference state turn viewerSide viewerActs hasPendingAmendment nothingLeft answerBy
    terms { version side quantity { amount unit unitLabel } hoursPerDay message place from until }
    agreedTerms { version quantity { amount } } delivered { amount unit } endedAt
    deliveries { nodes { id state quantity { amount } answeredQuantity { amount } last } }
    offer { id state remainingQuantity { amount } stillNeeded closeReason }
    request { id state remainingQuantity { amount } stillNeeded closeReason audience }
    contacts { side name email } history { nodes { kind side termsVersion reason outcome note by { displayName } } }";

/// Two organisations that a broker has verified, one with an offer and one with a request.
pub struct Pair {
    pub world: World,
    /// Owns Elm Works, which offers.
    pub giver: Caller,
    pub elm: String,
    /// Owns Oak House, which requests.
    pub taker: Caller,
    pub oak: String,
    pub broker: Caller,
    pub offer: String,
    pub request: String,
}

impl Pair {
    /// Forty laptops offered, forty requested.
    pub async fn new(on: On) -> Self {
        Self::with(on, json!({}), json!({})).await
    }

    /// The same with other particulars.
    pub async fn with(on: On, offer: Value, request: Value) -> Self {
        Self::within(World::new(on).await, offer, request).await
    }

    /// The same in a world that is there.
    pub async fn within(world: World, offer: Value, request: Value) -> Self {
        let broker = world.staff("Bo Broker", PlatformRole::Broker).await;
        let giver = world.person("Greta Giver").await;
        let taker = world.person("Tom Taker").await;
        let elm = verified(&giver, &broker, "Elm Works").await;
        let oak = verified(&taker, &broker, "Oak House").await;
        let offer = posted(&giver, "Offer", &elm, offer).await;
        let request = posted(&taker, "Request", &oak, request).await;
        Self {
            world,
            giver,
            elm,
            taker,
            oak,
            broker,
            offer,
            request,
        }
    }

    /// The taker proposes, with these terms, and gets the match's id.
    pub async fn proposed(&self, terms: Value) -> String {
        self.proposes(&self.taker, terms).await.text("act.match.id")
    }

    /// Somebody proposes.
    pub async fn proposes(&self, who: &Caller, terms: Value) -> Reply {
        let input = json!({"offerId": self.offer, "requestId": self.request, "terms": terms});
        act(who, "proposeMatch", input).await
    }

    /// The taker proposed and the giver accepted so many laptops.
    pub async fn agreed(&self, amount: &str) -> String {
        let id = self.proposed(laptops(amount)).await;
        accept(&self.giver, &id, 1).await.at("act.match");
        id
    }
}

/// An organisation of this name that a broker has verified.
pub async fn verified(owner: &Caller, broker: &Caller, name: &str) -> String {
    let id = owner.organisation(name).await;
    let verify = "mutation ($id: ID!) { verifyOrganisation(input: {organisationId: $id, version: 1, status: VERIFIED, method: VOUCHED}) {
        userErrors { code } } }";
    broker
        .ask(verify, json!({"id": id}))
        .await
        .at("verifyOrganisation");
    id
}

/// A published listing, changed by `more`.
pub async fn posted(by: &Caller, kind: &str, organisation: &str, mut more: Value) -> String {
    more["publish"] = json!(true);
    let reply = post(by, kind, organisation, more).await;
    reply.text("created.listing.id")
}

/// Terms about so many laptops.
pub fn laptops(amount: &str) -> Value {
    json!({"quantity": {"amount": amount, "unit": "ITEM"}})
}

/// Does an act; the match is at `act.match`, a delivery at `act.fulfilment`.
pub async fn act(who: &Caller, name: &str, input: Value) -> Reply {
    who.ask(&mutation(name), json!({"input": input})).await
}

/// The mutation that does an act with an `$input`.
fn mutation(name: &str) -> String {
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let thing = match name {
        "recordDelivery" | "confirmDelivery" | "withdrawDelivery" => {
            format!("fulfilment {{ id state match {{ {MATCH} }} }}")
        }
        "giveThanks" | "publishThanks" | "unpublishThanks" => {
            "thanks { id text public side }".to_owned()
        }
        "askAboutListing" | "postMessage" | "reportMessage" | "hideMessage" => {
            "message { id conversation { id } }".to_owned()
        }
        _ => format!("match {{ {MATCH} }}"),
    };
    format!(
        "mutation ($input: {kind}!) {{ act: {name}(input: $input) {{ {thing} userErrors {{ code field message }} }} }}"
    )
}

/// Accepts a version of the terms.
pub async fn accept(who: &Caller, id: &str, version: i32) -> Reply {
    act(
        who,
        "acceptMatch",
        json!({"matchId": id, "termsVersion": version}),
    )
    .await
}

/// Records a delivery of so many laptops, and gives its id.
pub async fn record(who: &Caller, id: &str, amount: &str) -> String {
    let input = json!({"matchId": id, "quantity": {"amount": amount, "unit": "ITEM"}});
    act(who, "recordDelivery", input)
        .await
        .text("act.fulfilment.id")
}

/// Says how many laptops were delivered.
pub async fn confirm(who: &Caller, id: &str, amount: &str) -> Reply {
    let input = json!({"fulfilmentId": id, "quantity": {"amount": amount, "unit": "ITEM"}});
    act(who, "confirmDelivery", input).await
}

/// The match as somebody sees it, at `match`.
pub async fn see(who: &Caller, id: &str) -> Reply {
    let query = format!("query ($id: ID!) {{ match(id: $id) {{ {MATCH} }} }}");
    who.ask(&query, json!({"id": id})).await
}

/// The state of a match.
pub async fn state(who: &Caller, id: &str) -> String {
    see(who, id).await.text("match.state")
}

/// What is left of a listing.
pub async fn left(who: &Caller, listing: &str) -> String {
    let query = "query ($id: ID!) { listing(id: $id) { remainingQuantity { amount } } }";
    let reply = who.ask(query, json!({"id": listing})).await;
    reply.text("listing.remainingQuantity.amount")
}
