//! Where the links lead that people are mailed: a page that says what they are for, and the token to give on.
//!
//! Opening it changes nothing, for programs that look for viruses open every address they meet.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;

use super::page::{broken, gone, page, plain};
use crate::{App, accounts::addresses, intakes, kit::Viewer, registrations::tokens};

/// What the address says.
#[derive(Deserialize)]
pub struct Address {
    #[serde(default)]
    token: String,
}

/// The page of what somebody told.
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

/// The page of an address that is to be verified. It says nothing of whose it is.
pub async fn address(State(app): State<App>, Query(Address { token }): Query<Address>) -> Response {
    match addresses::is_good(&app, &Viewer::nobody(), &token).await {
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

/// The page of what a guest asks or asked for.
pub async fn guest(State(app): State<App>, Query(Address { token }): Query<Address>) -> Response {
    match tokens::told(&app, &Viewer::nobody(), &token).await {
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
