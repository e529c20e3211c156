//! `/graphql`: reads the request, identifies the caller, prepares and executes the document, and responds.

use std::sync::Arc;

use async_graphql::{
    Response as GraphqlResponse, ServerError, Value, parser::types::OperationType,
};
use async_graphql_axum::GraphQLResponse;
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::http::{
    graphql::{
        errors::{RETRY_AFTER, graphql_error, log_internal, overloaded},
        execution::executed,
        executor::{Executor, Operation, RequestOrigin},
        request::GraphqlRequest,
    },
    limits::rate_limit,
    server::{
        cache, client_ip,
        reply::{Media, error_response},
    },
};
use crate::{
    App, accounts,
    kit::{Error, Viewer, clock},
};

/// Handles a GraphQL request over GET or POST.
pub async fn handle(State(executor): State<Executor>, request: axum::extract::Request) -> Response {
    let Some(media) = Media::negotiate(request.headers()) else {
        return error_response(
            StatusCode::NOT_ACCEPTABLE,
            "NOT_ACCEPTABLE",
            "Accept application/graphql-response+json or application/json.",
        );
    };
    let (mut parts, body) = request.into_parts();
    as_get(&mut parts.method);
    match answer(&executor, &parts, body, media).await {
        Ok(response) => response,
        Err(refused) => media.of_error_response(refused),
    }
}

/// Makes a HEAD request a GET request. The router drops the body of the response.
pub fn as_get(method: &mut Method) {
    if *method == Method::HEAD {
        *method = Method::GET;
    }
}

async fn answer(
    executor: &Executor,
    parts: &Parts,
    body: Body,
    media: Media,
) -> Result<Response, Response> {
    let app = &executor.app;
    let address = client_ip::client(
        &parts.extensions,
        &parts.headers,
        &app.config.trusted_proxies,
    );
    let bodies = (&executor.bodies, address);
    let limits = &executor.app.config.limits;
    let (request, _memory) = GraphqlRequest::read(parts, body, limits, bodies).await?;
    let _permit = executor
        .permit()
        .await
        .ok_or_else(|| retry_later(&[overloaded()]))?;
    let viewer = match bearer(&parts.headers) {
        None => Viewer::anonymous(),
        token => {
            let scope = executor.scope(None, address);
            scope.run(viewer(app, token)).await?
        }
    };
    let viewer = Arc::new(viewer);
    let origin = RequestOrigin { viewer, address };
    let mut operation = match executor.prepare(request, &origin) {
        Ok(operation) => operation,
        Err(errors) if rate_limit::retry_after(&errors).is_some() => {
            return Err(retry_later(&errors));
        }
        Err(errors) => return Ok(respond(media, GraphqlResponse::from_errors(errors))),
    };
    let remaining = operation.remaining.take();
    let answered = execute(executor, parts, operation, origin.viewer, media).await?;
    let (mut head, body) = answered.into_parts();
    if let Some(remaining) = remaining {
        remaining.tell(&mut head);
    }
    Ok(Response::from_parts(head, body))
}

/// Executes a prepared operation. Refuses subscriptions, and mutations over GET.
async fn execute(
    executor: &Executor,
    parts: &Parts,
    operation: Operation,
    viewer: Arc<Viewer>,
    media: Media,
) -> Result<Response, Response> {
    if operation.kind() == OperationType::Subscription {
        let message = "Send subscriptions to /graphql/ws, over a WebSocket with graphql-transport-ws, or to /graphql/stream, as server-sent events.";
        let error = graphql_error("SUBSCRIPTION_NOT_HERE", message.into());
        return Ok(respond(media, GraphqlResponse::from_errors(vec![error])));
    }
    if parts.method == Method::GET && operation.writes() {
        return Err(use_post());
    }
    let cacheable =
        parts.method == Method::GET && viewer.is_anonymous() && !operation.asks_schema();
    let response = executor.answer(operation, viewer).await;
    let cacheable = cacheable && executed(&response) && response.errors.is_empty();
    let response = respond(media, response);
    if cacheable {
        return Ok(
            cache::cacheable(response, &parts.headers, executor.app.config.public_seconds).await,
        );
    }
    Ok(response)
}

/// Builds the response to a request over the rate limit (429) or the concurrency limit (503), with `Retry-After`.
pub fn retry_later(errors: &[ServerError]) -> Response {
    let error = errors.first();
    let code = error.and_then(|error| error.extensions.as_ref()?.get("code"));
    let (status, code) = match code {
        Some(Value::String(code)) if code == "RATE_LIMITED" => {
            (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED")
        }
        _ => (StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED"),
    };
    let message = error.map(|error| error.message.as_str());
    let mut refused = error_response(status, code, message.unwrap_or_default());
    if let Some((name, value)) = rate_limit::retry_after(errors) {
        refused.headers_mut().insert(name, value);
    }
    refused
}

/// Builds the 405 response to a mutation over GET.
pub fn use_post() -> Response {
    let mut refused = error_response(
        StatusCode::METHOD_NOT_ALLOWED,
        "METHOD_NOT_ALLOWED",
        "Send mutations by POST.",
    );
    refused
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static("POST"));
    refused
}

/// Returns the bearer token; `None` without an `Authorization` header, `Some(None)` if the header holds anything else.
pub fn bearer(headers: &HeaderMap) -> Option<Option<&str>> {
    let value = headers.get(header::AUTHORIZATION)?;
    Some(value.to_str().ok().and_then(token))
}

/// Returns the token in a text such as `Bearer abc`; `None` for another scheme.
pub fn token(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

/// Identifies the caller by the bearer token. An invalid token is an error, never an anonymous caller.
async fn viewer(app: &App, token: Option<Option<&str>>) -> Result<Viewer, Response> {
    let found = match token.flatten() {
        None => None,
        Some(token) => accounts::sessions::viewer(app, clock::now(), token)
            .await
            .map_err(|error| server_error(&error))?,
    };
    found.ok_or_else(invalid_token)
}

/// Logs an error of the server and builds the response to it: 503 if it is overloaded or too slow, otherwise 500.
pub fn server_error(error: &Error) -> Response {
    log_internal(error);
    let busy = matches!(error, Error::Overloaded | Error::TooSlow);
    let status = if busy {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::INTERNAL_SERVER_ERROR
    };
    let mut response = error_response(status, error.code(), &error.message());
    if busy {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
    }
    response
}

/// Builds the 401 response to an invalid or expired access token.
pub fn invalid_token() -> Response {
    let message =
        "The access token is not valid, or its session has ended. Refresh it or sign in again.";
    let mut refused = error_response(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message);
    let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
    refused
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, challenge);
    refused
}

/// Builds the HTTP response of a GraphQL response. It has no `data` if nothing was executed.
pub fn respond(media: Media, response: GraphqlResponse) -> Response {
    let mut built = if executed(&response) {
        GraphQLResponse::from(response).into_response()
    } else {
        let status = match media {
            Media::Graphql => StatusCode::BAD_REQUEST,
            Media::Json => StatusCode::OK,
        };
        let body = json!({"errors": response.errors}).to_string();
        (status, body).into_response()
    };
    media.set_headers(built.headers_mut());
    built
}
