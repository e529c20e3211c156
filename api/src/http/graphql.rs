//! `/graphql`: reads the request, finds out who asks, admits the document, executes and answers.

use std::{sync::Arc, time::Duration};

use async_graphql::{
    ErrorExtensionValues, Request, Response as Answer, ServerError, Variables,
    parser::types::OperationType,
};
use axum::{
    body::{Body, to_bytes},
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use tokio::time::timeout;

use super::{
    Engine,
    admission::{Admission, refused},
    complete,
    reply::{Media, refusal},
    variables,
};
use crate::{
    App, accounts,
    kit::{Error, Viewer, clock, loader, pages},
    schema::DEAREST,
};

/// The largest body, in bytes.
const LARGEST_BODY: usize = 1_000_000;
/// How long a body may take to arrive.
const SLOWEST_BODY: Duration = Duration::from_secs(10);

/// What `/graphql` needs.
#[derive(Clone)]
pub struct Door {
    app: App,
    engine: Engine,
    admission: Arc<Admission>,
}

impl Door {
    /// The door to one schema.
    pub fn new(app: App, engine: Engine) -> Self {
        Self {
            app,
            engine,
            admission: Arc::new(Admission::new()),
        }
    }
}

/// The members of a GraphQL request over HTTP.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<serde_json::Map<String, serde_json::Value>>,
}

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
    match door.answer(&parts, body, media).await {
        Ok(response) | Err(response) => response,
    }
}

impl Door {
    async fn answer(&self, parts: &Parts, body: Body, media: Media) -> Result<Response, Response> {
        let members = members(parts, body).await?;
        let viewer = Arc::new(self.viewer(&parts.headers).await?);
        let text = members
            .query
            .filter(|text| !text.trim().is_empty())
            .ok_or_else(|| {
                refusal(
                    StatusCode::BAD_REQUEST,
                    "BAD_REQUEST",
                    "The request has no query.",
                )
            })?;
        let admitted = match self.admission.admit(&text) {
            Ok(document) => document,
            Err(error) => return Ok(respond(media, &Answer::from_errors(vec![error]))),
        };
        let writes = admitted
            .operations
            .iter()
            .any(|(_, operation)| operation.node.ty != OperationType::Query);
        if parts.method == Method::GET && writes {
            let mut refused = refusal(
                StatusCode::METHOD_NOT_ALLOWED,
                "METHOD_NOT_ALLOWED",
                "Send mutations by POST.",
            );
            refused
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static("POST"));
            return Err(refused);
        }
        let operation = members.operation_name.filter(|name| !name.is_empty());
        let mut variables = Variables::from_json(members.variables.unwrap_or_default().into());
        let mut document = (*admitted).clone();
        if let Err(name) = variables::complete(&mut document, operation.as_deref(), &mut variables)
        {
            let error = refused(
                "GRAPHQL_VALIDATION_FAILED",
                format!("The variable ${name} is required."),
            );
            return Ok(respond(media, &Answer::from_errors(vec![error])));
        }
        let mut request = Request::new(text)
            .variables(variables)
            .data(loader::rows(self.app.database.clone(), Arc::clone(&viewer)))
            .data(pages::pages(self.app.database.clone()))
            .data(viewer);
        if let Some(name) = &operation {
            request = request.operation_name(name);
        }
        request.set_parsed_query(document);
        let mut answer = self.engine.execute(request).await;
        if writes {
            self.app.outbox.poke();
        }
        log_faults(&answer);
        answer.errors.iter_mut().for_each(name_code);
        complete::complete(&admitted, operation.as_deref(), &mut answer);
        Ok(respond(media, &answer))
    }

    /// Whoever the bearer token stands for; a broken one is never taken for nobody.
    async fn viewer(&self, headers: &HeaderMap) -> Result<Viewer, Response> {
        let Some(value) = headers.get(header::AUTHORIZATION) else {
            return Ok(Viewer::nobody());
        };
        let token = value.to_str().ok().and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme
                .eq_ignore_ascii_case("bearer")
                .then_some(token.trim())
        });
        let found = match token {
            Some(token) => accounts::sessions::viewer(&self.app, clock::now(), token)
                .await
                .map_err(|error| {
                    log_fault(&error);
                    refusal(
                        StatusCode::INTERNAL_SERVER_ERROR,
                        error.code(),
                        &error.message(),
                    )
                })?,
            None => None,
        };
        found.ok_or_else(|| {
            let message = "The access token is not valid, or its session has ended. Refresh it or sign in again.";
            let mut refused = refusal(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message);
            let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
            refused.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            refused
        })
    }
}

async fn members(parts: &Parts, body: Body) -> Result<Members, Response> {
    if parts.method == Method::GET {
        return from_address(parts.uri.query().unwrap_or_default());
    }
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
    let body = timeout(SLOWEST_BODY, to_bytes(body, LARGEST_BODY))
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
    let mut members = Members {
        query: None,
        operation_name: None,
        variables: None,
    };
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

/// An answer without `data` where nothing was executed.
fn respond(media: Media, answer: &Answer) -> Response {
    let executed = answer.data != async_graphql::Value::Null
        || answer.errors.iter().any(|error| !error.path.is_empty());
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

/// Every error has a code, the engine's own too.
fn name_code(error: &mut ServerError) {
    let (code, message) = match error.message.as_str() {
        "Query is too complex." => (
            "QUERY_TOO_COMPLEX",
            Some(format!(
                "The document asks for more than {DEAREST} things, where a list counts what it selects once per row. Ask for less, or for shorter pages."
            )),
        ),
        _ if error.path.is_empty() => ("GRAPHQL_VALIDATION_FAILED", None),
        _ => ("BAD_USER_INPUT", None),
    };
    if let Some(message) = message {
        error.message = message;
    }
    let extensions = error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default);
    if extensions.get("code").is_none() {
        extensions.set("code", code);
    }
}

fn log_faults(answer: &Answer) {
    for error in &answer.errors {
        if let Some(error) = error.source::<Error>() {
            log_fault(error);
        }
    }
}

fn log_fault(error: &Error) {
    if let Error::Internal(cause) = error {
        tracing::error!(?cause, "a request met a fault");
    }
}
