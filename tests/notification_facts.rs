//! Every kind of notification says when and where, until when, and links to its subject, in the list and by mail.

use api::{
    events::time_and_place,
    features,
    kit::{clock::now, times},
    notifications::kinds,
};
use chrono_tz::Europe::London;
use entity::{
    activity::{self, ActorKind},
    event, listing,
    mail::{self, MailState},
    matching, notification,
    notification::{NotificationCategory as Category, NotificationKind as Kind},
    registration,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, Iterable, prelude::Uuid,
};
use serde_json::{Value, json};

use crate::{
    both,
    events::{act as on_event, announced, in_days},
    matches::{Pair, laptops},
    notifications::today,
    registrations::register,
    support::{Caller, On, Sink, World},
};

fn uuid(id: &str) -> Uuid {
    id.rsplit(':').next().unwrap().parse().unwrap()
}

/// A world in which the giver has to do with one thing of each kind.
struct Prepared {
    pair: Pair,
    sink: Sink,
    deal: String,
    event: String,
    registration: String,
    message: String,
    membership: String,
}

impl Prepared {
    async fn new(on: On) -> Self {
        let sink = Sink::new().await;
        let world = World::mailing(on, &sink).await;
        let pair = Pair::within(world, json!({}), json!({})).await;
        pair.world.verify_address(&pair.giver).await;
        let deal = pair.proposed(laptops("10")).await;
        let input = json!({"listingId": pair.offer, "organisationId": pair.oak, "text": "Do they have cameras?"});
        let message = crate::matches::act(&pair.taker, "askAboutListing", input)
            .await
            .text("act.message.id");
        let event = announced(&pair.taker, &pair.oak, json!({})).await;
        let registration = register(&pair.giver, &event, json!({}))
            .await
            .text("act.registration.id");
        let later = json!({"startsAt": in_days(40), "endsAt": in_days(41)});
        on_event(&pair.taker, "rescheduleEvent", &event, later)
            .await
            .at("act.event");
        let own = "{ viewer { memberships { nodes { id } } } }";
        let membership = pair
            .giver
            .ask(own, json!({}))
            .await
            .text("viewer.memberships.nodes.0.id");
        Self {
            pair,
            sink,
            deal,
            event,
            registration,
            message,
            membership,
        }
    }

    /// The subject of a kind, and the kind of link and the id in it.
    fn subject(&self, kind: Kind) -> (&str, &str) {
        match kinds::category(kind) {
            Category::Listings => (&self.pair.offer, &self.pair.offer),
            Category::Members => (&self.membership, &self.pair.elm),
            Category::Organisations => (&self.pair.elm, &self.pair.elm),
            Category::Conversations => (&self.message, &self.message),
            Category::Staff if kind == Kind::MessageReported => (&self.message, &self.message),
            Category::Matches | Category::Staff => (&self.deal, &self.deal),
            Category::Events
                if [
                    Kind::PlaceOffered,
                    Kind::PlaceLapsed,
                    Kind::RegistrationRevoked,
                ]
                .contains(&kind) =>
            {
                (&self.registration, &self.event)
            }
            Category::Events => (&self.event, &self.event),
            Category::Account => {
                let own = self.pair.giver.id.as_deref().unwrap();
                (own, own)
            }
        }
    }

    /// Tells the giver of an act of each kind, all in one mail.
    async fn tell(&self) -> Uuid {
        let write = &self.pair.world.app.database.write;
        let person_id = uuid(self.pair.giver.id.as_deref().unwrap());
        let letter = mail::Model {
            id: Uuid::now_v7(),
            person_id,
            message_id: format!("<{}@example.org>", Uuid::now_v7()),
            state: MailState::Waiting,
            due_at: now(),
            attempts: 0,
            next_attempt_at: now(),
            created_at: now(),
            settled_at: None,
        };
        mail::Entity::insert(letter.clone().into_active_model())
            .exec_without_returning(write)
            .await
            .unwrap();
        for kind in Kind::iter() {
            let act =
                features::acts().find(|act| act.notifies.iter().any(|(caused, _)| *caused == kind));
            let (subject, _) = self.subject(kind);
            let act = activity::Model {
                id: Uuid::now_v7(),
                at: now(),
                actor_kind: ActorKind::System,
                actor_id: None,
                organisation_id: Some(uuid(&self.pair.elm)),
                other_organisation_id: Some(uuid(&self.pair.oak)),
                person_id: Some(person_id),
                act: act.expect("an act causes it").name.into(),
                subject_kind: subject.split(':').next().unwrap().into(),
                subject_id: uuid(subject),
                fields: vec!["venueName".to_owned()].into(),
                seq: None,
            };
            let told = notification::Model {
                id: Uuid::now_v7(),
                person_id,
                activity_id: act.id,
                kind,
                category: kinds::category(kind),
                at: act.at,
                read_at: None,
                mail_id: Some(letter.id),
            };
            activity::Entity::insert(act.into_active_model())
                .exec_without_returning(write)
                .await
                .unwrap();
            notification::Entity::insert(told.into_active_model())
                .exec_without_returning(write)
                .await
                .unwrap();
        }
        letter.id
    }

    /// Text that stands for a fact in a sentence about a kind.
    async fn fact(&self, name: &str, kind: Kind) -> String {
        let read = &self.pair.world.app.database.read;
        let event = event::Entity::find_by_id(uuid(&self.event))
            .one(read)
            .await
            .unwrap()
            .unwrap();
        match name {
            "on" => today(),
            "when" => time_and_place::when(&event),
            "before" => time_and_place::before(&event).expect("it was rescheduled"),
            "place" => "Dorking Halls, Dorking".into(),
            "changed" => "venue name".into(),
            "event" => "“We Are Surrey”".into(),
            "listing" => "“Forty refurbished laptops”".into(),
            "organisation" => "Elm Works".into(),
            "deadline" => {
                let at = match kinds::category(kind) {
                    Category::Listings => {
                        listing::Entity::find_by_id(uuid(&self.pair.offer))
                            .one(read)
                            .await
                            .unwrap()
                            .unwrap()
                            .closes_at
                    }
                    Category::Events => {
                        let row = registration::Entity::find_by_id(uuid(&self.registration))
                            .one(read)
                            .await
                            .unwrap();
                        row.unwrap().answer_by.expect("a place is offered")
                    }
                    _ => {
                        matching::Entity::find_by_id(uuid(&self.deal))
                            .one(read)
                            .await
                            .unwrap()
                            .unwrap()
                            .answer_by
                    }
                };
                times::deadline(at, London)
            }
            other => panic!("{other} is no fact"),
        }
    }

    /// The sentences of a kind with all facts.
    async fn expected(&self, kind: Kind) -> String {
        let mut sentences = Vec::new();
        for sentence in kinds::sentences(kind) {
            let mut wording = sentence.split('|').next().unwrap().to_owned();
            while let Some(at) = wording.find('{') {
                let end = wording.find('}').unwrap();
                let fact = self.fact(&wording[at + 1..end], kind).await;
                wording.replace_range(at..=end, &fact);
            }
            sentences.push(wording);
        }
        sentences.join(" ")
    }
}

/// The notifications of somebody by kind: sentence and link.
async fn told(who: &Caller) -> Vec<Value> {
    let query = "{ viewer { notifications(first: 100) { nodes { kind title url } } } }";
    let reply = who.ask(query, json!({})).await;
    reply
        .at("viewer.notifications.nodes")
        .as_array()
        .unwrap()
        .clone()
}

both! {
    async fn every_kind_of_notification_states_its_facts_and_links_to_its_subject(on) {
        let prepared = Prepared::new(on).await;
        let (giver, world) = (&prepared.pair.giver, &prepared.pair.world);
        let offered = registration::ActiveModel {
            id: Set(uuid(&prepared.registration)),
            answer_by: Set(Some(in_days(2))),
            ..Default::default()
        };
        offered.update(&world.app.database.write).await.unwrap();
        let letter = prepared.tell().await;
        let all = told(giver).await;
        for kind in Kind::iter() {
            let name = sea_orm::ActiveEnum::to_value(&kind);
            let own: Vec<&Value> = all.iter().filter(|one| one["kind"] == name).collect();
            let [one] = own[..] else { panic!("{name} once, not {own:?}") };
            println!("{name}: {}", one["title"].as_str().unwrap());
            assert_eq!(one["title"], prepared.expected(kind).await);
            let (_, linked) = prepared.subject(kind);
            assert_eq!(one["url"], format!("https://marketplace.example.org/open/{linked}"), "{name}");
        }
        let page = crate::feeds::get(world, &format!("/open/{}", prepared.event)).await;
        assert!(page.status == 200 && page.text.contains(&prepared.event), "{}", page.text);

        // The mail has the same sentences and links.
        assert!(world.mail(now()).await >= 1);
        let mails = prepared.sink.mails_to(&giver.email);
        let name = mail::Entity::find_by_id(letter).one(&world.app.database.read).await.unwrap().unwrap().message_id;
        let digest = mails.iter().find(|mail| mail.header("Message-ID") == name).expect("it was sent");
        let sentences = digest.sentences();
        assert_eq!(sentences.len(), Kind::iter().count());
        for one in &all {
            let item = format!("- {}\n  {}\n", one["title"].as_str().unwrap(), one["url"].as_str().unwrap());
            assert!(digest.text().contains(&item), "{item} is not in {}", digest.text());
        }
    }

    async fn a_mail_about_much_takes_as_many_statements_as_one_about_little(on) {
        let prepared = Prepared::new(on).await;
        let world = &prepared.pair.world;
        world.tell(now()).await;
        world.mail(now()).await;
        let mut counts = Vec::new();
        for times in [1, 2] {
            let letter = prepared.tell().await;
            if times == 2 {
                // All of both in one mail, of which the first has been sent.
                notification::Entity::update_many()
                    .col_expr(notification::Column::MailId, sea_orm::sea_query::Expr::value(letter))
                    .exec(&world.app.database.write).await.unwrap();
            }
            let before = world.app.database.statements();
            assert_eq!(world.mail(now()).await, 1);
            counts.push(world.app.database.statements() - before);
        }
        let lengths: Vec<usize> = prepared.sink.mails_to(&prepared.pair.giver.email).iter().rev().take(2).map(|mail| mail.sentences().len()).collect();
        assert!(lengths[0] > lengths[1], "{lengths:?}");
        // On a busy machine a load may come too late for the others.
        assert!(counts[1] <= counts[0] + 4, "{counts:?}");
    }

    async fn links_lead_to_the_front_end_where_the_operator_says_so(on) {
        let world = World::with(on, |config| {
            config.links = ["match=https://app.example.org/deals/{id}?from=mail"].map(|link| link.parse().unwrap()).to_vec();
        }).await;
        let pair = Pair::within(world, json!({}), json!({})).await;
        let deal = pair.proposed(laptops("10")).await;
        pair.world.tell(now()).await;
        let all = told(&pair.giver).await;
        assert_eq!(all[0]["url"], format!("https://app.example.org/deals/{deal}?from=mail"));
        assert_eq!(all[1]["url"], format!("https://marketplace.example.org/open/{}", pair.elm));
    }
}
