//! Mergers: one organisation carries on for another.

use std::sync::atomic::{AtomicBool, Ordering};

use api::kit::{Id, clock::now};
use chrono::Duration;
use entity::{event, organisation, place_reservation, registration};
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};

use crate::{
    both,
    events::{act as on_event, announced, becomes_partner, in_days},
    registrations::{
        act, people, register,
        reserved::{adds_up, reserve},
    },
    support::{Caller, Reply, World},
};

async fn merge(caller: &Caller, source: &str, into: &str) -> Reply {
    let mutation = "mutation ($id: ID!, $into: ID!) { mergeOrganisation(input: {organisationId: $id, intoId: $into}) {
        organisation { state mergedInto { id state } version } userErrors { code field message } } }";
    caller
        .ask(mutation, json!({"id": source, "into": into}))
        .await
}

async fn roles(caller: &Caller, organisation: &str) -> Value {
    let query = "query ($id: ID!) { organisation(id: $id) { members { nodes { role state person { displayName } } } } }";
    let reply = caller.ask(query, json!({"id": organisation})).await;
    let nodes = reply
        .at("organisation.members.nodes")
        .as_array()
        .unwrap()
        .clone();
    let name = |node: &Value| {
        node["person"]["displayName"]
            .as_str()
            .unwrap()
            .split(' ')
            .next()
            .unwrap()
            .to_owned()
    };
    nodes
        .iter()
        .map(|node| {
            (
                name(node),
                json!(format!(
                    "{} {}",
                    node["state"].as_str().unwrap(),
                    node["role"].as_str().unwrap()
                )),
            )
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Lets an event have begun.
async fn begin(world: &World, event: &str) {
    let id: Id<event::Entity> = event.parse().unwrap();
    event::Entity::update_many()
        .col_expr(
            event::Column::StartsAt,
            Expr::val(now() - Duration::minutes(1)),
        )
        .filter(event::Column::Id.eq(id.0))
        .exec(&world.app.database.write)
        .await
        .unwrap();
}

/// How many events, registrations and reservations are an organisation's.
async fn left_behind(world: &World, organisation: &str) -> u64 {
    let id: Id<organisation::Entity> = organisation.parse().unwrap();
    let read = &world.app.database.read;
    let events = event::Entity::find().filter(event::Column::OrganisationId.eq(id.0));
    let come = registration::Entity::find().filter(registration::Column::OrganisationId.eq(id.0));
    let held = place_reservation::Entity::find()
        .filter(place_reservation::Column::OrganisationId.eq(id.0));
    events.count(read).await.unwrap()
        + come.count(read).await.unwrap()
        + held.count(read).await.unwrap()
}

async fn part(caller: &Caller, name: &str, parent: &str) -> String {
    let mutation = "mutation ($name: String!, $parent: ID!) {
        createOrganisation(input: {name: $name, kind: COUNCIL_TEAM, parentId: $parent}) { organisation { id } userErrors { code } } }";
    let made = caller
        .ask(mutation, json!({"name": name, "parent": parent}))
        .await;
    made.text("createOrganisation.organisation.id")
}

async fn parent(caller: &Caller, id: &str) -> Value {
    let query = "query ($id: ID!) { organisation(id: $id) { parent { name } } }";
    caller
        .ask(query, json!({"id": id}))
        .await
        .at("organisation.parent")
        .clone()
}

both! {
    async fn everything_that_is_alive_moves_and_the_id_still_answers(on) {
        let world = World::new(on).await;
        let (mary, tom, admin) = (world.person("Mary Major").await, world.person("Tom Minor").await, world.admin().await);
        let old = mary.organisation("Old Hub").await;
        let new = tom.organisation("New Hub").await;
        let team = part(&mary, "Team", &old).await;
        let update = "mutation ($id: ID!) { updateOrganisation(input: {organisationId: $id, version: 1,
            identifiers: [{scheme: \"GB-COH\", value: \"7\"}]}) { organisation { id } userErrors { code } } }";
        mary.ask(update, json!({"id": old})).await.at("updateOrganisation");
        let token = mary.invitation(&old, "OWNER").await;
        let merged = merge(&admin, &old, &new).await;
        assert_eq!(merged.at("mergeOrganisation.organisation"), &json!({"state": "MERGED",
            "mergedInto": {"id": new, "state": "ACTIVE"}, "version": 3}));
        let query = "query ($id: ID!, $new: ID!) { node(id: $id) { id ... on Organisation { name state mergedInto { name } identifiers { value } } }
            organisation(id: $new) { identifiers { value } children { nodes { id } } version } }";
        let seen = world.stranger().ask(query, json!({"id": old, "new": new})).await;
        assert_eq!(seen.at("node"), &json!({"id": old, "name": "Old Hub", "state": "MERGED", "mergedInto": {"name": "New Hub"}, "identifiers": []}));
        assert_eq!(seen.at("organisation"), &json!({"identifiers": [{"value": "00000007"}], "children": {"nodes": [{"id": team}]}, "version": 2}));
        assert_eq!(roles(&admin, &new).await, json!({"Tom": "ACTIVE OWNER", "Mary": "ACTIVE OWNER"}));
        let accept = "mutation ($token: String!) { acceptInvitation(input: {token: $token}) { membership { id } userErrors { code field } } }";
        assert_eq!(tom.ask(accept, json!({"token": token})).await.refusals(), ["INVITATION_INVALID token"]);
        let list = "{ organisations { nodes { name } } all: organisations(filter: {states: [ACTIVE, MERGED]}) { totalCount } }";
        let listed = world.stranger().ask(list, json!({})).await;
        assert_eq!(listed.each("organisations.nodes", "name"), ["New Hub", "Team"]);
        assert_eq!(listed.at("all.totalCount"), 3);
    }

    async fn whoever_is_in_both_keeps_the_higher_role(on) {
        let world = World::new(on).await;
        let (mary, tom, admin) = (world.person("Mary Major").await, world.person("Tom Minor").await, world.admin().await);
        let (old, new) = (mary.organisation("Old Hub").await, tom.organisation("New Hub").await);
        mary.admits(&old, &tom, "EDITOR").await;
        tom.admits(&new, &mary, "OBSERVER").await;
        let (nell, otto, rita) = (world.person("Nell New").await, world.person("Otto Old").await, world.person("Rita Both").await);
        // Nell works in the old one and asked to join the new one; Otto the other way round; Rita asked both.
        mary.admits(&old, &nell, "EDITOR").await;
        nell.asks_to_join(&new).await;
        otto.asks_to_join(&old).await;
        tom.admits(&new, &otto, "OBSERVER").await;
        rita.asks_to_join(&old).await;
        rita.asks_to_join(&new).await;
        merge(&admin, &old, &new).await.at("mergeOrganisation");
        assert_eq!(roles(&admin, &new).await, json!({"Tom": "ACTIVE OWNER", "Mary": "ACTIVE OWNER", "Nell": "ACTIVE EDITOR",
            "Otto": "ACTIVE OBSERVER", "Rita": "REQUESTED MEMBER"}));
        assert_eq!(roles(&admin, &old).await, json!({}));
        let own = mary.ask("{ viewer { memberships { nodes { role organisation { name } } } } }", json!({})).await;
        assert_eq!(own.at("viewer.memberships.nodes"), &json!([{"role": "OWNER", "organisation": {"name": "New Hub"}}]));
    }

    async fn listings_move_and_lose_a_reference_that_is_taken(on) {
        let world = World::new(on).await;
        let (mary, tom, admin) = (world.person("Mary Major").await, world.person("Tom Minor").await, world.admin().await);
        let (old, new) = (mary.organisation("Old Hub").await, tom.organisation("New Hub").await);
        let offer = "mutation ($input: CreateOfferInput!) { createOffer(input: $input) { offer { id } userErrors { code field message } } }";
        let mut ids = Vec::new();
        for (caller, organisation, reference) in [(&mary, &old, "a"), (&mary, &old, "b"), (&tom, &new, "a")] {
            let input = json!({"organisationId": organisation, "title": format!("Laptops {reference}"), "resourceType": "other",
                "externalReference": reference});
            ids.push(caller.ask(offer, json!({"input": input})).await.text("createOffer.offer.id"));
        }
        merge(&admin, &old, &new).await.at("mergeOrganisation");
        let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Offer { externalReference organisation { name } } } }";
        let seen = tom.ask(query, json!({"ids": ids})).await;
        let at_new = |reference: Value| json!({"externalReference": reference, "organisation": {"name": "New Hub"}});
        assert_eq!(seen.at("nodes"), &json!([at_new(Value::Null), at_new(json!("b")), at_new(json!("a"))]));
    }

    async fn events_go_on_as_those_of_the_one_that_carries_on(on) {
        let world = World::new(on).await;
        let (mary, tom, admin) = (world.person("Mary Major").await, world.person("Tom Minor").await, world.admin().await);
        let (old, new) = (mary.organisation("Old Hub").await, tom.organisation("New Hub").await);
        let helper = world.person("Hetty Helper").await;
        let third = helper.organisation("Third Hub").await;
        let own = announced(&mary, &old, json!({"title": "Our fair", "partners": [new, third]})).await;
        let theirs = announced(&helper, &third, json!({"title": "Their fair", "partners": [old, new]})).await;
        let other = announced(&helper, &third, json!({"title": "Another", "partners": [old]})).await;
        for (who, organisation, event) in [
            (&tom, &new, &own), (&helper, &third, &own), (&mary, &old, &theirs), (&tom, &new, &theirs), (&mary, &old, &other),
        ] {
            becomes_partner(who, organisation, event).await.at("act.event");
        }
        let follow = "mutation ($id: ID!) { act: createCalendar(input: {scope: ORGANISATION, organisationId: $id}) { calendar { url } userErrors { code } } }";
        let calendar = mary.ask(follow, json!({"id": old})).await.text("act.calendar.url");
        merge(&admin, &old, &new).await.at("mergeOrganisation.organisation");
        let query = "query ($own: ID!, $theirs: ID!, $other: ID!) { own: event(id: $own) { ...it } theirs: event(id: $theirs) { ...it }
            other: event(id: $other) { ...it } } fragment it on Event { organisation { name } partners { name } viewerActs }";
        let seen = tom.ask(query, json!({"own": own, "theirs": theirs, "other": other})).await;
        let names = |of: &str| seen.each(&format!("{of}.partners"), "name");
        assert_eq!(seen.text("own.organisation.name"), "New Hub");
        assert_eq!((names("own"), names("theirs"), names("other")), (vec!["Third Hub".into()], vec!["New Hub".into()], vec!["New Hub".into()]));
        assert!(seen.at("own.viewerActs").as_array().unwrap().contains(&json!("CANCEL")));
        let followed = crate::feeds::get(&world, &calendar).await;
        for title in ["Our fair", "Their fair", "Another"] {
            assert!(followed.text.contains(&format!("SUMMARY:{title}")), "{}", followed.text);
        }
    }

    async fn whatever_is_done_about_places_meanwhile_nobody_waits_in_a_circle_and_nothing_is_left_behind(on) {
        let world = World::new(on).await;
        let (mary, tom, admin) = (world.person("Mary Major").await, world.person("Tom Minor").await, world.admin().await);
        let (new, crowd) = (tom.organisation("New Hub").await, people(&world, 8).await);
        for at in 0..5 {
            let old = mary.organisation(&format!("Old Hub {at}")).await;
            for who in &crowd {
                mary.admits(&old, who, "MEMBER").await;
            }
            let (mut own, mut theirs) = (Vec::new(), Vec::new());
            for _ in 0..4 {
                own.push(announced(&mary, &old, json!({"capacity": 12})).await);
                theirs.push(announced(&tom, &new, json!({"capacity": 6, "partners": [old]})).await);
            }
            for event in own.iter().chain(&theirs) {
                let organiser = if own.contains(event) { &mary } else { &tom };
                for _ in 0..2 {
                    reserve(organiser, event, json!({"organisationId": old})).await.at("act.reservation");
                }
            }
            let begun = announced(&mary, &old, json!({})).await;
            for who in &crowd {
                register(who, &begun, json!({"organisationId": old})).await.at("act.registration");
            }
            begin(&world, &begun).await;
            let over = AtomicBool::new(false);
            let merging = async {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                let merged = merge(&admin, &old, &new).await.outcome();
                over.store(true, Ordering::Relaxed);
                vec![merged]
            };
            let moving = join_all(own.iter().chain(&theirs).map(async |event| {
                let organiser = if own.contains(event) { &mary } else { &tom };
                let (mut said, mut day) = (Vec::new(), 40);
                while !over.load(Ordering::Relaxed) {
                    day += 1;
                    let date = json!({"startsAt": in_days(day), "endsAt": in_days(day + 1)});
                    said.push(on_event(organiser, "rescheduleEvent", event, date).await.outcome());
                }
                said
            }));
            let coming = join_all(crowd.iter().zip(own.iter().chain(&theirs)).map(async |(who, event)| {
                let mut said = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    let came = register(who, event, json!({"organisationId": old})).await;
                    said.push(came.outcome());
                    if let Some(id) = came.peek("act.registration.id").as_str() {
                        said.push(act(who, "cancelRegistration", id).await.outcome());
                    }
                }
                said
            }));
            let missed = async {
                let query = "mutation ($id: ID!) { act: recordNoShows(input: {eventId: $id}) { event { id } userErrors { code } } }";
                tokio::time::sleep(std::time::Duration::from_millis(60)).await;
                vec![mary.ask(query, json!({"id": begun})).await.outcome()]
            };
            let (merged, moved, came, missed) = tokio::join!(merging, moving, coming, missed);
            assert_eq!(merged, ["done"]);
            for said in moved.iter().chain(&came).flatten().chain(&missed) {
                assert!(!said.contains("INTERNAL"), "{said}: {moved:?} {came:?} {missed:?}");
            }
            assert_eq!((adds_up(&world).await, left_behind(&world, &old).await), (0, 0));
        }
    }

    async fn a_merged_organisation_only_points_on(on) {
        let world = World::new(on).await;
        let (mary, tom, admin) = (world.person("Mary Major").await, world.person("Tom Minor").await, world.admin().await);
        let (a, b, c) = (mary.organisation("A hub").await, mary.organisation("B hub").await, mary.organisation("C hub").await);
        assert_eq!(merge(&admin, &a, &a).await.refusals(), ["CIRCULAR intoId"]);
        merge(&admin, &a, &b).await.at("mergeOrganisation");
        assert_eq!(merge(&admin, &a, &c).await.refusals(), ["INVALID_STATE organisationId"]);
        assert_eq!(merge(&admin, &b, &a).await.refusals(), ["INVALID_STATE intoId"]);
        assert_eq!(merge(&admin, &c, &a).await.refusals(), ["INVALID_STATE intoId"]);
        for (mutation, field) in [
            ("updateOrganisation(input: {organisationId: $id, version: 2, name: \"Hub\"})", "organisationId"),
            ("verifyOrganisation(input: {organisationId: $id, version: 1, status: FAILED})", "organisationId"),
            ("createInvitation(input: {organisationId: $id, role: MEMBER})", "organisationId"),
            ("requestToJoin(input: {organisationId: $id})", "organisationId"),
            ("createOrganisation(input: {name: \"Part\", kind: CIC, parentId: $id})", "parentId"),
        ] {
            let mutation = format!("mutation ($id: ID!) {{ {mutation} {{ userErrors {{ code field }} }} }}");
            let reply = admin.ask(&mutation, json!({"id": a})).await;
            assert_eq!(reply.refusals(), [format!("INVALID_STATE {field}")], "{mutation}");
        }
        let ask = "mutation ($id: ID!) { requestToJoin(input: {organisationId: $id}) { userErrors { code field } } }";
        assert_eq!(tom.ask(ask, json!({"id": a})).await.refusals(), ["INVALID_STATE organisationId"]);
        // The one that carries on may be merged later; who was merged into it still says so.
        merge(&admin, &b, &c).await.at("mergeOrganisation");
        let chain = "query ($id: ID!) { organisation(id: $id) { mergedInto { name mergedInto { name mergedInto { name } } } } }";
        assert_eq!(admin.ask(chain, json!({"id": a})).await.at("organisation.mergedInto"),
            &json!({"name": "B hub", "mergedInto": {"name": "C hub", "mergedInto": null}}));
    }

    async fn parts_of_parts_make_no_circle(on) {
        let world = World::new(on).await;
        let (mary, admin) = (world.person("Mary Major").await, world.admin().await);
        let council = mary.organisation("Council").await;
        let service = part(&mary, "Service", &council).await;
        let team = part(&mary, "Team", &service).await;
        let desk = part(&mary, "Desk", &team).await;
        let other = part(&mary, "Other", &service).await;
        // The service is merged into a part of its own part.
        merge(&admin, &service, &desk).await.at("mergeOrganisation");
        assert_eq!(parent(&mary, &team).await["name"], "Council");
        assert_eq!(parent(&mary, &desk).await["name"], "Team");
        assert_eq!(parent(&mary, &other).await["name"], "Desk");
        // The council is merged into what is now directly below it.
        merge(&admin, &council, &team).await.at("mergeOrganisation");
        assert!(parent(&mary, &team).await.is_null());
    }

    async fn two_mergers_at_once_leave_one_that_carries_on(on) {
        let world = World::new(on).await;
        let (mary, admin) = (world.person("Mary Major").await, world.admin().await);
        let (a, b) = (mary.organisation("A hub").await, mary.organisation("B hub").await);
        let (one, two) = ((admin.clone(), a.clone(), b.clone()), (admin.clone(), b, a));
        let one = tokio::spawn(async move { merge(&one.0, &one.1, &one.2).await.outcome() });
        let two = tokio::spawn(async move { merge(&two.0, &two.1, &two.2).await.outcome() });
        let mut outcomes = [one.await.unwrap(), two.await.unwrap()];
        outcomes.sort();
        assert_eq!(outcomes[1], "done");
        assert!(outcomes[0].starts_with("INVALID_STATE"), "{outcomes:?}");
        let list = admin.ask("{ organisations { nodes { name } } }", json!({})).await;
        assert_eq!(list.each("organisations.nodes", "name").len(), 1);
    }

    async fn only_administrators_merge(on) {
        let world = World::new(on).await;
        let cast = world.cast().await;
        let other = cast.the("owner").organisation("Other").await;
        for (who, caller) in &cast.callers {
            assert_eq!(merge(caller, &cast.organisation, &other).await.outcome(), match *who {
                "stranger" => "UNAUTHENTICATED",
                "admin" => "done",
                _ => "FORBIDDEN",
            }, "{who}");
        }
        let nothing = "organisation:01890000-0000-7000-8000-000000000000";
        assert_eq!(merge(cast.the("admin"), nothing, &other).await.codes(), ["NOT_FOUND"]);
        assert_eq!(merge(cast.the("admin"), &other, nothing).await.codes(), ["NOT_FOUND"]);
    }
}
