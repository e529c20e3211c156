//! What Elm Works and Willow Wharf say to each other, what of it was reported, and what Willow Wharf and Beech House say.

use serde_json::json;

use super::world::{County, done, make};
use crate::support::Caller;

/// Says something in a conversation, and gives the message's id.
async fn says(by: &Caller, conversation: &str, text: &str) -> String {
    let post = format!("postMessage(input: {{conversationId: {conversation:?}, text: {text:?}}})");
    make(by, &post, "message").await
}

impl County {
    /// A question, an answer and a match that came of it; one message was reported, another one hidden.
    pub async fn conversations(&mut self) {
        let (partner, foreigner) = (self.partner.clone(), self.foreigner.clone());
        let (owner, poster) = (self.owner().clone(), self.poster.clone());
        let offer = self
            .post(&poster, "Offer", "organisation", "publish: true")
            .await;
        let (conversation, message) = self.question(&offer).await;
        self.know("conversation", &conversation);
        self.know("message", &message);
        let report = self.reported(&owner, &message).await;
        self.know("report", &report);
        let hidden = says(&partner, &conversation, "Buy my watches.").await;
        let decided = self.reported(&owner, &hidden).await;
        self.know("decidedReport", &decided);
        let hide = format!("hideMessage(input: {{messageId: {hidden:?}}})");
        make(self.caller("moderator"), &hide, "message").await;
        self.know("hiddenMessage", &hidden);
        let willow = self.named("willow");
        let respond = format!(
            "respondToListing(input: {{listingId: {offer:?}, organisationId: {willow}, terms: {{}}}})"
        );
        let talked = make(&partner, &respond, "match").await;
        self.know("talkedMatch", &talked);
        says(&poster, &conversation, "They do.").await;
        let theirs = self
            .post(&foreigner, "Offer", "beech", "publish: true")
            .await;
        let (conversation, message) = self.question(&theirs).await;
        self.know("unseenConversation", &conversation);
        self.know("unseenMessage", &message);
    }

    /// Willow Wharf asks about a listing; the ids of the conversation and of the question.
    async fn question(&self, listing: &str) -> (String, String) {
        let willow = self.named("willow");
        let ask = format!(
            "askAboutListing(input: {{listingId: {listing:?}, organisationId: {willow}, text: \"Do they have cameras?\"}})
             {{ message {{ id conversation {{ id }} }} userErrors {{ code }} }}"
        );
        let asked = done(&self.partner, &ask).await;
        (
            asked.text("act.message.conversation.id"),
            asked.text("act.message.id"),
        )
    }

    /// Reports a message, and gives the report's id.
    async fn reported(&self, by: &Caller, message: &str) -> String {
        let report = format!(
            "reportMessage(input: {{messageId: {message:?}, reason: SPAM, note: \"Not for us.\"}})"
        );
        make(by, &report, "message").await;
        let read = "{ messageReports(last: 100) { nodes { id message { id } } } }";
        let reply = self.admin().ask(read, json!({})).await;
        let all = reply.at("messageReports.nodes").as_array().unwrap();
        let own = all.iter().find(|report| report["message"]["id"] == message);
        own.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// A message of Willow Wharf, or a report of one, made for one cell.
    pub async fn talk(&self, name: &str) -> Option<String> {
        if !["said", "reportedMessage", "openReport"].contains(&name) {
            return None;
        }
        let (willow, guest) = (self.named("willow"), format!("Guest {}", self.number()));
        let willow = willow.trim_matches('"');
        let guest = self
            .partner
            .joined_by(&self.world, willow, &guest, "MEMBER")
            .await;
        let conversation = self.named("conversation");
        let message = says(&guest, conversation.trim_matches('"'), "Hello?").await;
        if name == "said" {
            return Some(message);
        }
        let report = self.reported(&self.poster, &message).await;
        Some(if name == "openReport" {
            report
        } else {
            message
        })
    }
}
