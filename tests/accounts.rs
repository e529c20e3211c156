//! Signing up, in and out; passwords; platform roles.

use futures_util::future::{join, join_all};
use serde_json::json;

use crate::{
    both,
    support::{PASSWORD, World},
};

const SIGN_IN: &str = "mutation ($email: String!, $password: String!) {
    signIn(input: {email: $email, password: $password}) {
        accessToken refreshToken viewer { kind person { displayName email } } userErrors { code field message } } }";
const REFRESH: &str = "mutation ($token: String!) {
    refreshSession(input: {refreshToken: $token}) { accessToken refreshToken userErrors { code field } } }";
const WHO: &str = "{ viewer { kind platformRoles person { id displayName email } } }";

both! {
    async fn somebody_signs_up_and_signs_in_with_any_capitals(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        let reply = world.stranger().ask(SIGN_IN, json!({"email": " Mary.Major@Example.ORG", "password": PASSWORD})).await;
        assert_eq!(reply.at("signIn.viewer"), &json!({"kind": "PERSON", "person": {
            "displayName": "Mary Major", "email": "mary.major@example.org"}}));
        assert_eq!(mary.ask(WHO, json!({})).await.at("viewer.platformRoles"), &json!([]));
        assert_eq!(world.stranger().ask(WHO, json!({})).await.at("viewer.kind"), "ANONYMOUS");
    }

    async fn a_wrong_password_and_an_unknown_address_get_the_same_answer(on) {
        let world = World::new(on).await;
        world.person("Mary Major").await;
        let mut answers = Vec::new();
        for (email, password) in [("mary.major@example.org", "wrong"), ("nobody@example.org", PASSWORD), ("", "\u{7}")] {
            let reply = world.stranger().ask(SIGN_IN, json!({"email": email, "password": password})).await;
            assert_eq!(reply.refusals(), ["WRONG_CREDENTIALS"]);
            answers.push(reply.text);
        }
        answers.dedup();
        assert_eq!(answers.len(), 1);
    }

    async fn sign_up_names_every_field_that_is_wrong(on) {
        let world = World::new(on).await;
        world.person("Mary Major").await;
        let sign_up = "mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken userErrors { code field } } }";
        for (input, refusals) in [
            (json!({"email": "nowhere", "password": "short", "displayName": "x"}),
                vec!["TOO_SHORT displayName", "INVALID email", "TOO_SHORT password"]),
            (json!({"email": "a@b.example", "password": "x".repeat(129), "displayName": "a\u{7}b"}),
                vec!["INVALID displayName", "TOO_LONG password"]),
            (json!({"email": "a@b.example", "password": "password1234", "displayName": "Amy"}), vec!["WEAK_PASSWORD password"]),
            (json!({"email": "MARY.major@example.org", "password": PASSWORD, "displayName": "Amy"}), vec!["ALREADY_EXISTS email"]),
        ] {
            let mut found = world.stranger().ask(sign_up, json!({"input": input})).await.refusals();
            found.sort_by_key(|refusal| refusal.split(' ').nth(1).map(str::to_owned));
            assert_eq!(found, refusals);
        }
    }

    async fn a_refresh_token_is_used_once_and_its_late_return_ends_the_session(on) {
        let world = World::new(on).await;
        world.person("Mary Major").await;
        let stranger = world.stranger();
        let signed_in = stranger.ask(SIGN_IN, json!({"email": "mary.major@example.org", "password": PASSWORD})).await;
        let first = signed_in.text("signIn.refreshToken");
        let second = stranger.ask(REFRESH, json!({"token": first})).await.text("refreshSession.refreshToken");
        // Twice within half a minute is a second tab or a lost answer.
        stranger.ask(REFRESH, json!({"token": first})).await.text("refreshSession.refreshToken");
        age_refresh_tokens(&world).await;
        assert_eq!(stranger.ask(REFRESH, json!({"token": first})).await.refusals(), ["SESSION_ENDED refreshToken"]);
        assert_eq!(stranger.ask(REFRESH, json!({"token": second})).await.refusals(), ["SESSION_ENDED refreshToken"]);
        let mary = crate::support::Caller::new(world.router.clone(), Some(signed_in.text("signIn.accessToken")));
        assert_eq!(mary.ask(WHO, json!({})).await.status, 401);
    }

    async fn a_token_ends_with_its_session(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        mary.ask("mutation { signOut(input: {}) { userErrors { code } } }", json!({})).await.at("signOut");
        let reply = mary.ask(WHO, json!({})).await;
        assert_eq!((reply.status.as_u16(), reply.codes()), (401, vec!["UNAUTHENTICATED"]));
        assert!(reply.headers.contains_key("www-authenticate"));
    }

    async fn a_broken_token_is_never_taken_for_nobody(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        for token in ["", "x", "a.b.c", &format!("{}x", mary.token.unwrap())] {
            let caller = crate::support::Caller::new(world.router.clone(), Some(token.to_owned()));
            assert_eq!(caller.ask(WHO, json!({})).await.status, 401, "{token}");
        }
    }

    async fn a_new_password_ends_all_other_sessions(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        let other = world.stranger().ask(SIGN_IN, json!({"email": mary.email, "password": PASSWORD})).await;
        let other = crate::support::Caller::new(world.router.clone(), Some(other.text("signIn.accessToken")));
        let change = "mutation ($old: String!, $new: String!) {
            changePassword(input: {currentPassword: $old, newPassword: $new}) { userErrors { code field } } }";
        let refused = mary.ask(change, json!({"old": "wrong", "new": "nine purple kettles sing"})).await;
        assert_eq!(refused.refusals(), ["WRONG_CREDENTIALS currentPassword"]);
        let weak = mary.ask(change, json!({"old": PASSWORD, "new": "1234567890"})).await;
        assert_eq!(weak.refusals(), ["WEAK_PASSWORD newPassword"]);
        mary.ask(change, json!({"old": PASSWORD, "new": "nine purple kettles sing"})).await.at("changePassword");
        assert_eq!(mary.ask(WHO, json!({})).await.status, 200);
        assert_eq!(other.ask(WHO, json!({})).await.status, 401);
    }

    async fn a_sign_in_that_waits_while_the_password_changes_starts_no_session(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        let stranger = world.stranger();
        let sign_in = || stranger.ask(SIGN_IN, json!({"email": mary.email, "password": PASSWORD}));
        let change = "mutation ($current: String!, $new: String!) {
            changePassword(input: {currentPassword: $current, newPassword: $new}) { userErrors { code field } } }";
        let new = "nine iron badgers sleep";
        let changed = mary.ask(change, json!({"current": PASSWORD, "new": new}));
        let (changed, sign_ins) = join(changed, join_all((0..30).map(|_| sign_in()))).await;
        assert_eq!(changed.refusals(), [""; 0]);
        assert_eq!(sign_in().await.refusals(), ["WRONG_CREDENTIALS"]);
        for reply in sign_ins {
            if reply.peek("signIn.accessToken").is_null() {
                assert_eq!(reply.refusals(), ["WRONG_CREDENTIALS"]);
                continue;
            }
            let token = Some(reply.text("signIn.accessToken"));
            let session = crate::support::Caller::new(world.router.clone(), token);
            assert_eq!(session.ask(WHO, json!({})).await.status, 401);
            let refresh = stranger.ask(REFRESH, json!({"token": reply.text("signIn.refreshToken")})).await;
            assert_eq!(refresh.refusals(), ["SESSION_ENDED refreshToken"]);
        }
        assert_eq!(mary.ask(WHO, json!({})).await.at("viewer.kind"), "PERSON");
        // Of two changes at once, both with the same current password, one happens.
        let both = ["eleven green herons wait", "twelve brown lizards sing"]
            .map(|next| mary.ask(change, json!({"current": new, "new": next})));
        let done = join_all(both).await;
        assert_eq!(done.iter().filter(|reply| reply.codes().is_empty() && reply.refusals().is_empty()).count(), 1);
    }

    async fn administrators_grant_and_revoke_roles_but_not_their_own(on) {
        let world = World::new(on).await;
        let (admin, mary) = (world.admin().await, world.person("Mary Major").await);
        let act = |act: &str| format!("mutation ($id: ID!, $role: PlatformRole!) {{
            {act}(input: {{personId: $id, role: $role}}) {{ person {{ platformRoles }} userErrors {{ code field }} }} }}");
        let granted = admin.ask(&act("grantPlatformRole"), json!({"id": mary.id, "role": "BROKER"})).await;
        assert_eq!(granted.at("grantPlatformRole.person.platformRoles"), &json!(["BROKER"]));
        assert_eq!(mary.ask(WHO, json!({})).await.at("viewer.platformRoles"), &json!(["BROKER"]));
        let own = admin.ask(&act("revokePlatformRole"), json!({"id": admin.id, "role": "PROGRAMME_ADMIN"})).await;
        assert_eq!(own.refusals(), ["INVALID_STATE role"]);
        let meddling = mary.ask(&act("grantPlatformRole"), json!({"id": mary.id, "role": "PROGRAMME_ADMIN"})).await;
        assert_eq!(meddling.codes(), ["FORBIDDEN"]);
        let stranger = world.stranger().ask(&act("grantPlatformRole"), json!({"id": mary.id, "role": "BROKER"})).await;
        assert_eq!(stranger.codes(), ["UNAUTHENTICATED"]);
    }

    async fn people_are_seen_by_themselves_and_by_staff_only(on) {
        let world = World::new(on).await;
        let (admin, mary, tom) = (world.admin().await, world.person("Mary Major").await, world.person("Tom Minor").await);
        let node = "query ($id: ID!) { node(id: $id) { id ... on Person { displayName email } } }";
        assert_eq!(mary.ask(node, json!({"id": mary.id})).await.at("node.email"), "mary.major@example.org");
        assert!(tom.ask(node, json!({"id": mary.id})).await.at("node").is_null());
        assert!(world.stranger().ask(node, json!({"id": mary.id})).await.at("node").is_null());
        assert_eq!(admin.ask(node, json!({"id": mary.id})).await.at("node.email"), "mary.major@example.org");
        let people = "{ people(first: 2) { nodes { displayName } totalCount pageInfo { hasNextPage } } }";
        assert_eq!(admin.ask(people, json!({})).await.at("people"), &json!({"nodes": [
            {"displayName": "Tom Minor"}, {"displayName": "Mary Major"}], "totalCount": 3, "pageInfo": {"hasNextPage": true}}));
        assert_eq!(tom.ask(people, json!({})).await.at("people.totalCount"), &json!(1));
        assert_eq!(world.stranger().ask(people, json!({})).await.at("people.totalCount"), &json!(0));
    }
}

/// Lets a minute pass since every refresh token was used.
async fn age_refresh_tokens(world: &World) {
    use entity::refresh_token::{Column, Entity};
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

    let earlier = api::kit::clock::now() - chrono::Duration::minutes(1);
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::val(earlier))
        .filter(Column::UsedAt.is_not_null())
        .exec(&world.app.database.write)
        .await
        .unwrap();
}
