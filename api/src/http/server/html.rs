//! Short HTML pages for people who follow a link in a mail.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;

use crate::{http::server::reply, kit::Error};

/// Content security policy: the page loads nothing and sends nothing.
const POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Page for a link that is invalid, used, replaced or expired.
pub fn gone() -> Response {
    let body = "<p>This link was used or replaced, has run out, or never was. Ask those who sent it for a new one.</p>";
    page(StatusCode::NOT_FOUND, body)
}

/// Builds the 500 response for a page that cannot be built. The cause is logged.
pub fn broken(error: &Error) -> Response {
    if let Error::Internal(cause) = error {
        tracing::error!(?cause, "a link could not be followed");
    }
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    reply::error_response(status, error.code(), &error.message())
}

/// Builds a page around a body in HTML.
pub fn page(status: StatusCode, body: &str) -> Response {
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

/// Escapes a text for HTML.
pub fn plain(text: &str) -> String {
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

/// Query parameters of a link in a mail. The token is one of them because paths are logged and query strings are not.
#[derive(Deserialize)]
pub struct Link {
    /// Sealed token; empty if it is missing.
    #[serde(default)]
    pub token: String,
}
