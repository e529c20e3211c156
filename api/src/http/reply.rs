//! Answers: which media type, which status, and JSON for every refusal.

use std::{any::Any, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Request, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::rates;

/// The media type of the newer specification.
const GRAPHQL: &str = "application/graphql-response+json; charset=utf-8";
/// The media type that every client takes.
const JSON: &str = "application/json; charset=utf-8";

/// The media type that a client prefers: the newer one only where it asks for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// `application/graphql-response+json`: a request that was not executed is answered with 400.
    Graphql,
    /// `application/json`: with 200.
    Json,
}

impl Media {
    /// What `Accept` asks for; `None` where nothing that we have is acceptable.
    pub fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let accept: Vec<&str> = headers
            .get_all(header::ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        if accept.is_empty() {
            return Some(Self::Json);
        }
        let accept = accept.join(",");
        let weight = |exact: &str| {
            let range = |name: &str| accept.split(',').find_map(|part| weigh(part, name));
            range(exact)
                .or_else(|| range("application/*"))
                .or_else(|| range("*/*"))
                .unwrap_or(0.0)
        };
        let (graphql, json) = (
            weight("application/graphql-response+json"),
            weight("application/json"),
        );
        let asked = accept.contains("graphql-response+json");
        match (graphql > 0.0, json > 0.0) {
            (false, false) => None,
            (true, false) => Some(Self::Graphql),
            (true, true) if asked && graphql >= json => Some(Self::Graphql),
            _ => Some(Self::Json),
        }
    }

    /// An answer with this media type. One that depends on the caller is kept by nobody.
    pub fn reply(self, status: StatusCode, body: String) -> Response {
        let media = match self {
            Self::Graphql => GRAPHQL,
            Self::Json => JSON,
        };
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(media)),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (
                header::VARY,
                HeaderValue::from_static("accept, authorization"),
            ),
        ];
        (status, headers, body).into_response()
    }
}

impl Media {
    /// A refusal as this media type has it.
    pub fn of_refusal(self, mut refused: Response) -> Response {
        if self == Self::Graphql && refused.status().is_client_error() {
            let media = HeaderValue::from_static(GRAPHQL);
            refused.headers_mut().insert(header::CONTENT_TYPE, media);
        }
        refused
    }
}

fn weigh(part: &str, name: &str) -> Option<f32> {
    let mut parameters = part.split(';').map(str::trim);
    if !parameters.next()?.eq_ignore_ascii_case(name) {
        return None;
    }
    let quality = parameters.find_map(|parameter| parameter.strip_prefix("q="));
    Some(quality.map_or(1.0, |quality| quality.parse().unwrap_or(0.0)))
}

/// A refusal as every client of the API can read it.
pub fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({"errors": [{"message": message, "extensions": {"code": code}}]});
    said(status, &body)
}

fn said(status: StatusCode, body: &Value) -> Response {
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_TYPE, JSON),
    ];
    (status, headers, body.to_string()).into_response()
}

/// A refusal of the libraries' own, which has no words or some that mean nothing to clients, as one of ours.
pub async fn in_json(response: Response) -> Response {
    let status = response.status();
    let media = response.headers().get(header::CONTENT_TYPE);
    // Pages are ours too: whoever follows a link in a mail reads them.
    let ours = media
        .and_then(|media| media.to_str().ok())
        .is_some_and(|media| media.contains("json") || media.starts_with("text/html"));
    if ours || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (code, message) = match status {
        StatusCode::REQUEST_TIMEOUT => (
            "REQUEST_TIMEOUT",
            "It took too long. Ask for less, or try again later.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => ("PAYLOAD_TOO_LARGE", "The body is too large."),
        StatusCode::METHOD_NOT_ALLOWED => (
            "METHOD_NOT_ALLOWED",
            "This address does not take this method.",
        ),
        StatusCode::NOT_FOUND => ("NOT_FOUND", "There is nothing at this address."),
        _ if status.is_server_error() => (
            "INTERNAL",
            "Something went wrong on our side. Please try again later.",
        ),
        _ => ("BAD_REQUEST", "The request cannot be read."),
    };
    let mut refused = refusal(status, code, message);
    let kept = [header::ALLOW, header::WWW_AUTHENTICATE, header::RETRY_AFTER];
    for name in kept.into_iter().chain(rates::LEFT) {
        if let Some(value) = response.headers().get(&name) {
            refused.headers_mut().insert(name, value.clone());
        }
    }
    refused
}

/// A refusal of an address: which word of it, and what was expected.
pub fn unclear(word: &str, expected: &str) -> Response {
    let message = format!("{word}: {expected}");
    let extensions = json!({"code": "BAD_USER_INPUT", "argument": word});
    let body = json!({"errors": [{"message": message, "extensions": extensions}]});
    said(StatusCode::BAD_REQUEST, &body)
}

/// A fault of ours that nobody foresaw. What it was is in the log.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
pub fn panicked(cause: Box<dyn Any + Send>) -> Response {
    let text = cause.downcast_ref::<&str>().map(ToString::to_string);
    let text = text
        .or_else(|| cause.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    tracing::error!(panic = text, "a request panicked");
    refusal(
        StatusCode::INTERNAL_SERVER_ERROR,
        "INTERNAL",
        "Something went wrong on our side. Please try again later.",
    )
}

/// What a request is in the log: no query string, which may hold what a person typed.
pub fn span(request: &Request<Body>) -> tracing::Span {
    let id = request
        .headers()
        .get(super::REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .unwrap_or_default();
    let (method, path) = (request.method(), request.uri().path());
    let status = tracing::field::Empty;
    let span = tracing::info_span!("request", id, %method, path, status);
    #[cfg(feature = "otlp")]
    carry_on(&span, request.headers());
    span
}

/// Goes on with the trace of whoever asks, where they name one (W3C Trace Context: `traceparent`, `tracestate`).
#[cfg(feature = "otlp")]
fn carry_on(span: &tracing::Span, headers: &HeaderMap) {
    use opentelemetry::propagation::TextMapPropagator;
    use opentelemetry_http::HeaderExtractor;
    use opentelemetry_sdk::propagation::TraceContextPropagator;
    use tracing_opentelemetry::OpenTelemetrySpanExt;

    let asked = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    // Refused only where no traces are sent.
    let _ = span.set_parent(asked);
}

/// Writes into the span what was answered.
pub fn answered(response: &Response, took: Duration, span: &tracing::Span) {
    let status = response.status().as_u16();
    span.record("status", status);
    tracing::debug!(status, ?took, "answered");
}
