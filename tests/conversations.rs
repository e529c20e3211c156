//! Conversations: asking before anything is proposed, answering, reading, reporting.

use serde_json::{Value, json};

use crate::{
    both,
    matches::{Pair, laptops},
    support::{Caller, On, Reply},
};
use entity::person::PlatformRole;

/// Everything that these tests look at.
const CONVERSATION: &str = "id unreadCount lastMessageAt listing { id } match { id } organisations { name }
    messages(last: 50) { totalCount nodes { id text hidden reported author { displayName email } organisation { name } } }";

/// Does an act; the message is at `act.message`, a conversation at `act.conversation`.
async fn act(who: &Caller, name: &str, input: Value) -> Reply {
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let thing = match name {
        "markConversationRead" => "conversation { id unreadCount }".to_owned(),
        "dismissReport" => "report { id state decidedAt }".to_owned(),
        _ => format!("message {{ id text hidden reported conversation {{ {CONVERSATION} }} }}"),
    };
    let query = format!(
        "mutation ($input: {kind}!) {{ act: {name}(input: $input) {{ {thing} userErrors {{ code field message }} }} }}"
    );
    who.ask(&query, json!({"input": input})).await
}

/// The taker asks about the giver's offer.
async fn asked(pair: &Pair, text: &str) -> Reply {
    let input = json!({"listingId": pair.offer, "organisationId": pair.oak, "text": text});
    act(&pair.taker, "askAboutListing", input).await
}

/// Somebody says something in a conversation, and gets the message's id.
async fn says(who: &Caller, conversation: &str, text: &str) -> String {
    let input = json!({"conversationId": conversation, "text": text});
    act(who, "postMessage", input).await.text("act.message.id")
}

/// The conversation as somebody sees it, at `conversation`.
async fn see(who: &Caller, id: &str) -> Reply {
    let query = format!("query ($id: ID!) {{ conversation(id: $id) {{ {CONVERSATION} }} }}");
    who.ask(&query, json!({"id": id})).await
}

/// The texts of a conversation.
async fn texts(who: &Caller, id: &str) -> Vec<String> {
    see(who, id)
        .await
        .each("conversation.messages.nodes", "text")
}

async fn unread(who: &Caller, id: &str) -> Value {
    see(who, id).await.at("conversation.unreadCount").clone()
}

/// A pair, and the conversation that a question has opened.
async fn talking(on: On) -> (Pair, String) {
    let pair = Pair::new(on).await;
    let id = asked(&pair, "Do they have cameras?")
        .await
        .text("act.message.conversation.id");
    (pair, id)
}

both! {
    async fn a_question_opens_a_thread_before_anything_is_proposed(on) {
        let (pair, id) = talking(on).await;
        says(&pair.giver, &id, "They do.\nAll of them.").await;
        let again = asked(&pair, "And chargers?").await;
        assert_eq!(again.text("act.message.conversation.id"), id, "all questions about a listing are one thread");
        for who in [&pair.taker, &pair.giver] {
            let seen = see(who, &id).await;
            assert_eq!(seen.each("conversation.organisations", "name"), ["Oak House", "Elm Works"]);
            assert_eq!(seen.text("conversation.listing.id"), pair.offer);
            assert!(seen.at("conversation.match").is_null());
            let said = seen.each("conversation.messages.nodes", "text");
            assert_eq!(said, ["Do they have cameras?", "They do.\nAll of them.", "And chargers?"]);
            let authors = seen.at("conversation.messages.nodes").as_array().unwrap();
            let names: Vec<_> = authors.iter().map(|message| message["author"]["displayName"].as_str().unwrap()).collect();
            assert_eq!(names, ["Tom Taker", "Greta Giver", "Tom Taker"]);
        }
        let theirs = see(&pair.taker, &id).await;
        assert!(theirs.at("conversation.messages.nodes.1.author.email").is_null(), "a name is shown, and no address");
    }

    async fn a_match_goes_on_where_the_question_was_asked(on) {
        let (pair, id) = talking(on).await;
        let matched = pair.proposed(laptops("10")).await;
        let read = "query ($id: ID!) { match(id: $id) { conversation { id } } }";
        for who in [&pair.taker, &pair.giver] {
            assert_eq!(who.ask(read, json!({"id": matched})).await.text("match.conversation.id"), id);
            assert_eq!(see(who, &id).await.text("conversation.match.id"), matched);
        }
        let said = act(&pair.giver, "postMessage", json!({"matchId": matched, "text": "Ten it is."})).await;
        assert_eq!(said.text("act.message.conversation.id"), id);
        assert_eq!(texts(&pair.taker, &id).await, ["Do they have cameras?", "Ten it is."]);
        let broker = pair.broker.ask(read, json!({"id": matched})).await;
        assert!(broker.at("match.conversation").is_null(), "staff see the match, and not what is said");
    }

    async fn a_match_without_a_question_has_a_thread_from_the_first_message_on(on) {
        let pair = Pair::new(on).await;
        let matched = pair.proposed(laptops("10")).await;
        let read = "query ($id: ID!) { match(id: $id) { conversation { id } } }";
        assert!(pair.giver.ask(read, json!({"id": matched})).await.at("match.conversation").is_null());
        let say = async |who: &Caller, text: &str| {
            let said = act(who, "postMessage", json!({"matchId": matched, "text": text})).await;
            said.text("act.message.conversation.id")
        };
        let id = say(&pair.giver, "Welcome.").await;
        assert_eq!(say(&pair.taker, "Thank you.").await, id);
        assert_eq!(pair.taker.ask(read, json!({"id": matched})).await.text("match.conversation.id"), id);
        assert_eq!(asked(&pair, "And chargers?").await.text("act.message.conversation.id"), id);
    }

    async fn nobody_else_reads_it_and_it_cannot_be_told_from_what_never_was(on) {
        let (pair, id) = talking(on).await;
        let message = says(&pair.giver, &id, "They do.").await;
        let never = format!("conversation:{}", uuid::Uuid::now_v7());
        let outsider = pair.world.person("Una Uninvolved").await;
        outsider.organisation("Una's Own").await;
        let moderator = pair.world.staff("Mo Moderator", PlatformRole::Moderator).await;
        let (stranger, admin) = (pair.world.stranger(), pair.world.admin().await);
        for who in [&stranger, &outsider, &pair.broker, &moderator, &admin] {
            assert_eq!(see(who, &id).await.body, see(who, &never).await.body);
            assert!(see(who, &id).await.at("conversation").is_null());
            let node = who.ask("query ($id: ID!) { node(id: $id) { id } }", json!({"id": message})).await;
            assert!(node.at("node").is_null());
            let post = async |id: &str| act(who, "postMessage", json!({"conversationId": id, "text": "Hello"})).await;
            assert_eq!(post(&id).await.body, post(&never).await.body);
            let listed = who.ask("{ viewer { conversations { totalCount } } }", json!({})).await;
            assert_eq!(listed.at("viewer.conversations.totalCount"), 0);
        }
        assert_eq!(texts(&pair.taker, &id).await.len(), 2);
    }

    async fn observers_read_and_members_write(on) {
        let (pair, id) = talking(on).await;
        let observer = pair.giver.joined_by(&pair.world, &pair.elm, "Ivo Observer", "OBSERVER").await;
        let member = pair.giver.joined_by(&pair.world, &pair.elm, "Mia Member", "MEMBER").await;
        assert_eq!(texts(&observer, &id).await, ["Do they have cameras?"]);
        let post = json!({"conversationId": id, "text": "Yes."});
        assert_eq!(act(&observer, "postMessage", post.clone()).await.codes(), ["FORBIDDEN"]);
        act(&member, "postMessage", post).await.at("act.message");
        let about = json!({"listingId": pair.request, "organisationId": pair.elm, "text": "By when?"});
        assert_eq!(act(&observer, "askAboutListing", about.clone()).await.codes(), ["FORBIDDEN"]);
        act(&member, "askAboutListing", about).await.at("act.message");
    }

    async fn what_is_unread_is_counted_for_each_person(on) {
        let (pair, id) = talking(on).await;
        let colleague = pair.giver.joined_by(&pair.world, &pair.elm, "Mia Member", "MEMBER").await;
        assert_eq!(unread(&pair.taker, &id).await, 0, "one's own are never unread");
        assert_eq!(unread(&pair.giver, &id).await, 1);
        let second = says(&pair.taker, &id, "And chargers?").await;
        says(&pair.giver, &id, "One moment.").await;
        assert_eq!(unread(&pair.giver, &id).await, 2, "writing is not reading");
        assert_eq!(unread(&pair.taker, &id).await, 1);
        assert_eq!(unread(&colleague, &id).await, 3);
        let listed = "query ($u: Boolean!) { viewer { conversations(unreadOnly: $u) { totalCount nodes { id unreadCount } } } }";
        let count = async |who: &Caller, only: bool| {
            let reply = who.ask(listed, json!({"u": only})).await;
            reply.at("viewer.conversations.totalCount").clone()
        };
        assert_eq!(count(&pair.giver, true).await, 1);
        let mark = async |who: &Caller, up_to: &str| {
            act(who, "markConversationRead", json!({"conversationId": id, "upTo": up_to})).await
        };
        assert_eq!(mark(&pair.giver, &second).await.at("act.conversation.unreadCount"), 0);
        assert_eq!((count(&pair.giver, true).await, count(&pair.giver, false).await), (json!(0), json!(1)));
        assert_eq!(count(&colleague, true).await, 1, "what one has read another has not");
        let first = see(&pair.giver, &id).await.text("conversation.messages.nodes.0.id");
        assert_eq!(mark(&pair.giver, &first).await.at("act.conversation.unreadCount"), 0, "it never goes back");
        let other = asked_elsewhere(&pair).await;
        assert_eq!(mark(&pair.giver, &other).await.refusals(), ["UNKNOWN upTo"]);
        let third = says(&pair.taker, &id, "Still there?").await;
        assert_eq!(unread(&pair.giver, &id).await, 1);
        mark(&pair.giver, &third).await.at("act.conversation");
        assert_eq!(unread(&pair.giver, &id).await, 0);
    }

    async fn pages_go_both_ways_and_the_newest_comes_last(on) {
        let (pair, id) = talking(on).await;
        for text in ["2", "3", "4", "5"] {
            says(&pair.taker, &id, text).await;
        }
        let page = async |args: &str| {
            let query = format!("query ($id: ID!) {{ conversation(id: $id) {{ messages({args}) {{
                nodes {{ text }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }}");
            pair.giver.ask(&query, json!({"id": id})).await
        };
        let last = page("last: 2").await;
        assert_eq!(last.each("conversation.messages.nodes", "text"), ["4", "5"]);
        let before = last.text("conversation.messages.pageInfo.startCursor");
        let older = page(&format!("last: 2, before: {before:?}")).await;
        assert_eq!(older.each("conversation.messages.nodes", "text"), ["2", "3"]);
        assert_eq!(older.at("conversation.messages.pageInfo.hasPreviousPage"), true);
        let after = older.text("conversation.messages.pageInfo.endCursor");
        let newer = page(&format!("first: 5, after: {after:?}")).await;
        assert_eq!(newer.each("conversation.messages.nodes", "text"), ["4", "5"]);
    }

    async fn a_retry_says_nothing_twice(on) {
        let (pair, id) = talking(on).await;
        let post = json!({"conversationId": id, "text": "Once.", "idempotencyKey": "m1"});
        let tries = futures_util::future::join_all((0..4).map(|_| act(&pair.giver, "postMessage", post.clone()))).await;
        let ids: std::collections::BTreeSet<String> = tries.iter().map(|reply| reply.text("act.message.id")).collect();
        assert_eq!(ids.len(), 1);
        let ask = json!({"listingId": pair.offer, "organisationId": pair.oak, "text": "Twice?", "idempotencyKey": "m1"});
        let first = act(&pair.taker, "askAboutListing", ask.clone()).await.text("act.message.id");
        assert_eq!(act(&pair.taker, "askAboutListing", ask).await.text("act.message.id"), first);
        assert_eq!(texts(&pair.taker, &id).await, ["Do they have cameras?", "Once.", "Twice?"]);
        let other = json!({"conversationId": id, "text": "Other.", "idempotencyKey": "m1"});
        assert_eq!(act(&pair.giver, "postMessage", other).await.refusals(), ["IDEMPOTENCY_KEY_REUSED idempotencyKey"]);
    }

    async fn many_at_once_lose_and_double_nothing(on) {
        let (pair, id) = talking(on).await;
        let each = |n: usize| {
            let who = if n.is_multiple_of(2) { &pair.giver } else { &pair.taker };
            act(who, "postMessage", json!({"conversationId": id, "text": format!("{n}")}))
        };
        for reply in futures_util::future::join_all((0..12).map(each)).await {
            reply.at("act.message");
        }
        let mut said = texts(&pair.giver, &id).await.split_off(1);
        said.sort_unstable_by_key(|text| text.parse::<usize>().unwrap());
        assert_eq!(said, (0..12).map(|n| n.to_string()).collect::<Vec<_>>());
        assert_eq!(unread(&pair.giver, &id).await, 7, "six of the other side's, and the question");
    }

    async fn nobody_floods_the_other_side(on) {
        let (pair, id) = talking(on).await;
        for n in 1..30 {
            says(&pair.taker, &id, &format!("{n}")).await;
        }
        let more = json!({"conversationId": id, "text": "30"});
        assert_eq!(act(&pair.taker, "postMessage", more.clone()).await.refusals(), ["LIMIT_REACHED"]);
        act(&pair.giver, "postMessage", more).await.at("act.message");
    }

    async fn what_cannot_be_said_is_refused(on) {
        let (pair, id) = talking(on).await;
        let post = async |input: Value| act(&pair.giver, "postMessage", input).await.refusals();
        assert_eq!(post(json!({"conversationId": id, "text": "  "})).await, ["REQUIRED text"]);
        assert_eq!(post(json!({"conversationId": id, "text": "x".repeat(4_001)})).await, ["TOO_LONG text"]);
        assert_eq!(post(json!({"conversationId": id, "text": "a\u{7}b"})).await, ["INVALID text"]);
        assert_eq!(post(json!({"conversationId": id, "text": "a\u{202E}b"})).await, ["INVALID text"]);
        assert_eq!(post(json!({"text": "a"})).await, ["INVALID conversationId"]);
        let strange = pair.world.person("Una Uninvolved").await.organisation("Una's Own").await;
        assert_eq!(post(json!({"conversationId": id, "text": "a", "organisationId": strange})).await, ["UNKNOWN organisationId"]);
        let other = json!({"conversationId": id, "text": "a", "organisationId": pair.oak});
        assert_eq!(act(&pair.giver, "postMessage", other).await.codes(), ["FORBIDDEN"], "nobody speaks for the other side");
        let ask = async |who: &Caller, listing: &str, organisation: &str| {
            let input = json!({"listingId": listing, "organisationId": organisation, "text": "a"});
            act(who, "askAboutListing", input).await
        };
        assert_eq!(ask(&pair.giver, &pair.offer, &pair.elm).await.refusals(), ["NO_COUNTERPART organisationId"]);
        assert_eq!(ask(&pair.giver, &pair.request, &pair.oak).await.codes(), ["FORBIDDEN"]);
        let close = "mutation ($id: ID!) { closeListing(input: {id: $id, reason: WITHDRAWN}) { userErrors { code } } }";
        pair.giver.ask(close, json!({"id": pair.offer})).await.at("closeListing");
        assert_eq!(ask(&pair.taker, &pair.offer, &pair.oak).await.refusals(), ["INVALID_STATE listingId"]);
        says(&pair.taker, &id, "Has it gone?").await;
        assert_eq!(texts(&pair.giver, &id).await.len(), 2, "nothing is half-said");
        let markup = "<script>alert(1)</script> & **bold**";
        says(&pair.giver, &id, markup).await;
        assert_eq!(texts(&pair.taker, &id).await[2], markup, "a text is what it is: whoever shows it shows text");
    }

    async fn a_moderator_sees_what_was_reported_and_can_hide_it(on) {
        let (pair, id) = talking(on).await;
        for n in 0..8 {
            says(&pair.giver, &id, &format!("before {n}")).await;
        }
        let message = says(&pair.giver, &id, "Buy my watches.").await;
        let moderator = pair.world.staff("Mo Moderator", PlatformRole::Moderator).await;
        let report = json!({"messageId": message, "reason": "SPAM", "note": "The third time."});
        assert_eq!(act(&moderator, "hideMessage", json!({"messageId": message})).await.codes(), ["NOT_FOUND"], "nobody has reported it");
        assert_eq!(act(&pair.giver, "reportMessage", report.clone()).await.refusals(), ["INVALID messageId"]);
        let reported = act(&pair.taker, "reportMessage", report.clone()).await;
        assert_eq!(reported.at("act.message.reported"), true);
        assert_eq!(act(&pair.taker, "reportMessage", report).await.refusals(), ["ALREADY_EXISTS messageId"]);
        let seen = see(&pair.giver, &id).await;
        assert_eq!(seen.at("conversation.messages.nodes.9.reported"), false, "who reported it is not told");

        let read = "{ messageReports { totalCount nodes { id reason note state reportedBy { displayName }
            message { id text conversation { id } } around { text } } } }";
        for who in [&pair.giver, &pair.taker, &pair.broker] {
            assert_eq!(who.ask(read, json!({})).await.at("messageReports.totalCount"), 0);
        }
        let reports = moderator.ask(read, json!({})).await;
        assert_eq!(reports.text("messageReports.nodes.0.note"), "The third time.");
        assert_eq!(reports.text("messageReports.nodes.0.reportedBy.displayName"), "Tom Taker");
        assert!(reports.at("messageReports.nodes.0.message.conversation").is_null());
        let around = reports.each("messageReports.nodes.0.around", "text");
        assert_eq!(around, ["before 3", "before 4", "before 5", "before 6", "before 7", "Buy my watches."]);

        assert_eq!(act(&pair.taker, "hideMessage", json!({"messageId": message})).await.codes(), ["FORBIDDEN"]);
        let hidden = act(&moderator, "hideMessage", json!({"messageId": message})).await;
        assert_eq!(hidden.at("act.message.hidden"), true);
        assert_eq!(act(&moderator, "hideMessage", json!({"messageId": message})).await.refusals(), ["INVALID_STATE"]);
        for who in [&pair.taker, &pair.giver] {
            let seen = see(who, &id).await;
            assert!(seen.at("conversation.messages.nodes.9.text").is_null());
            assert_eq!(seen.at("conversation.messages.nodes.9.hidden"), true);
        }
        assert_eq!(moderator.ask(read, json!({})).await.at("messageReports.totalCount"), 0, "it is decided");
        let report = reports.text("messageReports.nodes.0.id");
        assert_eq!(act(&moderator, "dismissReport", json!({"reportId": report})).await.refusals(), ["INVALID_STATE"]);
    }

    async fn a_report_is_dismissed_and_the_message_stays(on) {
        let (pair, id) = talking(on).await;
        let message = says(&pair.giver, &id, "They do.").await;
        act(&pair.taker, "reportMessage", json!({"messageId": message, "reason": "OTHER"})).await.at("act.message");
        let moderator = pair.world.staff("Mo Moderator", PlatformRole::Moderator).await;
        let report = moderator.ask("{ messageReports { nodes { id } } }", json!({})).await.text("messageReports.nodes.0.id");
        assert_eq!(act(&pair.taker, "dismissReport", json!({"reportId": report})).await.codes(), ["FORBIDDEN"]);
        let dismissed = act(&moderator, "dismissReport", json!({"reportId": report})).await;
        assert_eq!(dismissed.text("act.report.state"), "DISMISSED");
        assert_eq!(texts(&pair.taker, &id).await[1], "They do.");
    }

    async fn conversations_go_along_when_an_organisation_is_merged(on) {
        let (pair, id) = talking(on).await;
        let admin = pair.world.admin().await;
        let heir = pair.world.person("Hetty Heir").await;
        let beech = crate::matches::verified(&heir, &pair.broker, "Beech House").await;
        let input = json!({"listingId": pair.offer, "organisationId": beech, "text": "For schools too?"});
        let own = act(&heir, "askAboutListing", input).await.text("act.message.conversation.id");
        let input = json!({"listingId": pair.request, "organisationId": pair.elm, "text": "By when?"});
        let asked = act(&pair.giver, "askAboutListing", input).await.text("act.message.conversation.id");
        let merge = "mutation ($from: ID!, $into: ID!) { mergeOrganisation(input: {organisationId: $from, intoId: $into}) {
            organisation { id } userErrors { code field message } } }";
        admin.ask(merge, json!({"from": pair.oak, "into": beech})).await.at("mergeOrganisation.organisation");
        // Both had asked about one offer: it is one conversation now, and nothing in it counts as read unread.
        assert_eq!(texts(&heir, &own).await, ["For schools too?", "Do they have cameras?"]);
        assert_eq!(unread(&heir, &own).await, 1);
        assert!(see(&pair.giver, &id).await.at("conversation").is_null());
        says(&pair.giver, &own, "They do.").await;
        assert_eq!(texts(&heir, &asked).await, ["By when?"]);
        says(&heir, &asked, "By May.").await;
        assert_eq!(see(&pair.giver, &asked).await.each("conversation.organisations", "name"), ["Elm Works", "Beech House"]);
    }

    async fn the_record_says_that_something_was_said_and_never_what(on) {
        let (pair, id) = talking(on).await;
        let message = says(&pair.giver, &id, "A secret").await;
        act(&pair.taker, "reportMessage", json!({"messageId": message, "reason": "OTHER"})).await.at("act.message");
        let read = "query ($id: ID) { activities(filter: {acts: [\"message.posted\", \"message.reported\"], subjectId: $id}) {
            nodes { act fields organisation { name } subject { id } } } }";
        for (who, reported) in [(&pair.giver, 0), (&pair.taker, 1)] {
            let seen = who.ask(read, json!({"id": null})).await;
            assert_eq!(seen.each("activities.nodes", "act")[reported..], ["message.posted", "message.posted"]);
            assert_eq!(seen.text("activities.nodes.0.subject.id"), message);
            assert_eq!(seen.text(&format!("activities.nodes.{reported}.organisation.name")), "Elm Works");
            assert!(!seen.text.contains("secret"));
        }
        let reported = pair.giver.ask(read, json!({"id": message})).await;
        assert_eq!(reported.each("activities.nodes", "act"), ["message.posted"], "whoever wrote it is not told of the report");
    }
}

/// A message of another conversation that the giver reads.
async fn asked_elsewhere(pair: &Pair) -> String {
    let input = json!({"listingId": pair.request, "organisationId": pair.elm, "text": "By when?"});
    act(&pair.giver, "askAboutListing", input)
        .await
        .text("act.message.id")
}
