//! Email addresses: two spellings are one account, and mail arrives at what was accepted.

use api::{accounts::email_verification, kit::clock};
use serde_json::json;

use crate::{
    both,
    support::{PASSWORD, Sink, World, system},
};

const SIGN_UP: &str = "mutation ($email: String!, $password: String!) { act: signUp(input: {email: $email, password: $password,
    displayName: \"Ann Ash\"}) { accessToken viewer { person { email } } userErrors { code field } } }";
const SIGN_IN: &str = "mutation ($email: String!, $password: String!) { act: signIn(input: {email: $email, password: $password}) {
    accessToken userErrors { code field } } }";

both! {
    async fn both_spellings_of_a_domain_are_one_account(on) {
        let world = World::new(on).await;
        let stranger = world.stranger();
        let ask = async |act, email| stranger.ask(act, json!({"email": email, "password": PASSWORD})).await;
        let made = ask(SIGN_UP, " Ann@Bücher.example").await;
        assert_eq!(made.at("act.viewer.person.email"), "ann@xn--bcher-kva.example");
        for email in ["ann@xn--bcher-kva.example", "ANN@bu\u{308}cher.example", "ann@BÜCHER.example "] {
            assert_eq!(ask(SIGN_UP, email).await.refusals(), ["ALREADY_EXISTS email"], "{email}");
            ask(SIGN_IN, email).await.text("act.accessToken");
            let found = api::accounts::service::by_email(&world.app, email).await.unwrap();
            assert_eq!(found.email, "ann@xn--bcher-kva.example");
        }
    }

    async fn an_address_that_mail_cannot_reach_is_refused_and_one_that_is_accepted_gets_mail(on) {
        let sink = Sink::new().await;
        let world = World::mailing(on, &sink).await;
        for email in ["a.@x.example", "<a@x.example>", "mailto:a@x.example", "a..b@x.example", "a@x..example", "a@x", "ä@x.example"] {
            let reply = world.stranger().ask(SIGN_UP, json!({"email": email, "password": PASSWORD})).await;
            assert_eq!(reply.refusals(), ["INVALID email"], "{email}");
        }
        let ask = "mutation ($email: String!) { requestEmailVerification(input: {email: $email}) { userErrors { code field } } }";
        for (email, stored) in [("Ann@Straße.example", "ann@xn--strae-oqa.example"), ("o'neil+a=b@x.example", "o'neil+a=b@x.example")] {
            let made = world.stranger().ask(SIGN_UP, json!({"email": email, "password": PASSWORD})).await;
            let ann = crate::support::Caller::new(world.router.clone(), Some(made.text("act.accessToken")));
            assert!(ann.ask(ask, json!({"email": email})).await.refusals().is_empty());
            let round = email_verification::mail(&world.app, &system(clock::now())).await;
            assert_eq!(round.map_err(|error| error.message()).unwrap(), 1);
            assert_eq!(sink.mails_to(stored).len(), 1, "{email}");
        }
    }
}
