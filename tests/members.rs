//! Members: asking to join, roles, leaving, and the owner who stays.

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use crate::{
    both,
    support::{Caller, Reply, World},
};

/// Does something to a membership; `role` where the act takes one.
async fn act(caller: &Caller, act: &str, membership: &str, role: Option<&str>) -> Reply {
    let role = role.map_or(String::new(), |role| format!(", role: {role}"));
    let mutation = format!(
        "mutation ($id: ID!) {{ {act}(input: {{membershipId: $id{role}}}) {{
            membership {{ id role state }} userErrors {{ code field message }} }} }}"
    );
    caller.ask(&mutation, json!({"id": membership})).await
}

async fn leave(caller: &Caller, organisation: &str) -> Reply {
    let mutation = "mutation ($id: ID!) { leaveOrganisation(input: {organisationId: $id}) {
        membership { role } userErrors { code field message } } }";
    caller.ask(mutation, json!({"id": organisation})).await
}

/// Everybody's role in an organisation, as this caller sees it.
async fn members(caller: &Caller, organisation: &str) -> Value {
    let query = "query ($id: ID!) { organisation(id: $id) { members { nodes { id role state person { displayName } } totalCount } } }";
    let reply = caller.ask(query, json!({"id": organisation})).await;
    reply.at("organisation.members").clone()
}

async fn owners(caller: &Caller, organisation: &str) -> usize {
    let members = members(caller, organisation).await;
    let members = members["nodes"].as_array().unwrap();
    members
        .iter()
        .filter(|member| member["role"] == "OWNER")
        .count()
}

both! {
    async fn somebody_asks_to_join_and_is_let_in(on) {
        let world = World::new(on).await;
        let (mary, tom) = (world.person("Mary Major").await, world.person("Tom Minor").await);
        let hub = mary.organisation("Riverside Hub").await;
        let asked = tom.asks_to_join(&hub).await;
        assert_eq!(tom.asks_to_join(&hub).await, asked);
        // Who only asked is no member yet: they see themselves, and the role is not theirs.
        let own = tom.ask("{ viewer { memberships { nodes { id role state organisation { name viewerRole } } } } }", json!({})).await;
        assert_eq!(own.at("viewer.memberships.nodes"), &json!([{"id": asked, "role": "MEMBER", "state": "REQUESTED",
            "organisation": {"name": "Riverside Hub", "viewerRole": null}}]));
        assert_eq!(members(&tom, &hub).await["totalCount"], 1);
        assert_eq!(members(&mary, &hub).await["nodes"][1], json!({"id": asked, "role": "MEMBER", "state": "REQUESTED",
            "person": {"displayName": "Tom Minor"}}));
        let approved = act(&mary, "approveMember", &asked, Some("EDITOR")).await;
        assert_eq!(approved.at("approveMember.membership"), &json!({"id": asked, "role": "EDITOR", "state": "ACTIVE"}));
        assert_eq!(members(&tom, &hub).await["totalCount"], 2);
        assert_eq!(act(&mary, "approveMember", &asked, None).await.refusals(), ["INVALID_STATE membershipId"]);
        assert_eq!(act(&mary, "declineMember", &asked, None).await.refusals(), ["INVALID_STATE membershipId"]);
        // To ask as a member changes nothing.
        assert_eq!(tom.asks_to_join(&hub).await, asked);
        assert_eq!(members(&tom, &hub).await["nodes"][1]["role"], "EDITOR");
    }

    async fn whoever_is_declined_may_ask_again_and_may_take_it_back(on) {
        let world = World::new(on).await;
        let (mary, tom) = (world.person("Mary Major").await, world.person("Tom Minor").await);
        let hub = mary.organisation("Riverside Hub").await;
        let asked = tom.asks_to_join(&hub).await;
        for wrong in ["removeMember", "changeMemberRole"] {
            let role = (wrong == "changeMemberRole").then_some("EDITOR");
            assert_eq!(act(&mary, wrong, &asked, role).await.refusals(), ["INVALID_STATE membershipId"]);
        }
        act(&mary, "declineMember", &asked, None).await.at("declineMember");
        assert_eq!(members(&mary, &hub).await["totalCount"], 1);
        assert_eq!(act(&mary, "approveMember", &asked, None).await.codes(), ["NOT_FOUND"]);
        let again = tom.asks_to_join(&hub).await;
        assert_ne!(again, asked);
        leave(&tom, &hub).await.at("leaveOrganisation");
        assert_eq!(act(&mary, "approveMember", &again, None).await.codes(), ["NOT_FOUND"]);
        assert_eq!(leave(&tom, &hub).await.refusals(), ["INVALID_STATE organisationId"]);
    }

    async fn many_requests_of_one_person_at_once_are_one(on) {
        let world = World::new(on).await;
        let (mary, tom) = (world.person("Mary Major").await, world.person("Tom Minor").await);
        let hub = mary.organisation("Riverside Hub").await;
        let tries = (0..6).map(|_| {
            let (tom, hub) = (tom.clone(), hub.clone());
            tokio::spawn(async move { tom.asks_to_join(&hub).await })
        });
        let mut ids = Vec::new();
        for one in tries.collect::<Vec<_>>() {
            ids.push(one.await.unwrap());
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
    }

    async fn members_see_each_other_and_outsiders_see_nobody(on) {
        let world = World::new(on).await;
        let cast = world.cast().await;
        let everybody = members(cast.the("owner"), &cast.organisation).await;
        assert_eq!(everybody["totalCount"], 5);
        let node = "query ($id: ID!) { node(id: $id) { ... on Membership { role person { displayName } organisation { name } } } }";
        for (who, caller) in &cast.callers {
            let seen = members(caller, &cast.organisation).await;
            let expected = if ["stranger", "outsider"].contains(who) { json!({"nodes": [], "totalCount": 0}) } else { everybody.clone() };
            assert_eq!(seen, expected, "{who}");
            let one = caller.ask(node, json!({"id": everybody["nodes"][0]["id"]})).await;
            assert_eq!(one.at("node").is_null(), ["stranger", "outsider"].contains(who), "{who}");
        }
        let query = "query ($id: ID!, $after: String) { organisation(id: $id) { members(first: 2, after: $after, states: [ACTIVE]) {
            nodes { id } pageInfo { hasNextPage endCursor } } } }";
        let first = cast.the("member").ask(query, json!({"id": cast.organisation})).await;
        let after = first.text("organisation.members.pageInfo.endCursor");
        let second = cast.the("member").ask(query, json!({"id": cast.organisation, "after": after})).await;
        let mut ids = first.each("organisation.members.nodes", "id");
        ids.extend(second.each("organisation.members.nodes", "id"));
        let all: Vec<_> = everybody["nodes"].as_array().unwrap().iter().map(|member| member["id"].as_str().unwrap()).collect();
        assert_eq!(ids, all[..4]);
    }

    async fn only_managers_owners_and_administrators_manage_members(on) {
        let world = World::new(on).await;
        let cast = world.cast().await;
        let (owner, nell) = (cast.the("owner"), world.person("Nell New").await);
        for (who, caller) in &cast.callers {
            let expected = match *who {
                "stranger" => "UNAUTHENTICATED",
                "outsider" => "NOT_FOUND",
                "manager" | "owner" | "admin" => "done",
                _ => "FORBIDDEN",
            };
            for (name, role) in [("approveMember", Some("OBSERVER")), ("changeMemberRole", Some("EDITOR")), ("removeMember", None), ("declineMember", None)] {
                let id = nell.asks_to_join(&cast.organisation).await;
                let in_force = ["changeMemberRole", "removeMember"].contains(&name);
                if in_force {
                    act(owner, "approveMember", &id, None).await.at("approveMember");
                }
                assert_eq!(act(caller, name, &id, role).await.outcome(), expected, "{who} {name}");
                let _ = leave(&nell, &cast.organisation).await;
            }
        }
        // Nobody lets themselves in, nor raises themselves.
        let id = nell.asks_to_join(&cast.organisation).await;
        assert_eq!(act(&nell, "approveMember", &id, None).await.codes(), ["FORBIDDEN"]);
    }

    async fn only_owners_and_administrators_make_and_unmake_owners(on) {
        let world = World::new(on).await;
        let cast = world.cast().await;
        let everybody = members(cast.the("owner"), &cast.organisation).await;
        let id = |who: &str| {
            let name = format!("Person {who}");
            let nodes = everybody["nodes"].as_array().unwrap();
            let name = if who == "owner" { "Olga Owner" } else { &name };
            let found = nodes.iter().find(|member| member["person"]["displayName"] == name).unwrap();
            found["id"].as_str().unwrap().to_owned()
        };
        let (manager, owner, admin) = (cast.the("manager"), cast.the("owner"), cast.the("admin"));
        assert_eq!(act(manager, "changeMemberRole", &id("member"), Some("OWNER")).await.codes(), ["FORBIDDEN"]);
        assert_eq!(act(manager, "changeMemberRole", &id("manager"), Some("OWNER")).await.codes(), ["FORBIDDEN"]);
        assert_eq!(act(manager, "changeMemberRole", &id("owner"), Some("MEMBER")).await.codes(), ["FORBIDDEN"]);
        assert_eq!(act(manager, "removeMember", &id("owner"), None).await.codes(), ["FORBIDDEN"]);
        let nell = world.person("Nell New").await;
        let asked = nell.asks_to_join(&cast.organisation).await;
        assert_eq!(act(manager, "approveMember", &asked, Some("OWNER")).await.codes(), ["FORBIDDEN"]);
        assert_eq!(act(manager, "changeMemberRole", &id("member"), Some("MANAGER")).await.outcome(), "done");
        assert_eq!(act(owner, "changeMemberRole", &id("manager"), Some("OWNER")).await.outcome(), "done");
        assert_eq!(act(manager, "changeMemberRole", &id("owner"), Some("MEMBER")).await.outcome(), "done");
        assert_eq!(act(owner, "changeMemberRole", &id("owner"), Some("OWNER")).await.codes(), ["FORBIDDEN"]);
        assert_eq!(act(admin, "changeMemberRole", &id("owner"), Some("OWNER")).await.outcome(), "done");
        assert_eq!(act(admin, "removeMember", &id("manager"), None).await.outcome(), "done");
    }

    async fn the_last_owner_stays(on) {
        let world = World::new(on).await;
        let (mary, tom, admin) = (world.person("Mary Major").await, world.person("Tom Minor").await, world.admin().await);
        let hub = mary.organisation("Riverside Hub").await;
        mary.admits(&hub, &tom, "MANAGER").await;
        let own = members(&mary, &hub).await["nodes"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(leave(&mary, &hub).await.refusals(), ["LAST_OWNER"]);
        for caller in [&mary, &admin] {
            assert_eq!(act(caller, "changeMemberRole", &own, Some("MANAGER")).await.refusals(), ["LAST_OWNER"]);
            assert_eq!(act(caller, "removeMember", &own, None).await.refusals(), ["LAST_OWNER"]);
        }
        // Somebody who only asked for it is no owner.
        let toms = members(&mary, &hub).await["nodes"][1]["id"].as_str().unwrap().to_owned();
        act(&mary, "changeMemberRole", &toms, Some("OWNER")).await.at("changeMemberRole");
        leave(&mary, &hub).await.at("leaveOrganisation");
        assert_eq!(leave(&tom, &hub).await.refusals(), ["LAST_OWNER"]);
    }

    async fn one_of_two_owners_who_go_at_once_stays(on) {
        let world = World::new(on).await;
        let (mary, tom) = (world.person("Mary Major").await, world.person("Tom Minor").await);
        for round in 0..6 {
            let hub = mary.organisation(&format!("Hub {round}")).await;
            let toms = mary.admits(&hub, &tom, "OWNER").await;
            let marys = members(&mary, &hub).await["nodes"][0]["id"].as_str().unwrap().to_owned();
            let go = |caller: &Caller, own: String, other: String| {
                let (caller, hub) = (caller.clone(), hub.clone());
                tokio::spawn(async move {
                    match round % 3 {
                        0 => leave(&caller, &hub).await.outcome(),
                        1 => act(&caller, "changeMemberRole", &own, Some("MEMBER")).await.outcome(),
                        _ => act(&caller, "removeMember", &other, None).await.outcome(),
                    }
                })
            };
            let both = [go(&mary, marys.clone(), toms.clone()), go(&tom, toms, marys)];
            let mut outcomes = Vec::new();
            for one in both {
                outcomes.push(one.await.unwrap());
            }
            assert_eq!(outcomes.iter().filter(|outcome| *outcome == "done").count(), 1, "{round} {outcomes:?}");
            let (marys, toms) = (owners(&mary, &hub).await, owners(&tom, &hub).await);
            assert_eq!(marys.max(toms), 1, "{round}");
        }
    }

    async fn an_owner_who_is_being_removed_makes_no_way_back(on) {
        let world = World::new(on).await;
        let olive = world.person("Olive Owner").await;
        let elm = olive.organisation("Elm Works").await;
        let invite = "mutation ($id: ID!) { createInvitation(input: {organisationId: $id, role: OWNER}) { token userErrors { code } } }";
        let accept = "mutation ($token: String!) { acceptInvitation(input: {token: $token}) { membership { id } userErrors { code } } }";
        for round in 0..8 {
            let other = world.person(&format!("Otto Other {round}")).await;
            let membership = olive.admits(&elm, &other, "OWNER").await;
            let invitations = join_all((0..6).map(|_| other.ask(invite, json!({"id": elm}))));
            let (removed, invitations) = join(act(&olive, "removeMember", &membership, None), invitations).await;
            assert_eq!(removed.refusals(), [""; 0]);
            for invitation in invitations {
                if let Some(token) = invitation.peek("createInvitation.token").as_str() {
                    let back = other.ask(accept, json!({"token": token})).await;
                    assert!(back.peek("acceptInvitation.membership").is_null(), "{}", back.text);
                }
            }
        }
        assert_eq!(owners(&olive, &elm).await, 1);
    }

    async fn strangers_and_wrong_ids_get_nowhere(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        let hub = mary.organisation("Riverside Hub").await;
        let ask = "mutation ($id: ID!) { requestToJoin(input: {organisationId: $id}) { membership { id } } }";
        assert_eq!(world.stranger().ask(ask, json!({"id": hub})).await.codes(), ["UNAUTHENTICATED"]);
        assert_eq!(leave(&world.stranger(), &hub).await.codes(), ["UNAUTHENTICATED"]);
        assert_eq!(mary.ask(ask, json!({"id": mary.id})).await.codes(), ["BAD_USER_INPUT"]);
        let nothing = "01890000-0000-7000-8000-000000000000";
        assert_eq!(mary.ask(ask, json!({"id": format!("organisation:{nothing}")})).await.codes(), ["NOT_FOUND"]);
        assert_eq!(act(&mary, "removeMember", &hub, None).await.codes(), ["BAD_USER_INPUT"]);
        assert_eq!(act(&mary, "removeMember", &format!("membership:{nothing}"), None).await.codes(), ["NOT_FOUND"]);
        assert_eq!(world.stranger().ask("{ viewer { memberships { nodes { id } } } }", json!({})).await.at("viewer.memberships.nodes"), &json!([]));
    }
}
