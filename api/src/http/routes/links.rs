//! Pages of the links that people receive by mail: each says what the link is for and shows the token to enter
//! elsewhere.
//!
//! Opening a page changes nothing, because virus scanners open every link they find.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;

use crate::http::routes::html::{broken, gone, page, plain};
use crate::{
    App, accounts::email_verification, events::registrations::guest_links, intakes, kit::Viewer,
};

/// Query parameters of a link.
#[derive(Deserialize)]
pub struct Address {
    #[serde(default)]
    token: String,
}

/// Page for claiming an intake.
pub async fn claim(State(app): State<App>, Query(Address { token }): Query<Address>) -> Response {
    let found = match intakes::told(&app, &Viewer::nobody(), &token).await {
        Ok(found) => found,
        Err(error) => return broken(&error),
    };
    match found {
        None => gone(),
        Some(row) => page(
            StatusCode::OK,
            &format!(
                "<p>You told us of: <strong>{}</strong></p><p>Sign in where your organisation uses the marketplace, and give this \
                 code there to make a listing of it. Developers: it is the token of <code>claimIntake</code>.</p>\
                 <p><code>{}</code></p>",
                plain(&row.title),
                plain(&token)
            ),
        ),
    }
}

/// Page for verifying an e-mail address. It does not say whose address it is.
pub async fn address(State(app): State<App>, Query(Address { token }): Query<Address>) -> Response {
    match email_verification::is_good(&app, &Viewer::nobody(), &token).await {
        Ok(true) => page(
            StatusCode::OK,
            &format!(
                "<p>Sign in where you use the marketplace, and give this code there to show that your address is yours. \
                 Developers: it is the token of <code>verifyEmail</code>.</p><p><code>{}</code></p>",
                plain(&token)
            ),
        ),
        Ok(false) => gone(),
        Err(error) => broken(&error),
    }
}

/// Page for a guest registration, requested or confirmed.
pub async fn guest(State(app): State<App>, Query(Address { token }): Query<Address>) -> Response {
    match guest_links::told(&app, &Viewer::nobody(), &token).await {
        Ok(Some(event)) => page(
            StatusCode::OK,
            &format!(
                "<p>You register for: <strong>{}</strong></p><p>Give this code where you registered. Developers: it is the token of \
                 <code>confirmGuestRegistration</code> and <code>guestRegistration</code>.</p><p><code>{}</code></p>",
                plain(&event.title),
                plain(&token)
            ),
        ),
        Ok(None) => gone(),
        Err(error) => broken(&error),
    }
}
