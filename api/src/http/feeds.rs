//! The open formats: documents that everybody may read, and others may keep for a while.

use axum::{
    Router,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::get,
};

use super::{conditional, reply};
use crate::{
    App,
    feeds::{
        Document,
        address::{Refusal, Unclear},
        service::{self, Format},
    },
    kit::{Error, Viewer},
};

/// The addresses of the open formats.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/feeds/listings.rpde", get(changes))
        .route("/feeds/listings.atom", get(atom))
        .route("/feeds/listings.json", get(json))
        .route("/listings/{file}", get(listing))
}

async fn changes(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let viewer = Viewer::nobody();
    let answer = service::changes(&app, &viewer, &query.unwrap_or_default()).await;
    reply(&viewer, &headers, answer)
}

async fn atom(State(app): State<App>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    newest(&app, query, &headers, Format::Atom).await
}

async fn json(State(app): State<App>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    newest(&app, query, &headers, Format::Json).await
}

async fn newest(app: &App, query: Option<String>, headers: &HeaderMap, format: Format) -> Response {
    let viewer = Viewer::nobody();
    let answer = service::newest(app, &viewer, format, &query.unwrap_or_default()).await;
    reply(&viewer, headers, answer)
}

/// A listing, such as `/listings/OFF-7K3M9-Q2X4T.jsonld`.
async fn listing(State(app): State<App>, Path(file): Path<String>, headers: HeaderMap) -> Response {
    let viewer = Viewer::nobody();
    let answer = match file.strip_suffix(".jsonld") {
        Some(name) => service::listing(&app, &viewer, name).await,
        None => Err(Error::NotFound),
    };
    reply(&viewer, &headers, answer.map_err(Refusal::from))
}

fn reply(viewer: &Viewer, headers: &HeaderMap, answer: Result<Document, Refusal>) -> Response {
    let error = match answer {
        Ok(document) => return conditional::reply(headers, viewer.now, document),
        Err(Refusal::Unclear(Unclear { word, expected })) => {
            return reply::unclear(&word, &expected);
        }
        Err(Refusal::Other(error)) => error,
    };
    match &error {
        Error::NotFound => reply::refusal(
            StatusCode::NOT_FOUND,
            "NOT_FOUND",
            "There is nothing at this address.",
        ),
        error => {
            if let Error::Internal(cause) = error {
                tracing::error!(?cause, "a feed could not be read");
            }
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            reply::refusal(status, error.code(), &error.message())
        }
    }
}
