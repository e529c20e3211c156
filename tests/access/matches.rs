//! Matches of Elm Works, each at the point where an act can be tried on it. The other side is Willow Wharf, which is
//! in no column; what is unseen is between Willow Wharf and Beech House.

use super::world::{County, done, make, quoted};
use crate::support::Caller;

/// What is said in the first terms.
const TERMS: &str = "{quantity: {amount: \"2\", unit: ITEM}, from: \"2027-01-01\", until: \"2027-02-01\", place: \"Esher\",
    conditions: \"Collected in person.\", message: \"For our job club.\"}";

/// The acts of a story, one after the other; `done` gives the last one's thing.
async fn on(caller: &Caller, act: &str, id: &str, more: &str, thing: &str) -> String {
    let key = if thing == "fulfilment" && act != "recordDelivery" {
        "fulfilmentId"
    } else {
        "matchId"
    };
    make(
        caller,
        &format!("{act}(input: {{{key}: {id:?} {more}}})"),
        thing,
    )
    .await
}

impl County {
    /// One match of Elm Works that waits for its answer, one that is done, and one with which it has nothing to do.
    pub async fn matches(&mut self) {
        let partner = self.partner.clone();
        let willow = partner.organisation("Willow Wharf").await;
        self.know("willow", &willow);
        self.verified(&willow).await;
        self.know("counterpart", &partner.id.clone().unwrap());
        let wanted = self
            .post(&partner, "Request", "willow", "publish: true")
            .await;
        self.know("wanted", &wanted);
        let opening = self.opening("").await;
        self.know("match", &opening);
        let read = format!("{{ match(id: {opening:?}) {{ reference }} }}");
        let reference = partner.ask(&read, serde_json::json!({})).await;
        self.know("matchReference", &reference.text("match.reference"));
        self.finished().await;
        self.foreign().await;
    }

    /// A broker vouches for an organisation.
    async fn verified(&self, organisation: &str) {
        let verify = format!(
            "verifyOrganisation(input: {{organisationId: {organisation:?}, version: 1, status: VERIFIED, method: VOUCHED}})"
        );
        make(self.caller("broker"), &verify, "organisation").await;
    }

    /// A match that is done: approved, lent, confirmed, returned, with thanks from both sides, of which one is public.
    async fn finished(&mut self) {
        let id = self.opening("lent").await;
        let (partner, owner) = (self.partner.clone(), self.owner().clone());
        on(
            self.caller("broker"),
            "approveMatch",
            &id,
            ", termsVersion: 1",
            "match",
        )
        .await;
        on(&owner, "acceptMatch", &id, ", termsVersion: 1", "match").await;
        let evidence = ", evidence: [\"https://example.org/a.jpg\"], note: \"Twelve went.\"";
        let part = on(&partner, "recordDelivery", &id, evidence, "fulfilment").await;
        on(
            &owner,
            "confirmDelivery",
            &part,
            ", note: \"Yes.\"",
            "fulfilment",
        )
        .await;
        on(&owner, "markReturned", &id, "", "match").await;
        let thank = ", text: \"Thank you.\", public: true";
        let public = on(&partner, "giveThanks", &id, thank, "thanks").await;
        let publish = format!("publishThanks(input: {{thanksId: {public:?}}})");
        make(&owner, &publish, "thanks").await;
        let thanks = on(
            &owner,
            "giveThanks",
            &id,
            ", text: \"Thank you.\"",
            "thanks",
        )
        .await;
        for (name, id) in [
            ("doneMatch", &id),
            ("fulfilment", &part),
            ("publicThanks", &public),
            ("thanks", &thanks),
        ] {
            self.know(name, id);
        }
    }

    /// A match of Willow Wharf with Beech House.
    async fn foreign(&mut self) {
        let (partner, foreigner) = (self.partner.clone(), self.foreigner.clone());
        let offer = self
            .post(&foreigner, "Offer", "beech", "publish: true")
            .await;
        let id = self.response(&offer).await;
        on(
            self.caller("broker"),
            "approveMatch",
            &id,
            ", termsVersion: 1",
            "match",
        )
        .await;
        on(&foreigner, "acceptMatch", &id, ", termsVersion: 1", "match").await;
        let part = on(&partner, "recordDelivery", &id, "", "fulfilment").await;
        on(&foreigner, "confirmDelivery", &part, "", "fulfilment").await;
        let thanks = on(
            &partner,
            "giveThanks",
            &id,
            ", text: \"Thank you.\"",
            "thanks",
        )
        .await;
        for (name, id) in [
            ("unseenMatch", &id),
            ("unseenFulfilment", &part),
            ("unseenThanks", &thanks),
        ] {
            self.know(name, id);
        }
    }

    /// Willow Wharf answers a new offer of Elm Works, which is to answer.
    async fn opening(&self, how: &str) -> String {
        let offer = if how == "lent" {
            let elm = self.named("organisation");
            let input = format!(
                "createOffer(input: {{organisationId: {elm}, title: \"Laptops to lend\", resourceType: \"it-hardware\",
                 description: \"Wiped and tested.\", areas: [\"elmbridge\"], lendingMode: LEND, publish: true,
                 quantity: {{amount: \"40\", unit: ITEM, unitLabel: \"laptops\"}}}})"
            );
            make(&self.poster, &input, "offer").await
        } else {
            self.post(&self.poster, "Offer", "organisation", "publish: true")
                .await
        };
        self.response(&offer).await
    }

    async fn response(&self, offer: &str) -> String {
        let willow = self.named("willow");
        let respond = format!(
            "respondToListing(input: {{listingId: {offer:?}, organisationId: {willow}, terms: {TERMS}}})"
        );
        make(&self.partner, &respond, "match").await
    }

    /// A match of Elm Works at some point of its story, made for one cell.
    pub async fn at_a_point(&self, name: &str) -> Option<String> {
        let (partner, owner) = (&self.partner, self.owner());
        let id = match name {
            "opening" | "agreed" | "amended" | "delivery" | "ownDelivery" | "delivering"
            | "disputed" | "finished" | "praise" => self.opening("").await,
            "lent" => self.opening("lent").await,
            _ => return None,
        };
        if name == "opening" {
            return Some(id);
        }
        on(owner, "acceptMatch", &id, ", termsVersion: 1", "match").await;
        if name == "agreed" {
            return Some(id);
        }
        if name == "amended" {
            let change = ", termsVersion: 1, terms: {message: \"Later, please.\"}";
            on(partner, "proposeAmendment", &id, change, "match").await;
            return Some(id);
        }
        let by = if name == "ownDelivery" {
            &self.poster
        } else {
            partner
        };
        let part = on(by, "recordDelivery", &id, "", "fulfilment").await;
        match name {
            "delivery" | "ownDelivery" => return Some(part),
            "delivering" => return Some(id),
            "disputed" => {
                on(
                    owner,
                    "disputeMatch",
                    &id,
                    ", note: \"Two are broken.\"",
                    "match",
                )
                .await;
                return Some(id);
            }
            _ => on(owner, "confirmDelivery", &part, "", "fulfilment").await,
        };
        if name != "praise" {
            return Some(id);
        }
        let thank = ", text: \"Thank you.\", public: true";
        Some(on(partner, "giveThanks", &id, thank, "thanks").await)
    }

    /// A request of Willow Wharf with which Elm Works had a match, and which was taken out of sight since.
    pub async fn counterpart_out_of_sight(&mut self) {
        let partner = self.partner.clone();
        let id = self
            .post(&partner, "Request", "willow", "publish: true")
            .await;
        let offer = self
            .post(
                &self.poster.clone(),
                "Offer",
                "organisation",
                "publish: true",
            )
            .await;
        let propose = format!(
            "proposeMatch(input: {{offerId: {offer:?}, requestId: {id:?}, terms: {TERMS}}})"
        );
        make(&partner, &propose, "match").await;
        let pause = format!(
            "pauseListing(input: {{id: {}}}) {{ userErrors {{ code }} }}",
            quoted(&id)
        );
        done(&partner, &pause).await;
        self.know("pausedCounterpart", &id);
    }
}
