//! Organisations, made and joined as people do it.

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

    /// Somebody new, whom the caller lets into an organisation with this role.
    pub async fn joined_by(
        &self,
        world: &World,
        organisation: &str,
        name: &str,
        role: &str,
    ) -> Self {
        let invite = "mutation ($input: CreateInvitationInput!) {
            createInvitation(input: $input) { token userErrors { code field message } } }";
        let input = json!({"organisationId": organisation, "role": role});
        let token = self
            .ask(invite, json!({"input": input}))
            .await
            .text("createInvitation.token");
        let person = world.person(name).await;
        let accept = "mutation ($token: String!) {
            acceptInvitation(input: {token: $token}) { userErrors { code field message } } }";
        person
            .ask(accept, json!({"token": token}))
            .await
            .at("acceptInvitation");
        person
    }
}
