//! What people tell at an event becomes a listing of theirs, once, and how to reach them is kept for no longer than was said.

use api::{intakes::jobs, kit::clock::now};
use chrono::{DateTime, Duration, Utc};
use entity::{activity, intake, person::PlatformRole};
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use crate::{
    both,
    events::draft,
    support::{Caller, On, Reply, Sink, World, system},
};

const INTAKE: &str = "id state version kind source title description takenAt note contactKeptUntil
    resourceType { code } area { code } host { id } event { id } takenBy { displayName } mergedInto { id }
    contact { name organisation email phone } listing { id }";

/// Does an act; what comes back is at `act.intake`, or `act.listing` after claiming.
async fn act(by: &Caller, name: &str, input: Value) -> Reply {
    let thing = if name == "claimIntake" {
        "listing { id title state kind organisation { id } areas { code } }".to_owned()
    } else {
        format!("intake {{ {INTAKE} }}")
    };
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query = format!(
        "mutation ($input: {kind}!) {{ act: {name}(input: $input) {{ {thing} userErrors {{ code field message }} }} }}"
    );
    by.ask(&query, json!({"input": input})).await
}

/// What a tablet sends, changed by `more`.
fn told(key: &str, more: Value) -> Value {
    let mut input = json!({
        "clientKey": key, "kind": "OFFER", "source": "EVENT", "title": "Six office chairs", "description": "Blue, with wheels.",
        "contact": {"name": "Ann Visitor", "organisation": "Visitors Ltd", "email": "ann@visitors.example", "phone": "01632 960123"},
        "consent": true,
    });
    let Value::Object(more) = more else {
        panic!("what changes is an object: {more}");
    };
    for (name, value) in more {
        input[name] = value;
    }
    input
}

/// A broker, and the owner of an organisation that holds events.
struct Fair {
    world: World,
    broker: Caller,
    owner: Caller,
    host: String,
}

impl Fair {
    async fn new(on: On) -> Self {
        Self::in_world(World::new(on).await).await
    }

    async fn in_world(world: World) -> Self {
        let broker = world.staff("Bo Broker", PlatformRole::Broker).await;
        let owner = world.person("Olive Owner").await;
        let host = crate::matches::verified(&owner, &broker, "Riverside Hub").await;
        Self {
            world,
            broker,
            owner,
            host,
        }
    }

    async fn taken(&self, key: &str, more: Value) -> String {
        let mut input = told(key, more);
        input["hostId"] = json!(self.host);
        act(&self.owner, "takeIntake", input)
            .await
            .text("act.intake.id")
    }

    async fn triaged(&self, key: &str, more: Value) -> String {
        let id = self.taken(key, more).await;
        let right = json!({"intakeId": id, "version": 1, "resourceType": "furniture", "area": "guildford", "note": "Called back."});
        act(&self.broker, "triageIntake", right)
            .await
            .at("act.intake");
        id
    }

    async fn send(&self, id: &str) -> Reply {
        act(&self.broker, "sendIntakeClaim", json!({"intakeId": id})).await
    }

    async fn mail(&self, at: DateTime<Utc>) -> usize {
        jobs::mail(&self.world.app, &system(at))
            .await
            .map_err(|e| e.message())
            .unwrap()
    }

    async fn forget(&self, at: DateTime<Utc>) -> usize {
        jobs::forget(&self.world.app, &system(at))
            .await
            .map_err(|e| e.message())
            .unwrap()
    }

    async fn read(&self, id: &str) -> Value {
        let query =
            format!("query ($id: ID!) {{ node(id: $id) {{ ... on Intake {{ {INTAKE} }} }} }}");
        self.broker
            .ask(&query, json!({"id": id}))
            .await
            .at("node")
            .clone()
    }
}

/// The token of the link in the last mail.
fn token(sink: &Sink) -> String {
    let text = sink.mails().last().unwrap().text();
    let (_, rest) = text.split_once("/claims?token=").unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

both! {
    async fn what_was_taken_without_a_connection_is_uploaded_as_often_as_it_takes(on) {
        let fair = Fair::new(on).await;
        let event = draft(&fair.owner, &fair.host, json!({"schedule": true})).await.text("act.event.id");
        let taken_at = (now() - Duration::hours(3)).to_rfc3339();
        let input = told("tablet-1/0007", json!({"eventId": event, "takenAt": taken_at, "resourceType": "furniture"}));
        let replies = join_all((0..8).map(|_| act(&fair.owner, "takeIntake", input.clone()))).await;
        let ids: Vec<String> = replies.iter().map(|reply| reply.text("act.intake.id")).collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        let all = intake::Entity::find().count(&fair.world.app.database.read).await.unwrap();
        assert_eq!(all, 1);
        let row = fair.read(&ids[0]).await;
        assert_eq!((&row["state"], &row["host"]["id"], &row["event"]["id"]), (&json!("NEW"), &json!(fair.host), &json!(event)));
        assert_eq!((&row["takenBy"]["displayName"], &row["contact"]["email"]), (&json!("Olive Owner"), &json!("ann@visitors.example")));
        // The same key for something else is a mistake, and the same key of somebody else is another key.
        let other = act(&fair.owner, "takeIntake", told("tablet-1/0007", json!({"eventId": event, "title": "Seven chairs"}))).await;
        assert_eq!(other.refusals(), ["IDEMPOTENCY_KEY_REUSED clientKey"]);
        let theirs = act(&fair.broker, "takeIntake", input).await;
        assert_ne!(theirs.text("act.intake.id"), ids[0]);
        let list = format!("{{ intakes(event: {event:?}) {{ totalCount nodes {{ id }} }} }}");
        assert_eq!(fair.broker.ask(&list, json!({})).await.at("intakes.totalCount"), 2);
    }

    async fn what_cannot_be_so_is_refused_field_by_field_and_nothing_is_kept_without_consent(on) {
        let fair = Fair::new(on).await;
        let other = fair.world.person("Otto Other").await;
        let beech = other.organisation("Beech House").await;
        let event = draft(&other, &beech, json!({"schedule": true})).await.text("act.event.id");
        let later = (now() + Duration::days(1)).to_rfc3339();
        let long_ago = (now() - Duration::days(91)).to_rfc3339();
        for (more, refusals) in [
            (json!({"consent": false}), vec!["REQUIRED consent"]),
            (json!({"contact": {"email": "nobody", "phone": "1"}}), vec!["INVALID contact.email", "INVALID contact.phone"]),
            (json!({"title": "A"}), vec!["TOO_SHORT title"]),
            (json!({"clientKey": " "}), vec!["REQUIRED clientKey"]),
            (json!({"takenAt": later}), vec!["OUT_OF_RANGE takenAt"]),
            (json!({"takenAt": long_ago}), vec!["OUT_OF_RANGE takenAt"]),
            (json!({"resourceType": "unicorns", "area": "atlantis"}), vec!["UNKNOWN resourceType", "UNKNOWN area"]),
            (json!({"eventId": event}), vec!["INVALID hostId"]),
        ] {
            let mut more = more;
            more["hostId"] = json!(fair.host);
            assert_eq!(act(&fair.owner, "takeIntake", told("a", more)).await.refusals(), refusals);
        }
        let nameless = act(&fair.broker, "takeIntake", told("b", json!({"contact": null, "consent": false}))).await;
        assert_eq!(nameless.at("act.intake.contact"), &Value::Null);
        assert_eq!(intake::Entity::find().count(&fair.world.app.database.read).await.unwrap(), 1);
    }

    async fn whoever_told_it_makes_a_listing_of_it_by_the_link_once(on) {
        let sink = Sink::new().await;
        let fair = Fair::in_world(World::mailing(on, &sink).await).await;
        let event = draft(&fair.owner, &fair.host, json!({"schedule": true})).await.text("act.event.id");
        let id = fair.triaged("a", json!({"eventId": event})).await;
        fair.send(&id).await.at("act.intake");
        // Two workers at once send one mail; a refused one is tried again under the same name.
        sink.refuse(1);
        let tried = tokio::join!(fair.mail(now()), fair.mail(now()));
        assert_eq!((tried.0 + tried.1, sink.mails().len()), (1, 0));
        assert_eq!(fair.mail(now() + Duration::minutes(2)).await, 1);
        assert_eq!(fair.mail(now() + Duration::hours(9)).await, 0);
        let mails = sink.mails();
        let mail = &mails[0];
        assert_eq!((mails.len(), mail.to.as_str(), mail.header("Subject")), (1, "ann@visitors.example", "Publish what you offered: Six office chairs"));
        assert_eq!(mail.header("List-Unsubscribe"), "");
        let token = token(&sink);

        let page = crate::feeds::get(&fair.world, &format!("/claims?token={token}")).await;
        assert!(page.status == 200 && page.text.contains("Six office chairs") && page.text.contains(&token), "{}", page.text);
        assert!(!page.text.contains("Ann") && !page.text.contains("visitors"));

        let ann = fair.world.person("Ann Visitor").await;
        let visitors = ann.organisation("Visitors Ltd").await;
        let claim = json!({"token": token, "organisationId": visitors});
        let replies = join_all((0..4).map(|_| act(&ann, "claimIntake", claim.clone()))).await;
        let done: Vec<String> = replies.iter().filter(|reply| reply.outcome() == "done").map(|reply| reply.text("act.listing.id")).collect();
        assert!(!done.is_empty() && done.iter().all(|id| *id == done[0]), "{replies:?}");
        let again = act(&ann, "claimIntake", claim.clone()).await;
        assert_eq!(again.text("act.listing.id"), done[0]);
        for (path, expected) in [("state", "DRAFT"), ("kind", "OFFER"), ("title", "Six office chairs")] {
            assert_eq!(again.text(&format!("act.listing.{path}")), expected);
        }
        assert_eq!(again.at("act.listing.organisation.id"), &json!(visitors));
        let raised = "query ($id: ID!) { listing(id: $id) { raisedAtEvent { id } } }";
        let raised = ann.ask(raised, json!({"id": done[0]})).await;
        assert_eq!(raised.text("listing.raisedAtEvent.id"), event);
        let own = ann.ask("{ viewer { listings { totalCount } } }", json!({})).await;
        assert_eq!(own.at("viewer.listings.totalCount"), 1);
        let other = fair.world.person("Otto Other").await;
        let beech = other.organisation("Beech House").await;
        let theirs = act(&other, "claimIntake", json!({"token": token, "organisationId": beech})).await;
        assert_eq!(theirs.refusals(), ["INVITATION_INVALID token"]);
        assert_eq!(fair.read(&id).await["state"], "CONVERTED");
        assert_eq!(crate::feeds::get(&fair.world, &format!("/claims?token={token}")).await.status, 404);
    }

    async fn a_link_is_good_for_its_time_for_one_purpose_and_until_the_next(on) {
        let sink = Sink::new().await;
        let fair = Fair::in_world(World::mailing(on, &sink).await).await;
        let ann = fair.world.person("Ann Visitor").await;
        let visitors = ann.organisation("Visitors Ltd").await;
        let id = fair.triaged("a", json!({})).await;
        let claim = async |token: &str| {
            let input = json!({"token": token, "organisationId": visitors});
            act(&ann, "claimIntake", input).await.outcome()
        };
        fair.send(&id).await.at("act.intake");
        fair.mail(now()).await;
        let first = token(&sink);
        fair.send(&id).await.at("act.intake");
        assert_eq!(claim(&first).await, "INVITATION_INVALID token");
        // What was decided on is not sent once there is nobody to be written to.
        act(&fair.broker, "rejectIntake", json!({"intakeId": id, "note": "They called it off."})).await.at("act.intake");
        assert_eq!((fair.mail(now()).await, sink.mails().len()), (1, 1));
        for token in ["", "x", &first, ann.token.as_deref().unwrap()] {
            assert_eq!(claim(token).await, "INVITATION_INVALID token");
        }
        assert_eq!(fair.send(&id).await.refusals(), ["INVALID_STATE"]);
        let nobody = fair.triaged("b", json!({"contact": {"name": "Ann"}})).await;
        assert_eq!(fair.send(&nobody).await.refusals(), ["INVALID_STATE"]);
        let often = fair.triaged("c", json!({})).await;
        for _ in 0..5 {
            fair.send(&often).await.at("act.intake");
        }
        assert_eq!(fair.send(&often).await.refusals(), ["LIMIT_REACHED"]);
        let silent = Fair::new(on).await;
        let id = silent.triaged("a", json!({})).await;
        assert_eq!(silent.send(&id).await.refusals(), ["INVALID_STATE"], "this server sends no mail");
    }

    async fn contacts_are_seen_and_kept_until_the_stated_time_and_no_longer(on) {
        let fair = Fair::new(on).await;
        let open = fair.taken("a", json!({})).await;
        let decided = fair.taken("b", json!({})).await;
        let rejected = act(&fair.broker, "rejectIntake", json!({"intakeId": decided})).await;
        let until = |row: &Value| row["contactKeptUntil"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
        let (long, short) = (until(&fair.read(&open).await), until(rejected.at("act.intake")));
        assert_eq!(((long - now()).num_days(), (short - now()).num_days()), (89, 27));
        assert_eq!(fair.forget(short - Duration::seconds(1)).await, 0);
        assert_eq!(fair.forget(short).await, 1);
        assert_eq!(fair.read(&decided).await["contact"], Value::Null);
        assert_eq!(fair.read(&open).await["contact"]["name"], "Ann Visitor");
        // Two workers delete it once, and the record holds no word of it.
        let (a, b) = tokio::join!(fair.forget(long), fair.forget(long));
        assert_eq!(a + b, 1);
        let conn = &fair.world.app.database.read;
        for row in intake::Entity::find().all(conn).await.unwrap() {
            let kept = [row.contact_name, row.contact_organisation, row.contact_email, row.contact_phone];
            assert_eq!(kept, [None, None, None, None]);
        }
        let told = activity::Entity::find().filter(activity::Column::Act.eq("intake.contact_deleted"));
        let acts = told.all(conn).await.unwrap();
        assert_eq!(acts.len(), 2);
        assert!(!format!("{acts:?}").contains("Ann"));
    }

    async fn what_was_told_twice_is_one_and_the_duplicate_keeps_no_contact(on) {
        let fair = Fair::new(on).await;
        let first = fair.taken("a", json!({"contact": {"phone": "01632 960123"}})).await;
        let second = fair.taken("b", json!({})).await;
        let request = fair.taken("c", json!({"kind": "REQUEST"})).await;
        let merge = async |one: &str, into: &str| act(&fair.broker, "mergeIntake", json!({"intakeId": one, "intoId": into})).await;
        assert_eq!(merge(&first, &first).await.refusals(), ["CIRCULAR intoId"]);
        assert_eq!(merge(&request, &first).await.refusals(), ["INVALID intoId"]);
        let merged = merge(&second, &first).await;
        assert_eq!((merged.at("act.intake.state"), merged.at("act.intake.mergedInto.id")), (&json!("MERGED"), &json!(first)));
        assert_eq!(merged.at("act.intake.contact"), &Value::Null);
        let kept = fair.read(&first).await;
        assert_eq!((&kept["contact"]["phone"], &kept["contact"]["email"]), (&json!("01632 960123"), &json!("ann@visitors.example")));
        assert_eq!(merge(&second, &first).await.refusals(), ["INVALID_STATE"]);
        assert_eq!(merge(&first, &second).await.refusals(), ["INVALID_STATE intoId"]);
    }

    async fn what_was_told_at_a_host_that_ends_is_seen_by_the_one_that_carries_on(on) {
        let fair = Fair::new(on).await;
        let id = fair.taken("a", json!({})).await;
        let other = fair.world.person("Otto Other").await;
        let beech = other.organisation("Beech House").await;
        let count = async || other.ask("{ intakes { totalCount } }", json!({})).await.at("intakes.totalCount").clone();
        assert_eq!(count().await, 0);
        let merge = "mutation ($one: ID!, $into: ID!) { mergeOrganisation(input: {organisationId: $one, intoId: $into}) {
            organisation { id } userErrors { code } } }";
        let admin = fair.world.admin().await;
        admin.ask(merge, json!({"one": fair.host, "into": beech})).await.at("mergeOrganisation");
        assert_eq!((count().await, &fair.read(&id).await["host"]["id"]), (json!(1), &json!(beech)));
    }

    async fn corrections_are_never_overwritten_unseen(on) {
        let fair = Fair::new(on).await;
        let id = fair.taken("a", json!({})).await;
        let correct = |title: &str| json!({"intakeId": id, "version": 1, "title": title});
        let replies = join_all(["Six chairs", "Seven chairs", "Eight chairs"].map(|title| act(&fair.broker, "triageIntake", correct(title)))).await;
        let mut outcomes: Vec<String> = replies.iter().map(Reply::outcome).collect();
        outcomes.sort();
        assert_eq!(outcomes, ["VERSION_OUTDATED version", "VERSION_OUTDATED version", "done"]);
        let row = fair.read(&id).await;
        assert_eq!((&row["state"], &row["version"]), (&json!("TRIAGED"), &json!(2)));
    }
}
