//! Page of the link by which a contact claims an intake.

use axum::{
    Router,
    extract::{Query, State},
    http::StatusCode,
    response::Response,
    routing::get,
};

use super::service;
use crate::{
    App,
    http::server::html::{Link, broken, gone, page, plain},
    kit::Viewer,
};

/// Routes of the feature.
pub fn routes() -> Router<App> {
    Router::new().route("/claims", get(claim))
}

/// Page for claiming an intake.
async fn claim(State(app): State<App>, Query(Link { token }): Query<Link>) -> Response {
    let found = match service::told(&app, &Viewer::anonymous(), &token).await {
        Ok(found) => found,
        Err(error) => return broken(&error),
    };
    match found {
        None => gone(),
        Some(row) => page(
            StatusCode::OK,
            &format!(
                "<p>You told us about: <strong>{}</strong></p><p>To turn it into a listing, sign in to the marketplace \
                 and enter this code. Developers: it is the token of <code>claimIntake</code>.</p>\
                 <p><code>{}</code></p>",
                plain(&row.title),
                plain(&token)
            ),
        ),
    }
}
