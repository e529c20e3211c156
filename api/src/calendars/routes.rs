//! Calendars: public ones of organisations and areas, and private ones with a secret address.

use axum::{
    Router,
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};
use serde::Deserialize;

use crate::feeds::routes;
use crate::{
    App,
    calendars::service,
    feeds::{Document, request::Refusal},
    kit::{Error, Viewer},
};

/// Routes of the calendars.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/calendars/organisations/{file}", get(of_organisation))
        .route("/calendars/areas/{file}", get(of_area))
        .route("/calendars/private.ics", get(private))
}

async fn of_organisation(
    State(app): State<App>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Response {
    let viewer = Viewer::anonymous();
    let answer = match file.strip_suffix(".ics") {
        Some(id) => service::of_organisation(&app, &viewer, id).await,
        None => Err(Error::NotFound),
    };
    reply(&viewer, &headers, answer)
}

async fn of_area(State(app): State<App>, Path(file): Path<String>, headers: HeaderMap) -> Response {
    let viewer = Viewer::anonymous();
    let answer = match file.strip_suffix(".ics") {
        Some(code) => service::of_area(&app, &viewer, code).await,
        None => Err(Error::NotFound),
    };
    reply(&viewer, &headers, answer)
}

/// Query parameters of a private calendar. The token is one of them because paths are logged and query strings are not.
#[derive(Deserialize)]
struct Address {
    #[serde(default)]
    token: String,
}

async fn private(
    State(app): State<App>,
    Query(Address { token }): Query<Address>,
    headers: HeaderMap,
) -> Response {
    let viewer = Viewer::anonymous();
    let answer = service::private(&app, &viewer, &token).await;
    reply(&viewer, &headers, answer)
}

fn reply(viewer: &Viewer, headers: &HeaderMap, answer: Result<Document, Error>) -> Response {
    routes::reply(viewer, headers, answer.map_err(Refusal::from))
}
