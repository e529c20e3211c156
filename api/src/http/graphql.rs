//! `/graphql`: reads the request, finds out who asks, admits the document, executes and answers.

use std::sync::Arc;

use async_graphql::{Response as Answer, ServerError, Value, parser::types::OperationType};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};

use super::{
    address,
    admission::refused,
    members::Members,
    operation::{Asker, Door, Operation, executed, log_fault, overloaded},
    public, rates,
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
        Ok(response) => response,
        Err(refused) => media.of_refusal(refused),
    }
}

async fn answer(
    door: &Door,
    parts: &Parts,
    body: Body,
    media: Media,
) -> Result<Response, Response> {
    let app = &door.app;
    let address = address::client(
        &parts.extensions,
        &parts.headers,
        &app.config.trusted_proxies,
    );
    let members = Members::read(parts, body, &door.app.config.limits).await?;
    let _turn = door.turn().await.ok_or_else(|| put_off(&[overloaded()]))?;
    let scope = door.scope(None, address);
    let viewer = Arc::new(scope.run(viewer(app, &parts.headers)).await?);
    let asker = Asker { viewer, address };
    let mut operation = match door.admit(members, &asker) {
        Ok(operation) => operation,
        Err(errors) if rates::retry_after(&errors).is_some() => return Err(put_off(&errors)),
        Err(errors) => return Ok(respond(media, &Answer::from_errors(errors))),
    };
    let left = operation.left.take();
    let answered = execute(door, parts, operation, asker.viewer, media).await?;
    let (mut head, body) = answered.into_parts();
    if let Some(left) = left {
        left.tell(&mut head);
    }
    Ok(Response::from_parts(head, body))
}

/// Executes what was admitted.
async fn execute(
    door: &Door,
    parts: &Parts,
    operation: Operation,
    viewer: Arc<Viewer>,
    media: Media,
) -> Result<Response, Response> {
    if operation.kind() == OperationType::Subscription {
        let message = "Send subscriptions to /graphql/ws, over a WebSocket with graphql-transport-ws, or to /graphql/stream, as server-sent events.";
        let error = refused("SUBSCRIPTION_NOT_HERE", message.into());
        return Ok(respond(media, &Answer::from_errors(vec![error])));
    }
    if parts.method == Method::GET && operation.writes() {
        return Err(by_post());
    }
    let keepable = parts.method == Method::GET && viewer.is_nobody() && !operation.asks_schema();
    let answer = door.answer(operation, viewer).await;
    let response = respond(media, &answer);
    if keepable && executed(&answer) && answer.errors.is_empty() {
        return Ok(
            public::keepable(response, &parts.headers, door.app.config.public_seconds).await,
        );
    }
    Ok(response)
}

/// What is said to a request that comes too soon, or while there is too much to do.
pub fn put_off(errors: &[ServerError]) -> Response {
    let error = errors.first();
    let code = error.and_then(|error| error.extensions.as_ref()?.get("code"));
    let (status, code) = match code {
        Some(Value::String(code)) if code == "RATE_LIMITED" => {
            (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED")
        }
        _ => (StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED"),
    };
    let message = error.map(|error| error.message.as_str());
    let mut refused = refusal(status, code, message.unwrap_or_default());
    if let Some((name, value)) = rates::retry_after(errors) {
        refused.headers_mut().insert(name, value);
    }
    refused
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
