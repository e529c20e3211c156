//! Invitations: links by which one person joins, once.

use serde_json::json;

use crate::{
    both,
    support::{Caller, Reply, World},
};

async fn create(caller: &Caller, organisation: &str, rest: &str) -> Reply {
    let mutation = format!(
        "mutation ($id: ID!) {{ createInvitation(input: {{organisationId: $id, {rest}}}) {{
            invitation {{ id role createdAt expiresAt }} token userErrors {{ code field message }} }} }}"
    );
    caller.ask(&mutation, json!({"id": organisation})).await
}

async fn accept(caller: &Caller, token: &str) -> Reply {
    let mutation = "mutation ($token: String!) { acceptInvitation(input: {token: $token}) {
        membership { role state organisation { name } } userErrors { code field message } } }";
    caller.ask(mutation, json!({"token": token})).await
}

async fn revoke(caller: &Caller, id: &str) -> Reply {
    let mutation = "mutation ($id: ID!) { revokeInvitation(input: {invitationId: $id}) {
        invitation { revokedAt } userErrors { code field message } } }";
    caller.ask(mutation, json!({"id": id})).await
}

async fn waiting(caller: &Caller, organisation: &str) -> Vec<String> {
    let query = "query ($id: ID!) { organisation(id: $id) { invitations { id } } }";
    caller
        .ask(query, json!({"id": organisation}))
        .await
        .each("organisation.invitations", "id")
}

both! {
    async fn whoever_has_the_link_sees_what_it_leads_to_and_joins_once(on) {
        let world = World::new(on).await;
        let (mary, tom, nell) = (world.person("Mary Major").await, world.person("Tom Minor").await, world.person("Nell New").await);
        let hub = mary.organisation("Riverside Hub").await;
        let made = create(&mary, &hub, "role: EDITOR, validDays: 3").await;
        let (id, token) = (made.text("createInvitation.invitation.id"), made.text("createInvitation.token"));
        let ends = |reply: &Reply, at: &str| chrono::DateTime::parse_from_rfc3339(&reply.text(at)).unwrap();
        let (from, until) = (ends(&made, "createInvitation.invitation.createdAt"), ends(&made, "createInvitation.invitation.expiresAt"));
        assert_eq!(until - from, chrono::Duration::days(3));
        assert_eq!(waiting(&mary, &hub).await, [id]);
        let query = "query ($token: String!) { invitation(token: $token) { role organisation { name } createdBy { displayName } } }";
        let seen = world.stranger().ask(query, json!({"token": token})).await;
        assert_eq!(seen.at("invitation"), &json!({"role": "EDITOR", "organisation": {"name": "Riverside Hub"}, "createdBy": null}));
        assert_eq!(accept(&world.stranger(), &token).await.codes(), ["UNAUTHENTICATED"]);
        let joined = accept(&tom, &token).await;
        assert_eq!(joined.at("acceptInvitation.membership"), &json!({"role": "EDITOR", "state": "ACTIVE", "organisation": {"name": "Riverside Hub"}}));
        assert_eq!(accept(&nell, &token).await.refusals(), ["INVITATION_INVALID token"]);
        assert!(waiting(&mary, &hub).await.is_empty());
        assert!(world.stranger().ask(query, json!({"token": token})).await.at("invitation").is_null());
        // A retry of the one who used it gets the same answer, while it is true.
        assert_eq!(accept(&tom, &token).await.at("acceptInvitation.membership.role"), "EDITOR");
        let leave = "mutation ($id: ID!) { leaveOrganisation(input: {organisationId: $id}) { membership { id } } }";
        tom.ask(leave, json!({"id": hub})).await.at("leaveOrganisation");
        assert_eq!(accept(&tom, &token).await.refusals(), ["INVITATION_INVALID token"]);
    }

    async fn of_many_who_use_a_link_at_once_one_joins(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        let hub = mary.organisation("Riverside Hub").await;
        let token = mary.invitation(&hub, "MEMBER").await;
        let mut tries = Vec::new();
        for n in 0..5 {
            let (caller, token) = (world.person(&format!("Person {n}")).await, token.clone());
            tries.push((caller, token));
        }
        let tries: Vec<_> = tries.into_iter().map(|(caller, token)| tokio::spawn(async move { accept(&caller, &token).await.outcome() })).collect();
        let mut outcomes = Vec::new();
        for one in tries {
            outcomes.push(one.await.unwrap());
        }
        outcomes.sort();
        assert_eq!(outcomes, [vec!["INVITATION_INVALID token"; 4], vec!["done"]].concat());
        let members = mary.ask("query ($id: ID!) { organisation(id: $id) { members { totalCount } } }", json!({"id": hub})).await;
        assert_eq!(members.at("organisation.members.totalCount"), 2);
    }

    async fn a_link_raises_a_role_and_answers_a_request_but_lowers_nothing(on) {
        let world = World::new(on).await;
        let (mary, tom) = (world.person("Mary Major").await, world.person("Tom Minor").await);
        let hub = mary.organisation("Riverside Hub").await;
        let asked = tom.asks_to_join(&hub).await;
        for (role, becomes) in [("OBSERVER", "OBSERVER"), ("EDITOR", "EDITOR"), ("MEMBER", "EDITOR"), ("MANAGER", "MANAGER")] {
            assert_eq!(mary.admits(&hub, &tom, role).await, asked);
            let own = tom.ask("{ viewer { memberships { nodes { role state } } } }", json!({})).await;
            assert_eq!(own.at("viewer.memberships.nodes"), &json!([{"role": becomes, "state": "ACTIVE"}]));
        }
    }

    async fn what_is_revoked_run_out_or_made_up_leads_nowhere(on) {
        let world = World::new(on).await;
        let (mary, tom) = (world.person("Mary Major").await, world.person("Tom Minor").await);
        let hub = mary.organisation("Riverside Hub").await;
        let made = create(&mary, &hub, "role: MEMBER").await;
        let (id, token) = (made.text("createInvitation.invitation.id"), made.text("createInvitation.token"));
        for _ in 0..2 {
            assert!(revoke(&mary, &id).await.at("revokeInvitation.invitation.revokedAt").is_string());
        }
        assert_eq!(accept(&tom, &token).await.refusals(), ["INVITATION_INVALID token"]);
        let old = mary.invitation(&hub, "MEMBER").await;
        let_time_pass(&world).await;
        for wrong in [old.as_str(), "", "x", "\u{7}", &"x".repeat(1_000)] {
            assert_eq!(accept(&tom, wrong).await.refusals(), ["INVITATION_INVALID token"]);
            let query = "query ($token: String!) { invitation(token: $token) { role } }";
            assert!(tom.ask(query, json!({"token": wrong})).await.at("invitation").is_null());
        }
        assert!(waiting(&mary, &hub).await.is_empty());
        let used = create(&mary, &hub, "role: MEMBER").await;
        accept(&tom, &used.text("createInvitation.token")).await.at("acceptInvitation");
        assert_eq!(revoke(&mary, &used.text("createInvitation.invitation.id")).await.refusals(), ["INVITATION_INVALID invitationId"]);
    }

    async fn links_are_good_for_a_day_to_three_months(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        let hub = mary.organisation("Riverside Hub").await;
        for (days, outcome) in [(0, "OUT_OF_RANGE validDays"), (-1, "OUT_OF_RANGE validDays"), (1, "done"), (90, "done"), (91, "OUT_OF_RANGE validDays")] {
            assert_eq!(create(&mary, &hub, &format!("role: MEMBER, validDays: {days}")).await.outcome(), outcome, "{days}");
        }
    }

    async fn a_hundred_links_wait_at_most(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        let hub = mary.organisation("Riverside Hub").await;
        for _ in 0..100 {
            mary.invitation(&hub, "MEMBER").await;
        }
        assert_eq!(create(&mary, &hub, "role: MEMBER").await.refusals(), ["LIMIT_REACHED"]);
        let one = waiting(&mary, &hub).await.pop().unwrap();
        revoke(&mary, &one).await.at("revokeInvitation");
        assert_eq!(create(&mary, &hub, "role: MEMBER").await.outcome(), "done");
    }

    async fn links_that_somebody_may_no_longer_make_end(on) {
        let world = World::new(on).await;
        let (mary, tom, nell) = (world.person("Mary Major").await, world.person("Tom Minor").await, world.person("Nell New").await);
        let hub = mary.organisation("Riverside Hub").await;
        let toms = mary.admits(&hub, &tom, "OWNER").await;
        let (owner, member) = (tom.invitation(&hub, "OWNER").await, tom.invitation(&hub, "MEMBER").await);
        let demote = "mutation ($id: ID!, $role: MembershipRole!) {
            changeMemberRole(input: {membershipId: $id, role: $role}) { membership { role } userErrors { code } } }";
        mary.ask(demote, json!({"id": toms, "role": "MANAGER"})).await.at("changeMemberRole");
        assert_eq!(accept(&nell, &owner).await.refusals(), ["INVITATION_INVALID token"]);
        assert_eq!(waiting(&mary, &hub).await.len(), 1);
        let remove = "mutation ($id: ID!) { removeMember(input: {membershipId: $id}) { membership { id } userErrors { code } } }";
        mary.ask(remove, json!({"id": toms})).await.at("removeMember");
        assert_eq!(accept(&tom, &member).await.refusals(), ["INVITATION_INVALID token"]);
    }

    async fn only_managers_owners_and_administrators_make_see_and_revoke_links(on) {
        let world = World::new(on).await;
        let cast = world.cast().await;
        let made = create(cast.the("owner"), &cast.organisation, "role: MEMBER").await.text("createInvitation.invitation.id");
        for (who, caller) in &cast.callers {
            let may = ["manager", "owner", "admin"].contains(who);
            let expected = match *who {
                "stranger" => "UNAUTHENTICATED",
                _ if may => "done",
                _ => "FORBIDDEN",
            };
            assert_eq!(waiting(caller, &cast.organisation).await.is_empty(), !may, "{who} sees");
            let node = caller.ask("query ($id: ID!) { node(id: $id) { id } }", json!({"id": made})).await;
            assert_eq!(node.at("node").is_null(), !may, "{who} sees one");
            assert_eq!(create(caller, &cast.organisation, "role: MANAGER").await.outcome(), expected, "{who} makes");
            let owner = if *who == "manager" { "FORBIDDEN" } else { expected };
            assert_eq!(create(caller, &cast.organisation, "role: OWNER").await.outcome(), owner, "{who} makes an owner");
            let expected = if expected == "FORBIDDEN" { "NOT_FOUND" } else { expected };
            assert_eq!(revoke(caller, &made).await.outcome(), expected, "{who} revokes");
        }
    }
}

/// Lets all invitations run out.
async fn let_time_pass(world: &World) {
    use entity::invitation::{Column, Entity};
    use sea_orm::{EntityTrait, sea_query::Expr};

    Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::val(api::kit::clock::now()))
        .exec(&world.app.database.write)
        .await
        .unwrap();
}
