//! Page of the link by which a person verifies their email address.

use axum::{
    Router,
    extract::{Query, State},
    http::StatusCode,
    response::Response,
    routing::get,
};

use super::email_verification;
use crate::{
    App,
    http::server::html::{Link, broken, gone, page, plain},
    kit::Viewer,
};

/// Routes of the feature.
pub fn routes() -> Router<App> {
    Router::new().route("/verify-email", get(address))
}

/// Page for verifying an email address. It does not show the address.
async fn address(State(app): State<App>, Query(Link { token }): Query<Link>) -> Response {
    match email_verification::is_good(&app, &Viewer::anonymous(), &token).await {
        Ok(true) => page(
            StatusCode::OK,
            &format!(
                "<p>To verify your email address, sign in to the marketplace and enter this code. \
                 Developers: it is the token of <code>verifyEmail</code>.</p><p><code>{}</code></p>",
                plain(&token)
            ),
        ),
        Ok(false) => gone(),
        Err(error) => broken(&error),
    }
}
