//! Somebody who calls the API over HTTP.

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::Reply;

/// Somebody who calls the API, with or without a token.
#[derive(Clone)]
pub struct Caller {
    router: Router,
    pub token: Option<String>,
    /// Global id of the person; `None` for strangers.
    pub id: Option<String>,
    pub email: String,
}

impl Caller {
    pub fn new(router: Router, token: Option<String>) -> Self {
        Self {
            router,
            token,
            id: None,
            email: String::new(),
        }
    }

    pub fn known(router: Router, token: String, id: String, email: String) -> Self {
        Self {
            router,
            token: Some(token),
            id: Some(id),
            email,
        }
    }

    /// Sends a GraphQL request.
    pub async fn ask(&self, query: &str, variables: Value) -> Reply {
        let body = json!({"query": query, "variables": variables}).to_string();
        let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Sends any request, with the caller's token.
    pub async fn send(&self, mut request: Request<Body>) -> Reply {
        if let Some(token) = &self.token {
            request.headers_mut().insert(
                header::AUTHORIZATION,
                format!("Bearer {token}").parse().unwrap(),
            );
        }
        Reply::read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    /// Creates a community group, which this caller then owns, and gives its id.
    pub async fn organisation(&self, name: &str) -> String {
        let reply = self
            .ask(
                "mutation ($name: String!) { createOrganisation(input: {name: $name, kind: COMMUNITY_GROUP}) {
                    organisation { id } userErrors { code field message } } }",
                json!({"name": name}),
            )
            .await;
        reply.text("createOrganisation.organisation.id")
    }

    /// Makes an invitation to an organisation, and gives its token.
    pub async fn invitation(&self, organisation: &str, role: &str) -> String {
        let reply = self
            .ask(
                "mutation ($id: ID!, $role: MembershipRole!) {
                    createInvitation(input: {organisationId: $id, role: $role}) { token userErrors { code field } } }",
                json!({"id": organisation, "role": role}),
            )
            .await;
        reply.text("createInvitation.token")
    }

    /// Lets somebody into an organisation of this caller, and gives the membership's id.
    pub async fn admits(&self, organisation: &str, person: &Self, role: &str) -> String {
        let token = self.invitation(organisation, role).await;
        let reply = person
            .ask(
                "mutation ($token: String!) {
                    acceptInvitation(input: {token: $token}) { membership { id } userErrors { code field } } }",
                json!({"token": token}),
            )
            .await;
        reply.text("acceptInvitation.membership.id")
    }

    /// Asks to join an organisation, and gives the membership's id.
    pub async fn asks_to_join(&self, organisation: &str) -> String {
        let reply = self
            .ask(
                "mutation ($id: ID!) {
                    requestToJoin(input: {organisationId: $id}) { membership { id } userErrors { code field } } }",
                json!({"id": organisation}),
            )
            .await;
        reply.text("requestToJoin.membership.id")
    }
}
