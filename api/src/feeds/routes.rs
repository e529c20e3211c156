//! Open formats: public documents, which caches may keep for a while.

use axum::{
    Router,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::get,
};

use entity::{event, listing};

use crate::http::server::{conditional, reply};
use crate::http::transport::http::server_error;
use crate::{
    App, calendars,
    feeds::{
        Document, FeedSource, document,
        request::{InvalidParam, Refusal},
        service::{self, Format},
    },
    kit::{Error, Viewer},
};

/// Routes of the open formats.
pub fn routes() -> Router<App> {
    of::<listing::Entity>()
        .merge(of::<event::Entity>())
        .route("/listings/{file}", get(one_listing))
        .route("/events/{file}", get(one_event))
}

/// Routes of the three feeds of listings, or of events.
fn of<T: FeedSource>() -> Router<App> {
    let feed = |form: &str| format!("/feeds/{}.{form}", T::FEED);
    Router::new()
        .route(&feed("rpde"), get(changes::<T>))
        .route(&feed("atom"), get(atom::<T>))
        .route(&feed("json"), get(json::<T>))
}

async fn changes<T: FeedSource>(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let viewer = Viewer::anonymous();
    let answer = service::changes::<T>(&app, &viewer, &query.unwrap_or_default()).await;
    reply(&viewer, &headers, answer)
}

async fn atom<T: FeedSource>(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    newest::<T>(&app, query, &headers, Format::Atom).await
}

async fn json<T: FeedSource>(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    newest::<T>(&app, query, &headers, Format::Json).await
}

async fn newest<T: FeedSource>(
    app: &App,
    query: Option<String>,
    headers: &HeaderMap,
    format: Format,
) -> Response {
    let viewer = Viewer::anonymous();
    let answer = service::newest::<T>(app, &viewer, format, &query.unwrap_or_default()).await;
    reply(&viewer, headers, answer)
}

/// Listing as JSON-LD, such as `/listings/OFF-7K3M9-Q2X4T.jsonld`.
async fn one_listing(
    State(app): State<App>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Response {
    let viewer = Viewer::anonymous();
    let answer = match file.strip_suffix(".jsonld") {
        Some(name) => document::listing(&app, &viewer, name).await,
        None => Err(Error::NotFound),
    };
    reply(&viewer, &headers, answer.map_err(Refusal::from))
}

/// Event as JSON-LD, such as `/events/EVT-7K3M9-Q2X4T.jsonld`, or as a calendar with `.ics`.
async fn one_event(
    State(app): State<App>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Response {
    let viewer = Viewer::anonymous();
    let answer = match file.rsplit_once('.') {
        Some((name, "jsonld")) => document::event(&app, &viewer, name).await,
        Some((name, "ics")) => calendars::service::event(&app, &viewer, name).await,
        _ => Err(Error::NotFound),
    };
    reply(&viewer, &headers, answer.map_err(Refusal::from))
}

/// Responds with the document, or with the error in place of it: 400 for an invalid parameter, 404, or 500.
#[must_use]
pub fn reply(viewer: &Viewer, headers: &HeaderMap, answer: Result<Document, Refusal>) -> Response {
    let error = match answer {
        Ok(document) => return conditional::reply(headers, viewer.now, document),
        Err(Refusal::InvalidParam(InvalidParam { word, expected })) => {
            return reply::unclear(&word, &expected);
        }
        Err(Refusal::Other(error)) => error,
    };
    match &error {
        Error::NotFound => reply::error_response(
            StatusCode::NOT_FOUND,
            "NOT_FOUND",
            "There is nothing at this address.",
        ),
        error => server_error(error),
    }
}
