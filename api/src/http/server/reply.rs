//! HTTP responses: media type, status, and JSON bodies for errors.

use std::{any::Any, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Request, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::http::server::accept::Accept;

/// Media type of the GraphQL over HTTP specification.
const GRAPHQL: &str = "application/graphql-response+json; charset=utf-8";
/// Older media type, which every client accepts.
const JSON: &str = "application/json; charset=utf-8";

/// Media type of a GraphQL response. The newer type is used only if the client asks for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// `application/graphql-response+json`: a request that was not executed has status 400.
    Graphql,
    /// `application/json`: a request that was not executed has status 200.
    Json,
}

impl Media {
    /// Selects the media type from `Accept`; `None` if the client accepts neither.
    pub fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let accept = Accept::of(headers);
        let newer = "application/graphql-response+json";
        let (graphql, json) = (accept.weight(newer), accept.weight("application/json"));
        let asked = accept.names(newer);
        match (graphql > 0.0, json > 0.0) {
            (false, false) => None,
            (true, false) => Some(Self::Graphql),
            (true, true) if asked && graphql >= json => Some(Self::Graphql),
            _ => Some(Self::Json),
        }
    }

    /// Sets the headers of a response with this media type. Caches must not store it, because it may depend on the
    /// caller.
    pub fn set_headers(self, headers: &mut HeaderMap) {
        let media = match self {
            Self::Graphql => GRAPHQL,
            Self::Json => JSON,
        };
        for (name, value) in [
            (header::CONTENT_TYPE, media),
            (header::CACHE_CONTROL, "no-store"),
            (header::VARY, "accept, authorization"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

impl Media {
    /// Sets this media type on an error response.
    pub fn of_error_response(self, mut refused: Response) -> Response {
        if self == Self::Graphql && refused.status().is_client_error() {
            let media = HeaderValue::from_static(GRAPHQL);
            refused.headers_mut().insert(header::CONTENT_TYPE, media);
        }
        refused
    }
}

/// Builds an error response in the form of a GraphQL response, which every client of the API can read.
pub fn error_response(status: StatusCode, code: &str, message: &str) -> Response {
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

/// Replaces error responses of the libraries, which have no body or one that means nothing to clients, with JSON.
pub async fn in_json(response: Response) -> Response {
    let status = response.status();
    let media = response.headers().get(header::CONTENT_TYPE);
    // HTML pages are the server's own too: people read them after following a link in a mail.
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
    let mut refused = error_response(status, code, message);
    // Those of the body that is replaced; all others stay, such as `Allow` and those for other origins.
    let of_body = [
        header::CACHE_CONTROL,
        header::CONTENT_ENCODING,
        header::CONTENT_LENGTH,
        header::CONTENT_TYPE,
        header::ETAG,
        header::TRANSFER_ENCODING,
    ];
    for (name, value) in response.headers() {
        if !of_body.contains(name) {
            refused.headers_mut().append(name, value.clone());
        }
    }
    refused
}

/// Builds a 400 response for an invalid query parameter: its name, and the expected value.
pub fn unclear(word: &str, expected: &str) -> Response {
    let message = format!("{word}: {expected}");
    let extensions = json!({"code": "BAD_USER_INPUT", "argument": word});
    let body = json!({"errors": [{"message": message, "extensions": extensions}]});
    said(StatusCode::BAD_REQUEST, &body)
}

/// Builds a 500 response for a panic. The cause is logged.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
pub fn panicked(cause: Box<dyn Any + Send>) -> Response {
    let text = cause.downcast_ref::<&str>().map(ToString::to_string);
    let text = text
        .or_else(|| cause.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    tracing::error!(panic = text, "a request panicked");
    error_response(
        StatusCode::INTERNAL_SERVER_ERROR,
        "INTERNAL",
        "Something went wrong on our side. Please try again later.",
    )
}

/// Tracing span of a request. It leaves out the query string, which may contain personal data.
pub fn span(request: &Request<Body>) -> tracing::Span {
    let id = request
        .headers()
        .get(crate::http::REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .unwrap_or_default();
    let (method, path) = (request.method(), request.uri().path());
    let status = tracing::field::Empty;
    let span = tracing::info_span!("request", id, %method, path, status);
    #[cfg(feature = "otlp")]
    carry_on(&span, request.headers());
    span
}

/// Continues the trace of the client if the request names one (W3C Trace Context: `traceparent`, `tracestate`).
#[cfg(feature = "otlp")]
fn carry_on(span: &tracing::Span, headers: &HeaderMap) {
    use opentelemetry::propagation::TextMapPropagator;
    use opentelemetry_http::HeaderExtractor;
    use opentelemetry_sdk::propagation::TraceContextPropagator;
    use tracing_opentelemetry::OpenTelemetrySpanExt;

    let asked = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    // Fails only if no traces are exported.
    let _ = span.set_parent(asked);
}

/// Records the status of the response in the span.
pub fn answered(response: &Response, took: Duration, span: &tracing::Span) {
    let status = response.status().as_u16();
    span.record("status", status);
    tracing::debug!(status, ?took, "answered");
}
