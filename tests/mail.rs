//! Mail: when it goes out, how often, what it says, and how it is ended from within.

use api::kit::clock::now;
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use chrono::{DateTime, Duration, Utc};
use entity::mail::{self, MailState};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use crate::{
    both,
    notifications::{kinds, today, wish},
    support::{Caller, Reply, Sink, World},
};

/// A winter morning and times of that day; clocks in Surrey show UTC then.
fn at(time: &str) -> DateTime<Utc> {
    format!("2031-12-03T{time}:00Z").parse().unwrap()
}

/// A world with an owner of Elm Works, and what goes to the owner's address.
async fn elm(on: crate::support::On) -> (World, Sink, Caller, String) {
    let sink = Sink::new().await;
    let world = World::mailing(on, &sink).await;
    let owner = world.person("Olive Owner").await;
    world.verify_address(&owner).await;
    let organisation = owner.organisation("Elm Works").await;
    (world, sink, owner, organisation)
}

/// Somebody asks to join, of which managers have mail at once unless they wish otherwise.
async fn asks(world: &World, organisation: &str, name: &str) {
    world.person(name).await.asks_to_join(organisation).await;
}

async fn states(world: &World) -> Vec<MailState> {
    let mails = mail::Entity::find()
        .all(&world.app.database.read)
        .await
        .unwrap();
    mails.into_iter().map(|mail| mail.state).collect()
}

/// The address in a mail, as it is called here.
fn unsubscribe(mail: &crate::support::sink::Mail) -> String {
    let address = mail
        .header("List-Unsubscribe")
        .trim_matches(['<', '>'])
        .to_owned();
    let path = address.strip_prefix("https://marketplace.example.org");
    path.expect("links begin with the public address")
        .to_owned()
}

async fn get(caller: &Caller, path: &str) -> Reply {
    caller
        .send(Request::get(path).body(Body::empty()).unwrap())
        .await
}

async fn press(caller: &Caller, path: &str) -> Reply {
    let body = Body::from("List-Unsubscribe=One-Click");
    let form = "application/x-www-form-urlencoded";
    caller
        .send(
            Request::post(path)
                .header("Content-Type", form)
                .body(body)
                .unwrap(),
        )
        .await
}

both! {
    async fn what_happens_is_mailed_at_once_and_says_who_may_end_it(on) {
        let (world, sink, owner, elm) = elm(on).await;
        asks(&world, &elm, "Nel New").await;
        world.tell(now()).await;
        assert_eq!((world.mail(now()).await, world.mail(now()).await), (1, 0));
        let [mail] = sink.mails().try_into().expect("one mail");
        assert_eq!(mail.to, owner.email);
        let asked = format!("A person asked to join Elm Works on {}.", today());
        assert_eq!(mail.header("Subject"), asked);
        assert_eq!(mail.sentences(), [format!("{asked} Approve or decline the request.")]);
        assert!(mail.text().contains(&format!("\n  https://marketplace.example.org/open/{elm}\n")), "{}", mail.text());
        assert!(mail.text().starts_with("Hello Olive Owner,\n"), "{}", mail.text());
        assert!(!mail.text().contains("Nel"), "no mail names other people: {}", mail.text());
        assert_eq!(mail.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
        assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
        assert!(mail.header("Message-ID").ends_with("@example.org>"), "{}", mail.header("Message-ID"));
        assert!(mail.text().contains(&unsubscribe(&mail)), "{}", mail.text());
    }

    async fn the_worker_of_a_server_tells_and_mails_by_itself(on) {
        let (world, sink, owner, elm) = elm(on).await;
        let worker = tokio::spawn({
            let app = world.app.clone();
            async move { api::jobs::run(&app).await }
        });
        asks(&world, &elm, "Nel New").await;
        let sent = async {
            while sink.mails_to(&owner.email).is_empty() {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), sent).await.expect("the mail is sent");
        assert_eq!(kinds(&owner).await, ["JOIN_REQUESTED"]);
        worker.abort();
    }

    async fn nobody_has_a_mail_twice_however_many_send(on) {
        let (world, sink, owner, elm) = elm(on).await;
        for n in 0..6 {
            asks(&world, &elm, &format!("Asker {n}")).await;
            let then = now() + Duration::seconds(n);
            tokio::join!(world.tell(then), world.tell(then), world.tell(then));
        }
        let later = now() + Duration::minutes(1);
        let (a, b, c) = tokio::join!(world.mail(later), world.mail(later), world.mail(later));
        assert_eq!((a + b + c, sink.mails_to(&owner.email).len()), (6, 6));
        assert_eq!(states(&world).await, [MailState::Sent; 6]);
    }

    async fn a_digest_comes_at_eight_and_has_everything_that_was_not_read(on) {
        let (world, sink, owner, elm) = elm(on).await;
        wish(&owner, json!({"mail": [{"category": "MEMBERS", "frequency": "DAILY_DIGEST"}]})).await.at("updateNotificationPreferences");
        for (time, name) in [("08:00", "Ann Asker"), ("12:00", "Bea Asker"), ("23:00", "Cid Asker")] {
            asks(&world, &elm, name).await;
            world.tell(at(time)).await;
        }
        let eight = at("08:00") + Duration::days(1);
        assert_eq!(world.mail(eight - Duration::seconds(1)).await, 0);
        assert_eq!((world.mail(eight).await, sink.mails().len()), (1, 1));
        let [mail] = sink.mails().try_into().expect("one mail");
        assert_eq!((mail.sentences().len(), mail.header("Subject")), (3, "3 updates from the Social Value Marketplace"));

        asks(&world, &elm, "Dot Asker").await;
        world.tell(eight).await;
        let newest = "{ viewer { notifications(first: 1) { nodes { id } } } }";
        let newest = owner.ask(newest, json!({})).await.text("viewer.notifications.nodes.0.id");
        let read = "mutation ($id: ID!) { markNotificationsRead(input: {upTo: $id}) { userErrors { code } } }";
        owner.ask(read, json!({"id": newest})).await.at("markNotificationsRead");
        world.mail(eight + Duration::days(1)).await;
        assert_eq!((sink.mails().len(), states(&world).await), (1, vec![MailState::Sent, MailState::Needless]));
    }

    async fn quiet_hours_keep_mail_until_they_end(on) {
        let (world, sink, owner, elm) = elm(on).await;
        wish(&owner, json!({"quietHours": {"from": "21:00", "until": "07:00"}})).await.at("updateNotificationPreferences");
        for (time, name) in [("20:59", "Ann Asker"), ("21:00", "Bea Asker"), ("23:30", "Cid Asker")] {
            asks(&world, &elm, name).await;
            world.tell(at(time)).await;
            world.mail(at(time)).await;
        }
        assert_eq!(sink.mails().len(), 1);
        let seven = at("07:00") + Duration::days(1);
        assert_eq!(world.mail(seven - Duration::seconds(1)).await, 0);
        world.mail(seven).await;
        let counts: Vec<usize> = sink.mails().iter().map(|mail| mail.sentences().len()).collect();
        assert_eq!(counts, [1, 2]);
    }

    async fn nor_is_a_mail_tried_again_in_them(on) {
        let (world, sink, owner, elm) = elm(on).await;
        wish(&owner, json!({"quietHours": {"from": "21:00", "until": "07:00"}})).await.at("updateNotificationPreferences");
        asks(&world, &elm, "Ann Asker").await;
        world.tell(at("20:59")).await;
        sink.refuse(1);
        world.mail(at("20:59")).await;
        let seven = at("07:00") + Duration::days(1);
        assert_eq!(world.mail(seven - Duration::seconds(1)).await, 0);
        world.mail(seven).await;
        assert_eq!(sink.mails().len(), 1);
    }

    async fn whoever_wants_no_mail_has_the_list_all_the_same(on) {
        let (world, sink, owner, elm) = elm(on).await;
        wish(&owner, json!({"mail": [{"category": "MEMBERS", "frequency": "OFF"}]})).await.at("updateNotificationPreferences");
        asks(&world, &elm, "Nel New").await;
        world.tell(now()).await;
        assert_eq!((world.mail(now()).await, sink.mails().len()), (0, 0));
        assert_eq!(kinds(&owner).await, ["JOIN_REQUESTED"]);
    }

    async fn without_a_mail_server_nothing_is_mailed_and_nothing_waits(on) {
        let world = World::new(on).await;
        let owner = world.person("Olive Owner").await;
        let elm = owner.organisation("Elm Works").await;
        asks(&world, &elm, "Nel New").await;
        assert_eq!(world.tell(now()).await, 1);
        assert_eq!(mail::Entity::find().count(&world.app.database.read).await.unwrap(), 0);
    }

    async fn a_refused_mail_is_tried_again_later_and_later_under_one_name(on) {
        let (world, sink, owner, elm) = elm(on).await;
        asks(&world, &elm, "Nel New").await;
        let begin = now();
        world.tell(begin).await;
        sink.refuse(2);
        for (minutes, sent) in [(0, 0), (0, 0), (1, 0), (4, 0), (5, 1)] {
            world.mail(begin + Duration::minutes(minutes)).await;
            assert_eq!(sink.mails().len(), sent, "after {minutes} minutes");
        }
        let row = mail::Entity::find().one(&world.app.database.read).await.unwrap().unwrap();
        assert_eq!((row.attempts, row.state), (3, MailState::Sent));
        assert_eq!(sink.mails()[0].header("Message-ID"), row.message_id);

        asks(&world, &elm, "Nora Next").await;
        let again = begin + Duration::hours(1);
        world.tell(again).await;
        sink.refuse(usize::MAX);
        for hours in 0..100 {
            world.mail(again + Duration::hours(hours)).await;
        }
        assert_eq!(states(&world).await, [MailState::Sent, MailState::GivenUp]);
        assert_eq!(kinds(&owner).await.len(), 2);
    }

    async fn a_mail_rejected_for_ever_is_not_tried_again_and_the_account_says_so(on) {
        let (world, sink, owner, elm) = elm(on).await;
        let rejected_at = async || {
            let seen = owner.ask("{ viewer { person { emailRejectedAt } } }", json!({})).await;
            seen.at("viewer.person.emailRejectedAt").clone()
        };
        // Mail that is rejected for its content is not tried again, and says nothing of the address.
        sink.reject(&owner.email, "554 5.7.1 Looks like spam\r\n");
        asks(&world, &elm, "Nel New").await;
        let begin = now();
        world.tell(begin).await;
        assert_eq!((world.mail(begin).await, world.mail(begin + Duration::days(1)).await), (1, 0));
        assert_eq!((states(&world).await, rejected_at().await), (vec![MailState::Rejected], json!(null)));

        sink.reject(&owner.email, "550 5.1.1 No such user\r\n");
        for name in ["Ann Asker", "Bea Asker"] {
            asks(&world, &elm, name).await;
            world.tell(begin + Duration::days(u8::from(name == "Bea Asker").into())).await;
        }
        assert_eq!(world.mail(begin + Duration::days(1)).await, 2, "both were waiting");
        assert_eq!(states(&world).await, [MailState::Rejected, MailState::Rejected, MailState::Needless]);
        assert!(rejected_at().await.is_string());
        asks(&world, &elm, "Cid Asker").await;
        world.tell(now()).await;
        let told = ["JOIN_REQUESTED", "EMAIL_REJECTED", "JOIN_REQUESTED", "JOIN_REQUESTED", "JOIN_REQUESTED"];
        let mut kinds = kinds(&owner).await;
        kinds.sort();
        let mut told = told.to_vec();
        told.sort_unstable();
        assert_eq!((kinds, states(&world).await.len(), sink.mails().len()), (told.into_iter().map(str::to_owned).collect(), 3, 0), "told once, and no more mail");

        sink.reject_none();
        let ask = "mutation ($email: String!) { act: requestEmailVerification(input: {email: $email}) { userErrors { code } } }";
        owner.ask(ask, json!({"email": owner.email})).await.at("act");
        let sent = api::accounts::email_verification::mail(&world.app, &crate::support::system(now())).await;
        assert_eq!(sent.map_err(|error| error.message()).unwrap(), 1);
        let text = sink.mails_to(&owner.email)[0].text();
        let token = text.split_once("/verify-email?token=").unwrap().1.split_whitespace().next().unwrap();
        let verify = "mutation ($token: String!) { act: verifyEmail(input: {token: $token}) { userErrors { code } } }";
        owner.ask(verify, json!({"token": token})).await.at("act");
        assert_eq!(rejected_at().await, json!(null));
        asks(&world, &elm, "Dot Asker").await;
        world.tell(now()).await;
        assert_eq!((world.mail(now()).await, sink.mails_to(&owner.email).len()), (1, 2));
    }

    async fn that_mail_was_sent_is_forgotten_in_the_end_and_what_it_told_is_not(on) {
        let (world, _sink, owner, elm) = elm(on).await;
        asks(&world, &elm, "Nel New").await;
        world.tell(at("10:00")).await;
        assert_eq!(world.mail(at("10:00")).await, 1);
        asks(&world, &elm, "Sue Second").await;
        world.tell(at("10:00")).await;
        let forgets = async |after: Duration| {
            let forgotten = api::mail::service::forget(&world.app, &crate::support::system(at("10:00") + after)).await;
            (forgotten.map_err(|error| error.message()).unwrap(), states(&world).await)
        };
        assert_eq!(forgets(Duration::days(90) - Duration::seconds(1)).await, (0, vec![MailState::Sent, MailState::Waiting]));
        // What still waits is no mail of old.
        assert_eq!(forgets(Duration::days(90)).await, (1, vec![MailState::Waiting]));
        assert_eq!(forgets(Duration::days(9000)).await, (0, vec![MailState::Waiting]));
        assert_eq!(kinds(&owner).await, ["JOIN_REQUESTED"; 2]);
    }

    async fn one_press_ends_mail_of_that_kind_and_looking_ends_nothing(on) {
        let (world, sink, owner, elm) = elm(on).await;
        asks(&world, &elm, "Nel New").await;
        world.tell(now()).await;
        world.mail(now()).await;
        let path = unsubscribe(&sink.mails()[0]);
        let stranger = world.stranger();
        let wishes = async || {
            let reply = owner.ask("{ viewer { notificationPreferences { mail { frequency } } } }", json!({})).await;
            reply.each("viewer.notificationPreferences.mail", "frequency")
        };

        let page = get(&stranger, &path).await;
        assert_eq!((page.status, page.text.contains("method=\"post\"")), (StatusCode::OK, true));
        assert!(page.headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
        assert!(page.text.contains(&path), "the button sends the token: {}", page.text);
        let mut expected = wishes().await;
        assert!(!expected.contains(&"OFF".to_owned()), "{expected:?}");

        let done = press(&stranger, &path).await;
        expected[1] = "OFF".into();
        assert_eq!((done.status, wishes().await), (StatusCode::OK, expected));
        // Again, with none, with one that was changed, or with a token for something else: the answer is the same.
        let token = owner.token.clone().unwrap();
        for path in [path.clone(), "/mail/unsubscribe".into(), path.replace("token=ey", "token=ex"), format!("/mail/unsubscribe?token={token}")] {
            let answer = press(&stranger, &path).await;
            assert_eq!((answer.status, &answer.text), (StatusCode::OK, &done.text), "{path}");
        }
        let as_token = Caller::new(world.router.clone(), Some(path.split_once('=').unwrap().1.into()));
        assert_eq!(as_token.ask("{ viewer { kind } }", json!({})).await.status, StatusCode::UNAUTHORIZED);
        let hostile = get(&stranger, "/mail/unsubscribe?token=%22%3E%3Cscript%3E").await;
        assert!(!hostile.text.contains("<script>"), "{}", hostile.text);

        asks(&world, &elm, "Nora Next").await;
        world.tell(now()).await;
        assert_eq!((world.mail(now()).await, sink.mails().len()), (0, 1));
        let own = "{ activities(filter: {acts: [\"person.mail_unsubscribed\"]}) { totalCount } }";
        assert_eq!(world.admin().await.ask(own, json!({})).await.at("activities.totalCount"), 1);
    }
}
