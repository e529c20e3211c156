//! Page of the link by which a guest confirms or manages a registration.

use axum::{
    Router,
    extract::{Query, State},
    http::StatusCode,
    response::Response,
    routing::get,
};

use super::guest_links;
use crate::{
    App,
    http::server::html::{Link, broken, gone, page, plain},
    kit::Viewer,
};

/// Routes of the feature.
pub fn routes() -> Router<App> {
    Router::new().route("/guests", get(guest))
}

/// Page for a guest registration, requested or confirmed.
async fn guest(State(app): State<App>, Query(Link { token }): Query<Link>) -> Response {
    match guest_links::told(&app, &Viewer::anonymous(), &token).await {
        Ok(Some(event)) => page(
            StatusCode::OK,
            &format!(
                "<p>Event: <strong>{}</strong></p><p>Enter this code in the application in which you registered. Developers: it is the token of \
                 <code>confirmGuestRegistration</code> and <code>guestRegistration</code>.</p><p><code>{}</code></p>",
                plain(&event.title),
                plain(&token)
            ),
        ),
        Ok(None) => gone(),
        Err(error) => broken(&error),
    }
}
