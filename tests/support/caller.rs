//! Somebody who calls the API over HTTP.

use axum::{
    Router,
    body::Body,
    http::{Request, header},
    response::Response,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{Events, Reply};

/// Somebody who calls the API, with or without a token.
#[derive(Clone)]
pub struct Caller {
    pub router: Router,
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

    /// Asks for server-sent events.
    pub async fn hear(&self, query: &str, variables: Value) -> Events {
        let body = json!({"query": query, "variables": variables}).to_string();
        let request = Request::post("/graphql/stream")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "text/event-stream");
        Events::read(self.answer(request.body(body.into()).unwrap()).await).await
    }

    /// Sends any request, with the caller's token.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        Reply::read(self.answer(request).await).await
    }

    async fn answer(&self, mut request: Request<Body>) -> Response {
        if let Some(token) = &self.token {
            request.headers_mut().insert(
                header::AUTHORIZATION,
                format!("Bearer {token}").parse().unwrap(),
            );
        }
        self.router.clone().oneshot(request).await.unwrap()
    }
}
