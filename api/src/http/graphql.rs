//! `/graphql`: reads the request, finds out who asks, admits the document, executes and answers.

use std::sync::Arc;

use async_graphql::{Response as Answer, parser::types::OperationType};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};

use super::{
    admission::refused,
    members::Members,
    operation::{Door, executed, log_fault},
    reply::{Media, refusal},
};
use crate::{
    App, accounts,
    kit::{Error, Viewer, clock},
};

/// Answers one request.
pub async fn handle(State(door): State<Door>, request: axum::extract::Request) -> Response {
    let Some(media) = Media::negotiate(request.headers()) else {
        return refusal(
            StatusCode::NOT_ACCEPTABLE,
            "NOT_ACCEPTABLE",
            "Accept application/graphql-response+json or application/json.",
        );
    };
    let (parts, body) = request.into_parts();
    match answer(&door, &parts, body, media).await {
        Ok(response) | Err(response) => response,
    }
}

async fn answer(
    door: &Door,
    parts: &Parts,
    body: Body,
    media: Media,
) -> Result<Response, Response> {
    let members = Members::read(parts, body).await?;
    let viewer = Arc::new(viewer(&door.app, &parts.headers).await?);
    let operation = match door.admit(members) {
        Ok(operation) => operation,
        Err(error) => return Ok(respond(media, &Answer::from_errors(vec![error]))),
    };
    if operation.kind() == OperationType::Subscription {
        let message = "Send subscriptions to /graphql/ws, over a WebSocket with graphql-transport-ws, or to /graphql/stream, as server-sent events.";
        let error = refused("SUBSCRIPTION_NOT_HERE", message.into());
        return Ok(respond(media, &Answer::from_errors(vec![error])));
    }
    if parts.method == Method::GET && operation.writes() {
        return Err(by_post());
    }
    Ok(respond(media, &door.answer(operation, viewer).await))
}

/// What is said to a mutation that came in an address.
pub fn by_post() -> Response {
    let mut refused = refusal(
        StatusCode::METHOD_NOT_ALLOWED,
        "METHOD_NOT_ALLOWED",
        "Send mutations by POST.",
    );
    refused
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static("POST"));
    refused
}

/// The bearer token, if there is an `Authorization`; `Some(None)` where that is something else.
pub fn bearer(headers: &HeaderMap) -> Option<Option<&str>> {
    let value = headers.get(header::AUTHORIZATION)?;
    Some(value.to_str().ok().and_then(token))
}

/// The token in a text such as `Bearer abc`.
pub fn token(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

/// Whoever the bearer token stands for; a broken one is never taken for nobody.
async fn viewer(app: &App, headers: &HeaderMap) -> Result<Viewer, Response> {
    let found = match bearer(headers) {
        None => return Ok(Viewer::nobody()),
        Some(None) => None,
        Some(Some(token)) => accounts::sessions::viewer(app, clock::now(), token)
            .await
            .map_err(|error| fault(&error))?,
    };
    found.ok_or_else(unknown_token)
}

/// What is said where a fault of ours stands in the way.
pub fn fault(error: &Error) -> Response {
    log_fault(error);
    refusal(
        StatusCode::INTERNAL_SERVER_ERROR,
        error.code(),
        &error.message(),
    )
}

/// What is said to a token that stands for nobody.
pub fn unknown_token() -> Response {
    let message =
        "The access token is not valid, or its session has ended. Refresh it or sign in again.";
    let mut refused = refusal(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message);
    let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
    refused
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, challenge);
    refused
}

/// An answer without `data` where nothing was executed.
pub fn respond(media: Media, answer: &Answer) -> Response {
    let executed = executed(answer);
    let body = if executed {
        serde_json::to_string(answer)
    } else {
        serde_json::to_string(&serde_json::json!({"errors": answer.errors}))
    };
    let status = if executed || media == Media::Json {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    body.map_or_else(
        |_| StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        |body| media.reply(status, body),
    )
}
