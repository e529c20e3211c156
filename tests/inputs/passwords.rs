//! Passwords: one password has many codings, and each signs in.

use argon2::{Argon2, PasswordHasher};
use entity::person;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;

use crate::{both, support::World};

const SIGN_IN: &str = "mutation ($password: String!) { act: signIn(input: {email: \"ann@x.example\", password: $password}) {
    accessToken userErrors { code field } } }";
const COMPOSED: &str = "b\u{fc}cher im gro\u{df}en r\u{e9}gal";
const DECOMPOSED: &str = "bu\u{308}cher im gro\u{df}en re\u{301}gal";

both! {
    async fn every_coding_of_a_password_signs_in(on) {
        let world = World::new(on).await;
        let sign_up = "mutation ($password: String!) { act: signUp(input: {email: \"ann@x.example\", password: $password,
            displayName: \"Ann Ash\"}) { accessToken userErrors { code field } } }";
        let stranger = world.stranger();
        stranger.ask(sign_up, json!({"password": DECOMPOSED})).await.text("act.accessToken");
        for password in [COMPOSED, DECOMPOSED] {
            stranger.ask(SIGN_IN, json!({"password": password})).await.text("act.accessToken");
        }
        let wrong = stranger.ask(SIGN_IN, json!({"password": "bucher im großen regal"})).await;
        assert_eq!(wrong.refusals(), ["WRONG_CREDENTIALS"]);
        let short = stranger.ask(sign_up, json!({"password": "e\u{301}".repeat(9)})).await;
        assert_eq!(short.refusals(), ["TOO_SHORT password"]);
    }

    async fn a_hash_of_an_earlier_version_still_signs_in(on) {
        let world = World::new(on).await;
        let ann = world.person("Ann").await;
        let hash = Argon2::default().hash_password(DECOMPOSED.as_bytes()).unwrap().to_string();
        person::Entity::update_many()
            .col_expr(person::Column::PasswordHash, Expr::val(hash))
            .col_expr(person::Column::Email, Expr::val("ann@x.example"))
            .filter(person::Column::Email.eq(&*ann.email))
            .exec(&world.app.database.write)
            .await
            .unwrap();
        world.stranger().ask(SIGN_IN, json!({"password": DECOMPOSED})).await.text("act.accessToken");
    }
}
