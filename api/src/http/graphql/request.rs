//! GraphQL requests over HTTP, read from the body or the query string.

use std::time::Duration;

use async_graphql::{ParseRequestError, Value, Variables};
use async_graphql_axum::GraphQLRequest;
use async_graphql_value::Extensions;
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::FromRequest,
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use http_body_util::LengthLimitError;
use serde::Deserialize;
use tokio::time::timeout;

use crate::http::{Limits, graphql::json_limits::values, server::reply::error_response};

/// Time within which a request body must arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Parameters of a GraphQL request.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GraphqlRequest {
    /// Text of the document.
    pub query: Option<String>,
    /// Name of the operation to execute; required if the document has several.
    pub operation_name: Option<String>,
    /// Values of variables by name.
    #[serde(default)]
    pub variables: Variables,
    /// Name or hash of a document that the server stores, in place of its text.
    pub document_id: Option<String>,
    /// Additions to the protocol.
    #[serde(default)]
    extensions: Extensions,
}

impl GraphqlRequest {
    /// Reads the parameters from the query string of a GET request or the JSON body of a POST request. The error is the
    /// response for a request that cannot be read.
    pub async fn read(parts: &Parts, body: Body, limits: &Limits) -> Result<Self, Response> {
        let request = if parts.method == Method::GET {
            from_query_string(parts.uri.query().unwrap_or_default())
        } else {
            from_body(parts, body, limits).await
        }?;
        if !request.is_well_formed() {
            return Err(error_response(
                StatusCode::BAD_REQUEST,
                "BAD_REQUEST",
                "extensions.persistedQuery has no sha256Hash, the hash of the document.",
            ));
        }
        if request.is_empty() {
            return Err(error_response(
                StatusCode::BAD_REQUEST,
                "BAD_REQUEST",
                "The request has no query.",
            ));
        }
        Ok(request)
    }

    /// Reports whether the request has neither a document nor the name of one.
    pub fn is_empty(&self) -> bool {
        let text = self.query.as_deref().unwrap_or_default();
        text.trim().is_empty() && self.document().is_none()
    }

    /// Name or hash of a stored document, if the request names one.
    pub fn document(&self) -> Option<&str> {
        self.document_id.as_deref().or_else(|| self.hash())
    }

    /// Hash of the document in `extensions.persistedQuery`, as Apollo clients send it.
    pub fn hash(&self) -> Option<&str> {
        if let Some(Value::Object(query)) = self.persisted_query()
            && let Some(Value::String(hash)) = query.get("sha256Hash")
        {
            return Some(hash);
        }
        None
    }

    /// Reports whether each addition to the protocol that the server knows has its right form.
    pub fn is_well_formed(&self) -> bool {
        self.persisted_query().is_none() || self.hash().is_some()
    }

    fn persisted_query(&self) -> Option<&Value> {
        let query = self.extensions.get("persistedQuery")?;
        (*query != Value::Null).then_some(query)
    }
}

/// Name of a stored document, which the extractor of async-graphql-axum does not know.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredDocument {
    document_id: Option<String>,
}

/// Response to a body that is not a GraphQL request.
struct Unreadable;

impl From<ParseRequestError> for Unreadable {
    fn from(_: ParseRequestError) -> Self {
        Self
    }
}

impl IntoResponse for Unreadable {
    fn into_response(self) -> Response {
        let message =
            "The body is not a JSON object with the members query, variables and operationName.";
        error_response(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }
}

async fn from_body(parts: &Parts, body: Body, limits: &Limits) -> Result<GraphqlRequest, Response> {
    if parts.method != Method::POST {
        let mut refused = error_response(
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
        return Err(error_response(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "Send the request as application/json.",
        ));
    }
    let (largest, most) = (limits.max_body_bytes, limits.max_values);
    let body = timeout(BODY_TIMEOUT, to_bytes(body, largest))
        .await
        .map_err(|_| {
            error_response(
                StatusCode::REQUEST_TIMEOUT,
                "REQUEST_TIMEOUT",
                "The body took too long to arrive.",
            )
        })?
        .map_err(|error| {
            if error.into_inner().is::<LengthLimitError>() {
                let message = format!("The body is over {largest} bytes.");
                return error_response(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "PAYLOAD_TOO_LARGE",
                    &message,
                );
            }
            let message = "The body ended before it was whole.";
            error_response(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
        })?;
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(error_response(
            StatusCode::BAD_REQUEST,
            "BATCHES_NOT_SUPPORTED",
            "Send one operation in each request.",
        ));
    }
    if values(&body) > most {
        let message = format!("The request has more than {most} values.");
        return Err(error_response(
            StatusCode::PAYLOAD_TOO_LARGE,
            "TOO_MANY_VALUES",
            &message,
        ));
    }
    parse(body).await.map_err(Unreadable::into_response)
}

/// Parses a JSON body, whose size has been checked.
async fn parse(body: Bytes) -> Result<GraphqlRequest, Unreadable> {
    let mut json = axum::extract::Request::new(Body::from(body.clone()));
    *json.method_mut() = Method::POST;
    let parsed = GraphQLRequest::<Unreadable>::from_request(json, &()).await?;
    let parsed = parsed.into_inner();
    let document_id = if parsed.query.trim().is_empty() {
        let stored = serde_json::from_slice::<StoredDocument>(&body);
        stored.map_err(|_| Unreadable)?.document_id
    } else {
        None
    };
    Ok(GraphqlRequest {
        query: Some(parsed.query).filter(|text| !text.is_empty()),
        operation_name: parsed.operation_name,
        variables: parsed.variables,
        document_id,
        extensions: parsed.extensions,
    })
}

fn from_query_string(query: &str) -> Result<GraphqlRequest, Response> {
    let mut request = GraphqlRequest::default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "query" => request.query = Some(value.into_owned()),
            "documentId" => request.document_id = Some(value.into_owned()),
            "extensions" | "variables" if value.is_empty() => {}
            "extensions" => {
                request.extensions = serde_json::from_str(&value).map_err(|_| {
                    error_response(
                        StatusCode::BAD_REQUEST,
                        "BAD_REQUEST",
                        "The extensions are not a JSON object.",
                    )
                })?;
            }
            "operationName" => request.operation_name = Some(value.into_owned()),
            "variables" => {
                request.variables = serde_json::from_str(&value).map_err(|_| {
                    error_response(
                        StatusCode::BAD_REQUEST,
                        "BAD_REQUEST",
                        "The variables are not a JSON object.",
                    )
                })?;
            }
            _ => {}
        }
    }
    Ok(request)
}
