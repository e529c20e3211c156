//! What people hear of: messages as they are written, and tasks as they come and go.

use serde_json::json;

use super::{A_WHILE, Served};
use crate::{
    both,
    matches::{Pair, laptops},
};

const MESSAGES: &str = "subscription ($id: ID) { messagePosted(conversationId: $id) {
    text author { displayName } conversation { id unreadCount } } }";
const TASKS: &str =
    "subscription { tasksChanged { taskCount tasks(first: 5) { nodes { kind } } } }";

both! {
    async fn each_side_hears_what_is_written_and_nobody_else(on) {
        let served = Served::new(on).await;
        let pair = Pair::within(served.world.clone(), json!({}), json!({})).await;
        let stranger = served.world.person("Una Unconcerned").await;
        let mut sockets = Vec::new();
        for who in [&pair.giver, &pair.taker, &pair.broker, &stranger] {
            let mut socket = served.socket_of(who).await;
            served.listens(&mut socket, "m", MESSAGES, json!({})).await;
            sockets.push(socket);
        }
        let ask = "mutation ($input: AskAboutListingInput!) { askAboutListing(input: $input) {
            message { conversation { id } } userErrors { code } } }";
        let input = json!({"listingId": pair.offer, "organisationId": pair.oak, "text": "Do they have cameras?"});
        let asked = pair.taker.ask(ask, json!({"input": input})).await;
        let conversation = asked.text("askAboutListing.message.conversation.id");
        for (socket, unread) in sockets.iter_mut().zip([1, 0]) {
            let heard = socket.answer("m").await;
            assert_eq!(heard["data"]["messagePosted"], json!({"text": "Do they have cameras?",
                "author": {"displayName": "Tom Taker"}, "conversation": {"id": conversation, "unreadCount": unread}}));
        }
        for socket in &mut sockets[2..] {
            assert!(socket.is_silent(A_WHILE).await);
        }

        // Of one conversation only: what is written in others is not heard.
        let mut one = served.socket_of(&pair.giver).await;
        served.listens(&mut one, "1", MESSAGES, json!({"id": conversation})).await;
        let input = json!({"listingId": pair.request, "organisationId": pair.elm, "text": "By when?"});
        pair.giver.ask(ask, json!({"input": input})).await.at("askAboutListing.message");
        let post = "mutation ($id: ID!) { postMessage(input: {conversationId: $id, text: \"They do.\"}) { message { id } } }";
        pair.giver.ask(post, json!({"id": conversation})).await.at("postMessage.message");
        assert_eq!(one.answer("1").await["data"]["messagePosted"]["text"], "They do.");
        let mut unseen = served.socket_of(&stranger).await;
        unseen.subscribe("1", MESSAGES, json!({"id": conversation})).await;
        assert_eq!(unseen.hear().await["payload"][0]["extensions"]["code"], "NOT_FOUND");
    }

    async fn a_badge_follows_what_waits(on) {
        let served = Served::new(on).await;
        let pair = Pair::within(served.world.clone(), json!({}), json!({})).await;
        let (mut giver, mut taker) = (served.socket_of(&pair.giver).await, served.socket_of(&pair.taker).await);
        for socket in [&mut giver, &mut taker] {
            served.listens(socket, "t", TASKS, json!({})).await;
            assert_eq!(socket.answer("t").await["data"]["tasksChanged"]["taskCount"], 0);
        }
        let id = pair.proposed(laptops("10")).await;
        let heard = giver.answer("t").await;
        assert_eq!(heard["data"]["tasksChanged"], json!({"taskCount": 1, "tasks": {"nodes": [{"kind": "ANSWER_PROPOSAL"}]}}));
        // Whoever proposed has nothing to do: nothing of theirs has changed.
        assert!(taker.is_silent(A_WHILE * 3).await);
        crate::matches::accept(&pair.giver, &id, 1).await.at("act.match");
        assert_eq!(giver.answer("t").await["data"]["tasksChanged"]["taskCount"], 0);
    }
}
