//! Activities: the record of every committed act, and who may read it.

use serde_json::{Value, json};

use crate::{
    both,
    support::{Caller, World},
};

const LIST: &str = "query ($filter: ActivityFilter, $first: Int, $after: String) {
    activities(filter: $filter, first: $first, after: $after) {
        nodes { id at act subjectId fields } totalCount pageInfo { hasNextPage endCursor } } }";

async fn acts(caller: &Caller, filter: Value) -> Vec<String> {
    let reply = caller.ask(LIST, json!({"filter": filter})).await;
    let acts = reply.each("activities.nodes", "act");
    assert_eq!(reply.at("activities.totalCount"), &json!(acts.len()));
    acts
}

both! {
    async fn every_act_on_an_organisation_is_recorded_once(on) {
        let world = World::new(on).await;
        let (mary, tom, admin) = (world.person("Mary Major").await, world.person("Tom Minor").await, world.admin().await);
        let hub = mary.organisation("Riverside Hub").await;
        let other = mary.organisation("Other").await;
        let run = async |caller: &Caller, mutation: &str, id: &str| {
            let mutation = format!("mutation ($id: ID!) {{ {mutation} {{ userErrors {{ code }} }} }}");
            caller.ask(&mutation, json!({"id": id})).await.at("").clone()
        };
        run(&mary, "updateOrganisation(input: {organisationId: $id, version: 1, name: \"Hub\", size: SMALL, areas: []})", &hub).await;
        run(&mary, "updateOrganisation(input: {organisationId: $id, version: 2, name: \"Hub\"})", &hub).await;
        run(&admin, "verifyOrganisation(input: {organisationId: $id, version: 2, status: VERIFIED, method: STAFF})", &hub).await;
        let asked = tom.asks_to_join(&hub).await;
        tom.asks_to_join(&hub).await;
        run(&mary, "approveMember(input: {membershipId: $id})", &asked).await;
        run(&mary, "changeMemberRole(input: {membershipId: $id, role: EDITOR})", &asked).await;
        run(&mary, "changeMemberRole(input: {membershipId: $id, role: EDITOR})", &asked).await;
        run(&mary, "removeMember(input: {membershipId: $id})", &asked).await;
        let again = tom.asks_to_join(&hub).await;
        run(&mary, "declineMember(input: {membershipId: $id})", &again).await;
        mary.admits(&hub, &tom, "MEMBER").await;
        run(&tom, "leaveOrganisation(input: {organisationId: $id})", &hub).await;
        let refused = tom.ask("mutation ($id: ID!) { leaveOrganisation(input: {organisationId: $id}) { userErrors { code } } }", json!({"id": hub})).await;
        assert_eq!(refused.refusals(), ["INVALID_STATE"]);
        let merge = format!("mergeOrganisation(input: {{organisationId: $id, intoId: \"{hub}\"}})");
        run(&admin, &merge, &other).await;
        let mut all = acts(&mary, json!({"organisationId": hub})).await;
        all.reverse();
        assert_eq!(all, ["organisation.created", "organisation.updated", "organisation.verified", "organisation.join_requested",
            "organisation.member_approved", "organisation.member_role_changed", "organisation.member_removed",
            "organisation.join_requested", "organisation.member_declined", "organisation.invitation_created",
            "organisation.member_joined", "organisation.member_left", "organisation.merged"]);
        let updated = mary.ask(LIST, json!({"filter": {"acts": ["organisation.updated"]}})).await;
        assert_eq!(updated.at("activities.nodes.0.fields"), &json!(["name", "size"]));
        assert_eq!(updated.at("activities.nodes.0.subjectId"), &json!(hub));
    }

    async fn an_activity_leads_to_who_did_what_to_what(on) {
        let world = World::new(on).await;
        let (mary, tom) = (world.person("Mary Major").await, world.person("Tom Minor").await);
        let hub = mary.organisation("Riverside Hub").await;
        let id = mary.ask(LIST, json!({"filter": {"subjectId": hub}})).await.text("activities.nodes.0.id");
        let query = "query ($id: ID!) { node(id: $id) { id ... on Activity { act actorKind actor { displayName }
            subject { id ... on Organisation { name } } subjectId organisation { name } } } }";
        let seen = mary.ask(query, json!({"id": id})).await;
        assert_eq!(seen.at("node"), &json!({"id": id, "act": "organisation.created", "actorKind": "PERSON",
            "actor": {"displayName": "Mary Major"}, "subject": {"id": hub, "name": "Riverside Hub"}, "subjectId": hub,
            "organisation": {"name": "Riverside Hub"}}));
        assert!(tom.ask(query, json!({"id": id})).await.at("node").is_null());
        // What is gone, or not for this viewer, is only named.
        let asked = tom.asks_to_join(&hub).await;
        tom.ask("mutation ($id: ID!) { leaveOrganisation(input: {organisationId: $id}) { userErrors { code } } }", json!({"id": hub})).await.at("");
        let gone = "query ($id: ID!) { activities(filter: {subjectId: $id}) { nodes { act subject { id } subjectId actor { displayName } } } }";
        let gone = mary.ask(gone, json!({"id": asked})).await;
        assert_eq!(gone.at("activities.nodes.0"), &json!({"act": "organisation.member_left", "subject": null, "subjectId": asked, "actor": null}));
    }

    async fn staff_read_everything_members_their_organisations_and_nobody_else_anything(on) {
        let world = World::new(on).await;
        let cast = world.cast().await;
        let other = world.person("Nell New").await;
        let elsewhere = other.organisation("Elsewhere").await;
        let here = acts(cast.the("owner"), json!({"organisationId": cast.organisation})).await;
        assert_eq!(here.len(), 9);
        let edge = "query ($id: ID!) { organisation(id: $id) { activities { nodes { act } totalCount } } }";
        for (who, caller) in &cast.callers {
            let sees = !["stranger", "outsider"].contains(who);
            let found = acts(caller, json!({"organisationId": cast.organisation})).await;
            assert_eq!(found, if sees { here.clone() } else { vec![] }, "{who}");
            let through = caller.ask(edge, json!({"id": cast.organisation})).await.each("organisation.activities.nodes", "act");
            assert_eq!(through, found, "{who}");
            let staff = ["broker", "admin"].contains(who);
            assert_eq!(acts(caller, json!({"subjectId": elsewhere})).await.len(), usize::from(staff), "{who}");
            // Their own acts are theirs, and what somebody does alone concerns nobody else.
            let own = acts(caller, json!({"actorId": caller.id, "acts": ["person.signed_up"]})).await;
            assert_eq!(own.len(), if staff { own.len() } else { usize::from(*who != "stranger") }, "{who}");
            let others = acts(caller, json!({"actorId": other.id})).await;
            assert_eq!(others.is_empty(), !staff, "{who}");
        }
        assert_eq!(acts(&world.stranger(), json!({})).await, Vec::<String>::new());
        // To ask to join is not to read.
        other.asks_to_join(&cast.organisation).await;
        assert_eq!(acts(&other, json!({"organisationId": cast.organisation})).await, ["organisation.join_requested"]);
    }

    async fn the_record_is_read_page_by_page_and_since_a_time(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        for n in 0..5 {
            mary.organisation(&format!("Hub {n}")).await;
        }
        let all = mary.ask(LIST, json!({})).await.each("activities.nodes", "id");
        assert_eq!(all.len(), 6);
        let (mut seen, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = mary.ask(LIST, json!({"first": 2, "after": after})).await;
            seen.extend(page.each("activities.nodes", "id"));
            after = page.at("activities.pageInfo.endCursor").clone();
            if page.at("activities.pageInfo.hasNextPage") == &json!(false) { break }
        }
        assert_eq!(seen, all);
        let times = mary.ask(LIST, json!({})).await.each("activities.nodes", "at");
        assert_eq!(acts(&mary, json!({"since": times[1]})).await.len(), 2);
        assert_eq!(acts(&mary, json!({"since": "2999-01-01T00:00:00Z"})).await.len(), 0);
        assert_eq!(acts(&mary, json!({"acts": ["organisation.created", "x\u{7}"]})).await.len(), 5);
        assert_eq!(acts(&mary, json!({"acts": ["nothing.done"]})).await.len(), 0);
        assert_eq!(acts(&mary, json!({"acts": ["\u{7}"]})).await.len(), 0);
        for wrong in [json!({"subjectId": "x"}), json!({"subjectId": "\u{0}:"}), json!({"organisationId": mary.id}), json!({"acts": vec!["x"; 10_000]})] {
            let reply = mary.ask(LIST, json!({"filter": wrong})).await;
            assert_eq!(reply.codes(), ["BAD_USER_INPUT"]);
        }
    }
}
