//! What a GraphQL request over HTTP says, in its body or in its address.

use std::time::Duration;

use axum::{
    body::{Body, to_bytes},
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    response::Response,
};
use serde::Deserialize;
use tokio::time::timeout;

use super::reply::refusal;

/// The largest body, in bytes, and the largest message over a socket.
pub const LARGEST: usize = 1_000_000;
/// How long a body may take to arrive.
const SLOWEST_BODY: Duration = Duration::from_secs(10);

/// The members of a GraphQL request.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Members {
    /// The document.
    pub query: Option<String>,
    /// Which of its operations.
    pub operation_name: Option<String>,
    /// The values of its variables.
    pub variables: Option<serde_json::Map<String, serde_json::Value>>,
}

impl Members {
    /// Reads them from a request.
    pub async fn read(parts: &Parts, body: Body) -> Result<Self, Response> {
        let members = if parts.method == Method::GET {
            from_address(parts.uri.query().unwrap_or_default())
        } else {
            from_body(parts, body).await
        }?;
        if members.is_empty() {
            return Err(refusal(
                StatusCode::BAD_REQUEST,
                "BAD_REQUEST",
                "The request has no query.",
            ));
        }
        Ok(members)
    }

    /// Whether there is no document.
    fn is_empty(&self) -> bool {
        let text = self.query.as_deref().unwrap_or_default();
        text.trim().is_empty()
    }
}

async fn from_body(parts: &Parts, body: Body) -> Result<Members, Response> {
    if parts.method != Method::POST {
        let mut refused = refusal(
            StatusCode::METHOD_NOT_ALLOWED,
            "METHOD_NOT_ALLOWED",
            "Use POST, or GET for queries.",
        );
        refused
            .headers_mut()
            .insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
        return Err(refused);
    }
    let media = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("application/json") {
        return Err(refusal(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "Send the request as application/json.",
        ));
    }
    let body = timeout(SLOWEST_BODY, to_bytes(body, LARGEST))
        .await
        .map_err(|_| {
            refusal(
                StatusCode::REQUEST_TIMEOUT,
                "REQUEST_TIMEOUT",
                "The body took too long to arrive.",
            )
        })?
        .map_err(|_| {
            refusal(
                StatusCode::PAYLOAD_TOO_LARGE,
                "PAYLOAD_TOO_LARGE",
                "The body is over 1,000,000 bytes.",
            )
        })?;
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(refusal(
            StatusCode::BAD_REQUEST,
            "BATCHES_NOT_SUPPORTED",
            "Send one operation in each request.",
        ));
    }
    serde_json::from_slice(&body).map_err(|_| {
        let message =
            "The body is not a JSON object with the members query, variables and operationName.";
        refusal(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    })
}

fn from_address(query: &str) -> Result<Members, Response> {
    let mut members = Members::default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "query" => members.query = Some(value.into_owned()),
            "operationName" => members.operation_name = Some(value.into_owned()),
            "variables" if value.is_empty() => {}
            "variables" => {
                members.variables = serde_json::from_str(&value).map_err(|_| {
                    refusal(
                        StatusCode::BAD_REQUEST,
                        "BAD_REQUEST",
                        "The variables are not a JSON object.",
                    )
                })?;
            }
            _ => {}
        }
    }
    Ok(members)
}
