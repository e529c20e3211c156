//! What was told at Elm Works' events, and at Beech House's.

use api::{
    accounts::email_verification::ADDRESS, events::registrations::emails::REQUEST, intakes::CLAIM,
    kit::Id,
};
use entity::{
    event, guest_request, intake,
    link::{self, LinkPurpose},
    mail::MailState,
    person,
    registration::Answers,
};
use sea_orm::{EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::world::{County, done, make};
use crate::support::Caller;

impl County {
    /// Takes something down for an organisation, and gives the intake's id.
    async fn taken(&self, by: &Caller, organisation: &str, more: &str) -> String {
        let take = format!(
            "takeIntake(input: {{clientKey: \"key-{}\", kind: OFFER, source: EVENT, hostId: {}, title: \"Six chairs\", {more}}})",
            self.number(),
            self.named(organisation),
        );
        make(by, &take, "intake").await
    }

    async fn triaged(&self, more: &str) -> String {
        let id = self.taken(self.owner(), "organisation", more).await;
        let triage = format!(
            "triageIntake(input: {{intakeId: {id:?}, version: 1, resourceType: \"furniture\", note: \"Called back.\"}})"
        );
        make(self.caller("broker"), &triage, "intake").await;
        id
    }

    /// The token of a link for what was told; as if it had been mailed.
    async fn link(&self, id: &str) -> String {
        let intake: Id<intake::Entity> = id.parse().unwrap();
        self.sealed(LinkPurpose::Claim, intake.0, CLAIM).await
    }

    /// The token of a link for the address of somebody's account; as if it had been mailed.
    pub async fn address_link(&self, who: &Caller) -> String {
        let person: Id<person::Entity> = who.id.as_deref().unwrap().parse().unwrap();
        self.sealed(LinkPurpose::Address, person.0, ADDRESS).await
    }

    async fn sealed(&self, purpose: LinkPurpose, subject_id: Uuid, seal: &str) -> String {
        let (id, now) = (Uuid::now_v7(), api::kit::clock::now());
        let row = link::Model {
            id,
            purpose,
            subject_id,
            activity_id: None,
            message_id: id.to_string(),
            state: MailState::Sent,
            attempts: 1,
            next_attempt_at: now,
            created_at: now,
            expires_at: now + chrono::Duration::days(1),
        };
        let insert = link::Entity::insert(row.into_active_model());
        let write = &self.world.app.database.write;
        insert.exec_without_returning(write).await.unwrap();
        let sealed = self.world.app.tokens.seal(seal, id);
        sealed.map_err(|error| error.message()).unwrap()
    }

    /// The token of a link to what a guest asked to register for; as if it had been mailed.
    pub async fn guest_link(&self) -> String {
        let event = self
            .event(&self.poster, "organisation", "schedule: true")
            .await;
        let (id, now) = (Uuid::now_v7(), api::kit::clock::now());
        let event: Id<event::Entity> = event.parse().unwrap();
        let row = guest_request::Model {
            id,
            event_id: event.0,
            capacity_id: event.0,
            name: "Gus Guest".into(),
            email: format!("gus.{}@example.org", self.number()),
            places: 1,
            answers: Answers::default(),
            access_needs: None,
            client_key: None,
            created_at: now,
            expires_at: now + chrono::Duration::days(1),
        };
        let insert = guest_request::Entity::insert(row.into_active_model());
        let write = &self.world.app.database.write;
        insert.exec_without_returning(write).await.unwrap();
        self.sealed(LinkPurpose::GuestRequest, id, REQUEST).await
    }

    /// The same, of a guest who is registered.
    pub async fn guest_place(&self) -> String {
        let token = self.guest_link().await;
        let confirm = format!(
            "confirmGuestRegistration(input: {{token: {token:?}}}) {{ userErrors {{ code }} }}"
        );
        done(&self.world.stranger(), &confirm).await;
        token
    }

    /// One of everything.
    pub async fn intakes(&mut self) {
        let event = self.named("event");
        let full = format!(
            "description: \"Blue.\", area: \"elmbridge\", eventId: {event}, consent: true,
             contact: {{name: \"Ann\", organisation: \"Visitors\", email: \"ann@example.org\", phone: \"01632 960123\"}}"
        );
        let intake = self.triaged(&full).await;
        let claimed = self.triaged("").await;
        let token = self.link(&claimed).await;
        let claim = format!(
            "claimIntake(input: {{token: {token:?}, organisationId: {}}}) {{ userErrors {{ code }} }}",
            self.named("organisation")
        );
        done(self.owner(), &claim).await;
        let merged = self.taken(self.owner(), "organisation", "").await;
        let merge = format!("mergeIntake(input: {{intakeId: {merged:?}, intoId: {intake:?}}})");
        make(self.caller("broker"), &merge, "intake").await;
        let foreigner = self.foreigner.clone();
        let unseen = self.taken(&foreigner, "beech", "").await;
        for (name, id) in [
            ("intake", intake),
            ("claimedIntake", claimed),
            ("mergedIntake", merged),
            ("unseenIntake", unseen),
        ] {
            self.know(name, &id);
        }
    }

    /// An intake, or the token of a link for one, made for one cell.
    pub async fn told_by_somebody(&self, name: &str) -> Option<String> {
        Some(match name {
            "takenIntake" => self.taken(self.owner(), "organisation", "").await,
            "triagedIntake" => self.triaged("").await,
            "claimToken" => {
                let id = self.triaged("").await;
                self.link(&id).await
            }
            _ => return None,
        })
    }
}
