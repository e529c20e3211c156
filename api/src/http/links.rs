//! Where the links lead that people are mailed: a page that says what they are for, and the token to give on.
//!
//! Opening it changes nothing, for programs that look for viruses open every address they meet.

use axum::{
    extract::{Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;

use super::reply;
use crate::{
    App,
    accounts::addresses,
    intakes,
    kit::{Error, Viewer},
    registrations::guests,
};

/// The page loads nothing and sends nothing.
const POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

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
    match guests::told(&app, &Viewer::nobody(), &token).await {
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

fn gone() -> Response {
    let body = "<p>This link was used or replaced, has run out, or never was. Ask those who sent it for a new one.</p>";
    page(StatusCode::NOT_FOUND, body)
}

fn broken(error: &Error) -> Response {
    if let Error::Internal(cause) = error {
        tracing::error!(?cause, "a link could not be followed");
    }
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    reply::refusal(status, error.code(), &error.message())
}

fn page(status: StatusCode, body: &str) -> Response {
    let page = format!(
        "<!doctype html><html lang=\"en-GB\"><meta charset=\"utf-8\"><title>Social Value Marketplace</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\">\
         <h1>Social Value Marketplace</h1>{body}</html>"
    );
    let headers = [
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, Html(page)).into_response()
}

/// A text as a page holds it.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => plain.push_str("&amp;"),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '"' => plain.push_str("&quot;"),
            '\'' => plain.push_str("&#39;"),
            c => plain.push(c),
        }
    }
    plain
}
