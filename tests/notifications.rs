//! Who is told of what, once each; the list of each person; how they wish to have mail.

use api::{kit::clock::now, listings};
use chrono::Duration;
use entity::{notification, person::PlatformRole};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::{
    both,
    listings::{act, offer},
    matches::{self, Pair, accept, confirm, laptops, posted, record},
    support::{Caller, Reply, World, system},
};

const LIST: &str = "query ($unread: Boolean!, $first: Int, $after: String) { viewer { unreadNotificationCount
    notifications(unreadOnly: $unread, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
        nodes { id kind category at readAt title subject { __typename id } activity { act } } } } }";

/// Today, as sentences say it.
pub fn today() -> String {
    api::kit::times::day(api::kit::clock::local_day(now()))
}

async fn list(caller: &Caller, unread: bool) -> Reply {
    caller.ask(LIST, json!({"unread": unread})).await
}

/// What somebody is told, the newest first.
pub async fn kinds(caller: &Caller) -> Vec<String> {
    list(caller, false)
        .await
        .each("viewer.notifications.nodes", "kind")
}

/// What somebody was told last; nothing where they were told nothing.
async fn newest(caller: &Caller) -> String {
    kinds(caller).await.into_iter().next().unwrap_or_default()
}

async fn mark(caller: &Caller, input: Value) -> Reply {
    let mark =
        "mutation ($input: MarkNotificationsReadInput!) { markNotificationsRead(input: $input) {
        viewer { unreadNotificationCount } userErrors { code field message } } }";
    caller.ask(mark, json!({"input": input})).await
}

/// Changes how somebody wishes to have mail.
pub async fn wish(caller: &Caller, input: Value) -> Reply {
    let wish = "mutation ($input: UpdateNotificationPreferencesInput!) { updateNotificationPreferences(input: $input) {
        notificationPreferences { mail { category frequency } quietHours { from until } } userErrors { code field message } } }";
    caller.ask(wish, json!({"input": input})).await
}

async fn changes_role(by: &Caller, membership: &str, role: &str) {
    let change = "mutation ($id: ID!, $role: MembershipRole!) {
        changeMemberRole(input: {membershipId: $id, role: $role}) { userErrors { code } } }";
    by.ask(change, json!({"id": membership, "role": role}))
        .await
        .at("changeMemberRole");
}

async fn approves(by: &Caller, membership: &str) {
    let approve = "mutation ($id: ID!) { approveMember(input: {membershipId: $id, role: MEMBER}) { userErrors { code } } }";
    by.ask(approve, json!({"id": membership}))
        .await
        .at("approveMember");
}

both! {
    async fn whoever_asks_to_join_is_announced_to_managers_and_told_the_answer(on) {
        let world = World::new(on).await;
        let owner = world.person("Olive Owner").await;
        let elm = owner.organisation("Elm Works").await;
        let manager = owner.joined_by(&world, &elm, "Max Manager", "MANAGER").await;
        let editor = owner.joined_by(&world, &elm, "Edi Editor", "EDITOR").await;
        let newcomer = world.person("Nel New").await;
        let application = newcomer.asks_to_join(&elm).await;
        world.tell(now()).await;
        approves(&manager, &application).await;
        changes_role(&owner, &application, "EDITOR").await;
        world.tell(now()).await;
        assert_eq!(kinds(&owner).await, ["JOIN_REQUESTED", "MEMBER_JOINED", "MEMBER_JOINED"]);
        // Nobody is told of what they did themselves, such as joining.
        assert_eq!(kinds(&manager).await, ["JOIN_REQUESTED", "MEMBER_JOINED"]);
        assert_eq!(kinds(&editor).await, [""; 0]);
        let told = list(&newcomer, false).await;
        let told = told.at("viewer.notifications.nodes");
        assert_eq!((&told[0]["kind"], &told[0]["title"]), (&json!("ROLE_CHANGED"), &json!(format!("Your role in Elm Works changed on {}.", today()))));
        assert_eq!((&told[1]["kind"], &told[1]["category"]), (&json!("JOIN_APPROVED"), &json!("MEMBERS")));
        assert_eq!(told[1]["subject"], json!({"__typename": "Membership", "id": application}));
        assert_eq!(told[1]["activity"], json!({"act": "organisation.member_approved"}));
    }

    async fn an_organisation_is_told_of_its_verification(on) {
        let (world, admin) = { let world = World::new(on).await; let admin = world.admin().await; (world, admin) };
        let owner = world.person("Olive Owner").await;
        let elm = owner.organisation("Elm Works").await;
        let verify = "mutation ($id: ID!) { verifyOrganisation(input: {organisationId: $id, version: 1, status: VERIFIED, method: REGISTER_LOOKUP}) {
            userErrors { code message } } }";
        admin.ask(verify, json!({"id": elm})).await.at("verifyOrganisation");
        world.tell(now()).await;
        let told = list(&owner, false).await;
        assert_eq!(told.text("viewer.notifications.nodes.0.title"), format!("Elm Works was verified on {}.", today()));
        assert_eq!(told.at("viewer.notifications.nodes.0.kind"), "ORGANISATION_VERIFIED");
    }

    async fn each_side_of_a_match_is_told_what_the_other_does_and_both_what_nobody_did(on) {
        let pair = Pair::new(on).await;
        let (giver, taker, world) = (&pair.giver, &pair.taker, &pair.world);
        let editor = giver.joined_by(world, &pair.elm, "Edi Editor", "EDITOR").await;
        let member = giver.joined_by(world, &pair.elm, "Mia Member", "MEMBER").await;
        let proposed = pair.proposed(laptops("10")).await;
        world.tell(now()).await;
        let told = list(&editor, true).await;
        let first = told.at("viewer.notifications.nodes.0");
        let title = format!("Oak House proposed a match for “Forty refurbished laptops” on {}. Accept, decline or propose other terms by ", today());
        assert!(first["title"].as_str().unwrap().starts_with(&title), "{first}");
        assert_eq!((&first["category"], &first["subject"]["__typename"]), (&json!("MATCHES"), &json!("Match")));
        assert_eq!((newest(&member).await, newest(taker).await), (String::new(), "ORGANISATION_VERIFIED".into()));
        accept(giver, &proposed, 1).await.at("act.match");
        world.tell(now()).await;
        assert_eq!((newest(taker).await, newest(giver).await), ("MATCH_ACCEPTED".into(), "MATCH_PROPOSED".into()));

        let pair = Pair::new(on).await;
        pair.proposed(laptops("10")).await;
        pair.world.tell(now()).await;
        let later = now() + Duration::days(60);
        api::matches::jobs::run(&pair.world.app, &system(later)).await.map_err(|e| e.message()).unwrap();
        pair.world.tell(later).await;
        assert_eq!((newest(&pair.giver).await, newest(&pair.taker).await), ("MATCH_LAPSED".into(), "MATCH_LAPSED".into()));
    }

    async fn nobody_is_told_twice_however_many_tell(on) {
        let world = World::new(on).await;
        let owner = world.person("Olive Owner").await;
        let elm = owner.organisation("Elm Works").await;
        let poster = owner.joined_by(&world, &elm, "Petra Poster", "EDITOR").await;
        let member = owner.joined_by(&world, &elm, "Mia Member", "MEMBER").await;
        for _ in 0..12 {
            offer(&poster, &elm, json!({"publish": true})).await;
        }
        world.tell(now()).await;
        let soon = now() + Duration::days(84);
        let remind = async || listings::jobs::run(&world.app, &system(soon)).await.map_err(|e| e.message()).unwrap();
        let round = async || { remind().await; world.tell(soon).await };
        let (a, b, c) = tokio::join!(round(), round(), round());
        assert_eq!(a + b + c + world.tell(soon).await, 24);
        // Petra is told as an editor and as the poster, and that is once.
        assert_eq!(kinds(&poster).await, ["LISTING_ENDS_SOON"; 12]);
        assert_eq!(kinds(&owner).await[..12], ["LISTING_ENDS_SOON"; 12]);
        assert_eq!(kinds(&member).await, [""; 0]);
        let rows = notification::Entity::find().count(&world.app.database.read).await.unwrap();
        assert_eq!(rows, 26, "two more tell the owner who joined");
    }

    async fn a_poster_is_told_when_somebody_else_closes_their_listing(on) {
        let world = World::new(on).await;
        let owner = world.person("Olive Owner").await;
        let elm = owner.organisation("Elm Works").await;
        let poster = owner.joined_by(&world, &elm, "Petra Poster", "EDITOR").await;
        let theirs = offer(&poster, &elm, json!({"publish": true})).await;
        let own = offer(&owner, &elm, json!({"publish": true})).await;
        for id in [&theirs, &own] {
            act(&owner, "closeListing", id, json!({"reason": "WITHDRAWN"})).await.at("act");
        }
        world.tell(now()).await;
        assert_eq!(kinds(&poster).await, ["LISTING_CLOSED"]);
        assert_eq!(kinds(&owner).await, ["MEMBER_JOINED"]);
    }

    async fn the_list_has_pages_and_is_read_one_by_one_or_up_to_one(on) {
        let world = World::new(on).await;
        let owner = world.person("Olive Owner").await;
        let elm = owner.organisation("Elm Works").await;
        for name in ["Ann", "Bea", "Cid", "Dot"] {
            world.person(&format!("{name} Asker")).await.asks_to_join(&elm).await;
        }
        world.tell(now()).await;
        let first = owner.ask(LIST, json!({"unread": false, "first": 3})).await;
        assert_eq!(first.at("viewer.notifications.totalCount"), 4);
        let ids = first.each("viewer.notifications.nodes", "id");
        let after = first.text("viewer.notifications.pageInfo.endCursor");
        let next = owner.ask(LIST, json!({"unread": false, "first": 3, "after": after})).await;
        assert_eq!(next.each("viewer.notifications.nodes", "kind"), ["JOIN_REQUESTED"]);
        assert_eq!(mark(&owner, json!({"ids": [ids[0]]})).await.at("markNotificationsRead.viewer.unreadNotificationCount"), 3);
        let unread = list(&owner, true).await;
        assert_eq!((unread.at("viewer.notifications.totalCount"), unread.at("viewer.unreadNotificationCount")), (&json!(3), &json!(3)));
        let before = list(&owner, false).await.at("viewer.notifications.nodes.0.readAt").clone();
        assert_eq!(mark(&owner, json!({"upTo": ids[0]})).await.at("markNotificationsRead.viewer.unreadNotificationCount"), 0);
        // What was read before was read then.
        assert_eq!(list(&owner, false).await.at("viewer.notifications.nodes.0.readAt"), &before);

        let other = world.person("Oona Other").await;
        assert_eq!(mark(&other, json!({"ids": [ids[0]]})).await.codes(), ["NOT_FOUND"]);
        assert_eq!(mark(&other, json!({"upTo": ids[0]})).await.codes(), ["NOT_FOUND"]);
        assert_eq!(mark(&owner, json!({})).await.refusals(), ["REQUIRED ids"]);
        assert_eq!(mark(&owner, json!({"ids": [ids[0]], "upTo": ids[0]})).await.refusals(), ["INVALID upTo"]);
        assert_eq!(mark(&owner, json!({"ids": vec![&ids[0]; 101]})).await.refusals(), ["TOO_MANY ids"]);
        assert_eq!(mark(&world.stranger(), json!({"ids": []})).await.codes(), ["UNAUTHENTICATED"]);
    }

    async fn a_sentence_names_what_its_reader_may_still_see(on) {
        let world = World::new(on).await;
        let owner = world.person("Olive Owner").await;
        let elm = owner.organisation("Elm Works").await;
        let editor = world.person("Edi Editor").await;
        let place = owner.admits(&elm, &editor, "EDITOR").await;
        offer(&owner, &elm, json!({"publish": true, "audience": "ORGANISATION"})).await;
        let soon = now() + Duration::days(84);
        listings::jobs::run(&world.app, &system(soon)).await.map_err(|e| e.message()).unwrap();
        world.tell(soon).await;
        let title = async || list(&editor, false).await.text("viewer.notifications.nodes.0.title");
        let said = title().await;
        assert!(said.starts_with("“Forty refurbished laptops” of Elm Works expires at "), "{said}");
        let remove = "mutation ($id: ID!) { removeMember(input: {membershipId: $id}) { userErrors { code } } }";
        owner.ask(remove, json!({"id": place})).await.at("removeMember");
        assert_eq!(title().await, "A listing of your organisation expires soon. Renew it before then if it is still valid.");
        let told = list(&editor, false).await;
        assert_eq!(told.at("viewer.notifications.nodes.0.subject"), &Value::Null);
    }

    async fn people_say_how_they_wish_to_have_mail(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        let usual = mary.ask("{ viewer { notificationPreferences { mail { category frequency } quietHours { from } } } }", json!({})).await;
        assert_eq!(usual.at("viewer.notificationPreferences"), &json!({"quietHours": null, "mail": [
            {"category": "LISTINGS", "frequency": "DAILY_DIGEST"}, {"category": "MEMBERS", "frequency": "INSTANT"},
            {"category": "ORGANISATIONS", "frequency": "INSTANT"}, {"category": "MATCHES", "frequency": "INSTANT"},
            {"category": "CONVERSATIONS", "frequency": "INSTANT"}, {"category": "STAFF", "frequency": "INSTANT"}, {"category": "EVENTS", "frequency": "INSTANT"},
            {"category": "ACCOUNT", "frequency": "INSTANT"}]}));
        let off = json!([{"category": "LISTINGS", "frequency": "OFF"}]);
        let said = wish(&mary, json!({"mail": off, "quietHours": {"from": "22:00", "until": "07:30"}})).await;
        let at = "updateNotificationPreferences.notificationPreferences";
        assert_eq!(said.at(at)["mail"][0]["frequency"], "OFF");
        let said = wish(&mary, json!({"mail": [{"category": "LISTINGS", "frequency": "INSTANT"}]})).await;
        assert_eq!((&said.at(at)["mail"][0]["frequency"], &said.at(at)["quietHours"]["until"]), (&json!("INSTANT"), &json!("07:30")));
        assert_eq!(wish(&mary, json!({"quietHours": null})).await.at(at)["quietHours"], Value::Null);
        let twice = json!({"mail": [off[0], off[0]], "quietHours": {"from": "09:00", "until": "09:00"}});
        assert_eq!(wish(&mary, twice).await.refusals(), ["INVALID mail.1.category", "INVALID quietHours.until"]);
        assert_eq!(wish(&world.stranger(), json!({})).await.codes(), ["UNAUTHENTICATED"]);
        let nobody = world.stranger().ask("{ viewer { notificationPreferences { quietHours { from } } unreadNotificationCount
            notifications { totalCount } } }", json!({})).await;
        assert_eq!(nobody.at("viewer"), &json!({"notificationPreferences": null, "unreadNotificationCount": 0,
            "notifications": {"totalCount": 0}}));
    }

    async fn whoever_is_declined_or_removed_is_told_by_whom(on) {
        let world = World::new(on).await;
        let owner = world.person("Olive Owner").await;
        let elm = owner.organisation("Elm Works").await;
        let (newcomer, member) = (world.person("Nel New").await, world.person("Mia Member").await);
        let (application, place) = (newcomer.asks_to_join(&elm).await, owner.admits(&elm, &member, "MEMBER").await);
        for (act, id) in [("declineMember", application), ("removeMember", place)] {
            let end = format!("mutation ($id: ID!) {{ {act}(input: {{membershipId: $id}}) {{ userErrors {{ code }} }} }}");
            owner.ask(&end, json!({"id": id})).await.at(act);
        }
        world.tell(now()).await;
        let title = async |who: &Caller| {
            let told = list(who, false).await;
            let first = told.at("viewer.notifications.nodes.0").clone();
            (first["kind"].clone(), first["title"].clone(), first["activity"]["act"].clone())
        };
        assert_eq!(title(&newcomer).await, (json!("JOIN_DECLINED"),
            json!(format!("Elm Works declined your request to join on {}. You can ask again.", today())), json!("organisation.member_declined")));
        assert_eq!(title(&member).await, (json!("MEMBER_REMOVED"),
            json!(format!("You were removed from Elm Works on {}.", today())), json!("organisation.member_removed")));
    }

    async fn brokers_are_told_what_waits_for_them_unless_it_is_their_own(on) {
        let pair = Pair::new(on).await;
        let world = &pair.world;
        let own = world.staff("Olga Own", PlatformRole::Broker).await;
        pair.giver.admits(&pair.elm, &own, "OBSERVER").await;
        let id = pair.agreed("10").await;
        let delivery = record(&pair.giver, &id, "10").await;
        world.tell(now()).await;
        assert_eq!(kinds(&pair.broker).await, [""; 0], "both are verified, and nobody disagrees");
        confirm(&pair.taker, &delivery, "4").await.at("act.fulfilment");
        world.tell(now()).await;
        assert_eq!((kinds(&pair.broker).await, newest(&pair.giver).await), (vec!["DISPUTE_RAISED".into()], "MATCH_DISPUTED".into()));
        let told = list(&pair.broker, false).await;
        assert_eq!(told.at("viewer.notifications.nodes.0.category"), "STAFF");
        assert_ne!(newest(&own).await, "DISPUTE_RAISED");

        let young = world.person("Yves Young").await;
        let yew = young.organisation("Yew Trust").await;
        let offer = posted(&young, "Offer", &yew, json!({})).await;
        let input = json!({"offerId": offer, "requestId": pair.request, "terms": laptops("2")});
        matches::act(&young, "proposeMatch", input).await.at("act.match");
        world.tell(now()).await;
        assert_eq!((newest(&pair.broker).await, newest(&pair.taker).await), ("APPROVAL_NEEDED".into(), "MATCH_PROPOSED".into()));
    }

    async fn where_nobody_is_a_broker_administrators_are_told(on) {
        let world = World::new(on).await;
        let admin = world.admin().await;
        let (giver, taker) = (world.person("Greta Giver").await, world.person("Tom Taker").await);
        let (elm, oak) = (giver.organisation("Elm Works").await, taker.organisation("Oak House").await);
        let offer = posted(&giver, "Offer", &elm, json!({})).await;
        let request = posted(&taker, "Request", &oak, json!({})).await;
        let input = json!({"offerId": offer, "requestId": request, "terms": laptops("2")});
        matches::act(&giver, "proposeMatch", input).await.at("act.match");
        world.tell(now()).await;
        assert_eq!(kinds(&admin).await, ["APPROVAL_NEEDED"]);
    }

    async fn a_conversation_calls_once_until_it_is_read(on) {
        let pair = Pair::new(on).await;
        let (giver, taker, world) = (&pair.giver, &pair.taker, &pair.world);
        let member = giver.joined_by(world, &pair.elm, "Mia Member", "MEMBER").await;
        let observer = giver.joined_by(world, &pair.elm, "Ob Server", "OBSERVER").await;
        let ask = "mutation ($input: AskAboutListingInput!) { askAboutListing(input: $input) {
            message { id conversation { id } } userErrors { code } } }";
        let asks = async || {
            let input = json!({"listingId": pair.offer, "organisationId": pair.oak, "text": "Do they have cameras?"});
            let asked = taker.ask(ask, json!({"input": input})).await;
            world.tell(now()).await;
            (asked.text("askAboutListing.message.id"), asked.text("askAboutListing.message.conversation.id"))
        };
        let calls = async |who: &Caller| kinds(who).await.iter().filter(|kind| *kind == "MESSAGE_POSTED").count();
        asks().await;
        let (last, id) = asks().await;
        assert_eq!((calls(giver).await, calls(&member).await), (1, 1), "one call until they look");
        assert_eq!((calls(taker).await, calls(&observer).await), (0, 0), "observers do not write");
        let told = list(&member, false).await;
        assert_eq!(told.text("viewer.notifications.nodes.0.title"), format!("Oak House sent a message about “Forty refurbished laptops” on {}.", today()));
        assert_eq!(told.at("viewer.notifications.nodes.0.subject.__typename"), "Message");
        let read = "mutation ($input: MarkConversationReadInput!) { markConversationRead(input: $input) { userErrors { code } } }";
        giver.ask(read, json!({"input": {"conversationId": id, "upTo": last}})).await.at("markConversationRead");
        asks().await;
        assert_eq!((calls(giver).await, calls(&member).await), (2, 1));
    }

    async fn moderators_are_told_of_reports_and_the_writer_of_what_was_hidden(on) {
        let pair = Pair::new(on).await;
        let (taker, world) = (&pair.taker, &pair.world);
        let moderator = world.staff("Mo Moderator", PlatformRole::Moderator).await;
        let ask = "mutation ($input: AskAboutListingInput!) { askAboutListing(input: $input) { message { id } userErrors { code } } }";
        let input = json!({"listingId": pair.offer, "organisationId": pair.oak, "text": "Buy my watches."});
        let message = taker.ask(ask, json!({"input": input})).await.text("askAboutListing.message.id");
        let report = "mutation ($id: ID!) { reportMessage(input: {messageId: $id, reason: SPAM}) { userErrors { code } } }";
        pair.giver.ask(report, json!({"id": message})).await.at("reportMessage");
        world.tell(now()).await;
        assert_eq!((kinds(&moderator).await, kinds(&pair.broker).await), (vec!["MESSAGE_REPORTED".to_owned()], vec![]));
        let hide = "mutation ($id: ID!) { hideMessage(input: {messageId: $id}) { userErrors { code } } }";
        moderator.ask(hide, json!({"id": message})).await.at("hideMessage");
        world.tell(now()).await;
        assert_eq!(newest(taker).await, "MESSAGE_HIDDEN");
        let told = list(taker, false).await;
        assert_eq!(told.text("viewer.notifications.nodes.0.title"), format!("A moderator hid your message about “Forty refurbished laptops” on {}.", today()));
    }

    async fn a_record_that_is_taken_back_is_told(on) {
        let pair = Pair::new(on).await;
        let id = pair.agreed("10").await;
        let delivery = record(&pair.giver, &id, "4").await;
        matches::act(&pair.giver, "withdrawDelivery", json!({"fulfilmentId": delivery})).await.at("act");
        pair.world.tell(now()).await;
        assert_eq!(newest(&pair.taker).await, "DELIVERY_WITHDRAWN");
    }
}
