//! Mail to addresses that no account has verified contains no word of an organisation that is not verified.

use api::{
    events::{jobs as event_jobs, registrations::guest_service},
    intakes,
    kit::clock::now,
    notifications,
};
use chrono::Duration;
use entity::person::PlatformRole;
use serde_json::{Value, json};

use crate::{
    both,
    events::{act as on_event, announced, in_days},
    matches::{act, laptops, posted, verified},
    registrations::register,
    support::{Caller, On, Sink, World, sink::Mail, system},
};

/// Stands in everything that the organisation writes.
const MARKER: &str = "Zyzzyva";

/// Texts of an event, each with the marker.
fn marked() -> Value {
    let text = |what: &str| format!("{what} {MARKER}");
    json!({
        "title": text("Party"), "description": text("Come to"), "capacity": 2, "guestsWelcome": true,
        "venue": {"name": text("Hall"), "accessInformation": text("Ramp"),
            "place": {"town": text("Town"), "addressLines": [text("Street")]}},
    })
}

/// A world in which an organisation does all acts that send mail.
struct Relay {
    world: World,
    sink: Sink,
    owner: Caller,
    organisation: String,
    broker: Caller,
}

impl Relay {
    async fn new(on: On, is_verified: bool) -> Self {
        let sink = Sink::new().await;
        let world = World::mailing(on, &sink).await;
        let broker = world.staff("Bo Broker", PlatformRole::Broker).await;
        let owner = world.person("Olive Owner").await;
        world.verify_address(&owner).await;
        world.verify_address(&broker).await;
        let name = format!("House of {MARKER}");
        let organisation = if is_verified {
            verified(&owner, &broker, &name).await
        } else {
            owner.organisation(&name).await
        };
        Self {
            world,
            sink,
            owner,
            organisation,
            broker,
        }
    }

    /// Tells of everything that was done, and sends all mail.
    async fn mail(&self) {
        let (app, viewer) = (&self.world.app, system(now()));
        self.world.tell(now()).await;
        self.world.mail(now()).await;
        let sent = async {
            guest_service::mail(app, &viewer).await?;
            notifications::guests::mail(app, &viewer).await?;
            intakes::jobs::mail(app, &viewer).await
        };
        sent.await
            .map_err(|error: api::kit::Error| error.message())
            .unwrap();
    }

    async fn on_event(&self, name: &str, event: &str, more: Value) {
        on_event(&self.owner, name, event, more)
            .await
            .at("act.event");
        self.mail().await;
    }

    /// Registers a guest with the mailed link.
    async fn guest(&self, event: &str, email: &str) {
        let ask = "mutation ($input: RegisterAsGuestInput!) { act: registerAsGuest(input: $input) { mailedTo userErrors { code field } } }";
        let input = json!({"eventId": event, "name": "Gus Guest", "email": email, "consent": true});
        self.world
            .stranger()
            .ask(ask, json!({"input": input}))
            .await
            .at("act.mailedTo");
        self.mail().await;
        let text = self.sink.mails_to(email).last().unwrap().text();
        let token = text
            .split_once("/guests?token=")
            .unwrap()
            .1
            .split_whitespace()
            .next()
            .unwrap();
        let confirm = "mutation ($token: String!) { act: confirmGuestRegistration(input: {token: $token}) { userErrors { code } } }";
        self.world
            .stranger()
            .ask(confirm, json!({"token": token}))
            .await
            .at("act");
        self.mail().await;
    }

    /// Everything that happens to guests of an event.
    async fn events(&self) {
        let event = announced(&self.owner, &self.organisation, marked()).await;
        for email in [
            "one@guests.example",
            "two@guests.example",
            "three@guests.example",
        ] {
            self.guest(&event, email).await;
        }
        let found = "query ($id: ID!) { event(id: $id) { version registrations(states: [CONFIRMED]) { nodes { id } } } }";
        let found = self.owner.ask(found, json!({"id": event})).await;
        // One loses the place, and the third is offered it.
        let first = found.text("event.registrations.nodes.0.id");
        crate::registrations::act(&self.owner, "cancelRegistration", &first)
            .await
            .at("act.registration");
        self.mail().await;
        let more = json!({"version": found.at("event.version"), "venue": {"name": format!("Barn {MARKER}"), "place": {"town": "Dorking"}}});
        self.on_event("updateEvent", &event, more).await;
        let remind =
            event_jobs::run(&self.world.app, &system(in_days(30) - Duration::hours(23))).await;
        remind.map_err(|error| error.message()).unwrap();
        self.mail().await;
        let times = json!({"startsAt": in_days(40), "endsAt": in_days(41)});
        self.on_event("rescheduleEvent", &event, times).await;
        self.on_event(
            "postponeEvent",
            &event,
            json!({"notice": format!("Snow {MARKER}")}),
        )
        .await;
        self.on_event(
            "cancelEvent",
            &event,
            json!({"notice": format!("Flood {MARKER}")}),
        )
        .await;
    }

    /// Mail to a person whose address nobody has verified: of a match, a message and an event.
    async fn account(&self) {
        let victim = self.world.person("Vic Victim").await;
        let elm = verified(&victim, &self.broker, "Elm Works").await;
        let offer = posted(&victim, "Offer", &elm, json!({})).await;
        let words =
            json!({"title": format!("Laptops {MARKER}"), "description": format!("For {MARKER}")});
        let request = posted(&self.owner, "Request", &self.organisation, words).await;
        let mut terms = laptops("5");
        terms["message"] = json!(format!("Dear {MARKER}"));
        let input = json!({"offerId": offer, "requestId": request, "terms": terms});
        act(&self.owner, "proposeMatch", input)
            .await
            .at("act.match");
        let input = json!({"listingId": offer, "organisationId": self.organisation, "text": format!("Hello {MARKER}")});
        act(&self.owner, "askAboutListing", input)
            .await
            .at("act.message");
        let event = announced(&self.owner, &self.organisation, marked()).await;
        register(&victim, &event, json!({}))
            .await
            .at("act.registration");
        self.on_event(
            "cancelEvent",
            &event,
            json!({"notice": format!("Flood {MARKER}")}),
        )
        .await;
    }

    async fn intake(&self) {
        let take = "mutation ($input: TakeIntakeInput!) { act: takeIntake(input: $input) { intake { id } userErrors { code field } } }";
        let input = json!({
            "clientKey": "k1", "kind": "OFFER", "source": "EVENT", "hostId": self.organisation, "consent": true,
            "title": format!("Chairs {MARKER}"), "description": format!("Blue {MARKER}"),
            "contact": {"name": format!("Ann {MARKER}"), "organisation": MARKER, "email": "ann@intakes.example"},
        });
        let id = self
            .owner
            .ask(take, json!({"input": input}))
            .await
            .text("act.intake.id");
        let triage = "mutation ($input: TriageIntakeInput!) { act: triageIntake(input: $input) { intake { id } userErrors { code field } } }";
        let input =
            json!({"intakeId": id, "version": 1, "resourceType": "furniture", "area": "guildford"});
        self.broker
            .ask(triage, json!({"input": input}))
            .await
            .at("act.intake");
        let send = "mutation ($id: ID!) { act: sendIntakeClaim(input: {intakeId: $id}) { intake { id } userErrors { code field } } }";
        self.broker
            .ask(send, json!({"id": id}))
            .await
            .at("act.intake");
        self.mail().await;
    }
}

/// All mail to addresses that no account has verified.
async fn to_others(on: On, is_verified: bool) -> Vec<Mail> {
    let relay = Relay::new(on, is_verified).await;
    relay.events().await;
    relay.account().await;
    relay.intake().await;
    let mut mails = relay.sink.mails();
    mails.retain(|mail| mail.to != relay.owner.email && mail.to != relay.broker.email);
    mails
}

fn is_marked(mail: &Mail) -> bool {
    let all = [mail.text(), mail.subject(), mail.header("To").to_owned()].join(" ");
    all.contains(MARKER)
}

both! {
    async fn nothing_that_an_unverified_organisation_wrote_is_mailed_to_people_without_a_verified_account(on) {
        let mails = to_others(on, false).await;
        for mail in &mails {
            assert!(!is_marked(mail), "{}\n{}", mail.subject(), mail.text());
            assert!(mail.text().contains("https://marketplace.example.org/"), "it has a link: {}", mail.text());
        }
        let known = to_others(on, true).await;
        assert_eq!(mails.len(), known.len(), "as many are sent");
        for address in ["one@guests.example", "three@guests.example", "vic.victim@example.org", "ann@intakes.example"] {
            let of = |mails: &[Mail]| mails.iter().filter(|mail| mail.to == address).count();
            assert!(of(&mails) > 0, "{address} has mail");
            assert!(known.iter().any(|mail| mail.to == address && is_marked(mail)), "a verified organisation's words are mailed to {address}");
        }
        assert!(mails.len() > 12, "{} mails prove little", mails.len());
    }
}
