//! Organisations, made and joined as people do it.

use entity::person::PlatformRole;
use serde_json::json;

use super::{Caller, World};

impl Caller {
    /// Creates an organisation of this name, which the caller then owns, and gives its id.
    pub async fn organisation(&self, name: &str) -> String {
        let create = "mutation ($input: CreateOrganisationInput!) {
            createOrganisation(input: $input) { organisation { id } userErrors { code field message } } }";
        let input = json!({"name": name, "kind": "CHARITY"});
        self.ask(create, json!({"input": input}))
            .await
            .text("createOrganisation.organisation.id")
    }

    /// Makes an invitation to an organisation, and gives its token.
    pub async fn invitation(&self, organisation: &str, role: &str) -> String {
        let invite = "mutation ($input: CreateInvitationInput!) {
            createInvitation(input: $input) { token userErrors { code field message } } }";
        let input = json!({"organisationId": organisation, "role": role});
        self.ask(invite, json!({"input": input}))
            .await
            .text("createInvitation.token")
    }

    /// Lets somebody into an organisation with this role, and gives the membership's id.
    pub async fn admits(&self, organisation: &str, person: &Self, role: &str) -> String {
        let token = self.invitation(organisation, role).await;
        let accept = "mutation ($token: String!) { acceptInvitation(input: {token: $token}) {
            membership { id } userErrors { code field message } } }";
        person
            .ask(accept, json!({"token": token}))
            .await
            .text("acceptInvitation.membership.id")
    }

    /// Somebody new, whom the caller lets into an organisation with this role.
    pub async fn joined_by(
        &self,
        world: &World,
        organisation: &str,
        name: &str,
        role: &str,
    ) -> Self {
        let person = world.person(name).await;
        self.admits(organisation, &person, role).await;
        person
    }

    /// Asks to join an organisation, and gives the membership's id.
    pub async fn asks_to_join(&self, organisation: &str) -> String {
        let ask = "mutation ($id: ID!) { requestToJoin(input: {organisationId: $id}) {
            membership { id } userErrors { code field message } } }";
        self.ask(ask, json!({"id": organisation}))
            .await
            .text("requestToJoin.membership.id")
    }
}

/// Everybody who may stand before an organisation.
pub struct Cast {
    /// Global id of the organisation.
    pub organisation: String,
    /// Who they are to it, and they themselves.
    pub callers: Vec<(&'static str, Caller)>,
}

impl Cast {
    /// One of them.
    pub fn the(&self, name: &str) -> &Caller {
        let found = self.callers.iter().find(|(who, _)| *who == name);
        &found.unwrap().1
    }
}

impl World {
    /// An organisation with one person in each role, and everybody else who may look at it.
    pub async fn cast(&self) -> Cast {
        let owner = self.person("Olga Owner").await;
        let organisation = owner.organisation("Riverside Hub").await;
        let outsider = self.person("Otto Outsider").await;
        let mut callers = vec![("stranger", self.stranger()), ("outsider", outsider)];
        for (who, role) in [
            ("observer", "OBSERVER"),
            ("member", "MEMBER"),
            ("editor", "EDITOR"),
            ("manager", "MANAGER"),
        ] {
            let name = format!("Person {who}");
            let caller = owner.joined_by(self, &organisation, &name, role).await;
            callers.push((who, caller));
        }
        callers.push(("owner", owner));
        let broker = self.staff("Bo Broker", PlatformRole::Broker).await;
        callers.push(("broker", broker));
        callers.push(("admin", self.admin().await));
        Cast {
            organisation,
            callers,
        }
    }
}
