//! What a GraphQL request over HTTP says, in its body or in its address.

use std::time::Duration;

use axum::{
    body::{Body, to_bytes},
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    response::Response,
};
use http_body_util::LengthLimitError;
use serde::Deserialize;
use tokio::time::timeout;

use super::{Limits, reply::refusal, values::values};

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
    /// The name of a document that we have, instead of the document.
    pub document_id: Option<String>,
    /// What clients say beside it.
    pub extensions: Option<Extensions>,
}

/// What clients say beside the document.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Extensions {
    persisted_query: Option<PersistedQuery>,
}

/// The hash of a document, as Apollo's clients send it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PersistedQuery {
    sha256_hash: String,
}

impl Members {
    /// Reads them from a request.
    pub async fn read(parts: &Parts, body: Body, limits: &Limits) -> Result<Self, Response> {
        let members = if parts.method == Method::GET {
            from_address(parts.uri.query().unwrap_or_default())
        } else {
            from_body(parts, body, limits).await
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

    /// Whether there is no document, nor the name of one.
    pub fn is_empty(&self) -> bool {
        let text = self.query.as_deref().unwrap_or_default();
        text.trim().is_empty() && self.document().is_none()
    }

    /// The name of the document, if it has one.
    pub fn document(&self) -> Option<&str> {
        self.document_id.as_deref().or_else(|| self.hash())
    }

    /// The hash by which the client names the document.
    pub fn hash(&self) -> Option<&str> {
        let named = self.extensions.as_ref()?.persisted_query.as_ref()?;
        Some(&named.sha256_hash)
    }
}

async fn from_body(parts: &Parts, body: Body, limits: &Limits) -> Result<Members, Response> {
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
    let (largest, most) = (limits.max_body_bytes, limits.max_values);
    let body = timeout(SLOWEST_BODY, to_bytes(body, largest))
        .await
        .map_err(|_| {
            refusal(
                StatusCode::REQUEST_TIMEOUT,
                "REQUEST_TIMEOUT",
                "The body took too long to arrive.",
            )
        })?
        .map_err(|error| {
            if error.into_inner().is::<LengthLimitError>() {
                let message = format!("The body is over {largest} bytes.");
                return refusal(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", &message);
            }
            let message = "The body ended before it was whole.";
            refusal(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
        })?;
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(refusal(
            StatusCode::BAD_REQUEST,
            "BATCHES_NOT_SUPPORTED",
            "Send one operation in each request.",
        ));
    }
    if values(&body) > most {
        let message = format!("The request has more than {most} values.");
        return Err(refusal(
            StatusCode::PAYLOAD_TOO_LARGE,
            "TOO_MANY_VALUES",
            &message,
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
            "documentId" => members.document_id = Some(value.into_owned()),
            "extensions" | "variables" if value.is_empty() => {}
            "extensions" => {
                members.extensions = serde_json::from_str(&value).map_err(|_| {
                    refusal(
                        StatusCode::BAD_REQUEST,
                        "BAD_REQUEST",
                        "The extensions are not a JSON object.",
                    )
                })?;
            }
            "operationName" => members.operation_name = Some(value.into_owned()),
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
