//! GraphQL requests over HTTP, read from the body or the query string.

use std::{fmt, marker::PhantomData, net::IpAddr, sync::Arc};

use async_graphql::{Value, Variables};
use async_graphql_value::Extensions;
use axum::{
    body::Body,
    http::{Method, StatusCode, header, request::Parts},
    response::Response,
};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Map, Value as Json};

use crate::http::{
    Limits,
    graphql::{body::read_body, json_limits::values},
    limits::body_limit::{BodyLimit, BodyPermit},
    server::reply::error_response,
};

/// Expected form of a body.
const FORM: &str =
    "The body is not a JSON object with the members query, variables and operationName.";

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
    #[serde(default, deserialize_with = "null_as_default")]
    extensions: Extensions,
}

/// Value that is read from a JSON object only. Types with named fields are read from JSON arrays too otherwise.
#[derive(Debug)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfMap<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for OfMap<T> {
            type Value = T;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }

        deserializer.deserialize_map(OfMap(PhantomData)).map(Self)
    }
}

fn null_as_default<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl GraphqlRequest {
    /// Reads the parameters from the query string of a GET request or the JSON body of a POST request, and returns them
    /// with the permit for the memory of the body. The error is the response for a request that cannot be read.
    pub async fn read(
        parts: &Parts,
        body: Body,
        limits: &Limits,
        bodies: (&Arc<BodyLimit>, Option<IpAddr>),
    ) -> Result<(Self, Option<BodyPermit>), Response> {
        let (request, permit) = if parts.method == Method::GET {
            (
                from_query_string(parts.uri.query().unwrap_or_default())?,
                None,
            )
        } else {
            let (request, permit) = from_body(parts, body, limits, bodies).await?;
            (request, Some(permit))
        };
        if !request.is_well_formed() {
            return Err(unreadable(
                "extensions.persistedQuery has no sha256Hash, the hash of the document.",
            ));
        }
        if request.is_empty() {
            return Err(unreadable("The request has no query."));
        }
        Ok((request, permit))
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

fn unreadable(message: &str) -> Response {
    error_response(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
}

async fn from_body(
    parts: &Parts,
    body: Body,
    limits: &Limits,
    (bodies, address): (&Arc<BodyLimit>, Option<IpAddr>),
) -> Result<(GraphqlRequest, BodyPermit), Response> {
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
    let most = limits.max_values;
    let (body, permit) = read_body(body, limits.max_body_bytes, bodies, address).await?;
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
    Ok((parse(&body)?, permit))
}

/// Parses a JSON body, whose size has been checked.
fn parse(body: &[u8]) -> Result<GraphqlRequest, Response> {
    let parsed = serde_json::from_slice::<Object<GraphqlRequest>>(body);
    let Object(mut request) = parsed.map_err(|_| unreadable(&fault(body)))?;
    // The text of a document counts before its name.
    if request
        .query
        .as_ref()
        .is_some_and(|text| !text.trim().is_empty())
    {
        request.document_id = None;
    }
    Ok(request)
}

/// Explains why a body is no request: the first member of the wrong type, or the expected form.
fn fault(body: &[u8]) -> String {
    let members: Map<String, Json> = serde_json::from_slice(body).unwrap_or_default();
    let (text, object) = ("a string", "a JSON object");
    let wrong = [
        ("query", text),
        ("operationName", text),
        ("documentId", text),
        ("variables", object),
        ("extensions", object),
    ]
    .into_iter()
    .find(|(name, expected)| {
        members.get(*name).is_some_and(|value| match value {
            Json::Null => false,
            Json::String(_) => *expected != text,
            Json::Object(_) => *expected != object,
            _ => true,
        })
    });
    wrong.map_or_else(
        || FORM.to_owned(),
        |(name, expected)| format!("{name} must be {expected}."),
    )
}

fn from_query_string(query: &str) -> Result<GraphqlRequest, Response> {
    let mut request = GraphqlRequest::default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "query" => request.query = Some(value.into_owned()),
            "documentId" => request.document_id = Some(value.into_owned()),
            "extensions" | "variables" if matches!(&*value, "" | "null") => {}
            "extensions" => {
                request.extensions = serde_json::from_str(&value)
                    .map_err(|_| unreadable("extensions must be a JSON object."))?;
            }
            "operationName" => request.operation_name = Some(value.into_owned()),
            "variables" => {
                request.variables = serde_json::from_str(&value)
                    .map_err(|_| unreadable("variables must be a JSON object."))?;
            }
            _ => {}
        }
    }
    Ok(request)
}
