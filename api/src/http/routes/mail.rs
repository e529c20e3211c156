//! Unsubscribing from mail by a link in the mail. Mail programs send one POST themselves (RFC 8058); people open the
//! page and press its button. Opening the page changes nothing, because virus scanners open every link they find.
//!
//! The response is the same for every token, valid or not.

use axum::{
    extract::{Query, State},
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;

use crate::http::transport::http::server_error;
use crate::{App, kit::Viewer, notifications::service};

/// Content security policy: the page loads nothing, and sends its form to this server only.
const POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Query parameters of a link.
#[derive(Deserialize)]
pub struct Address {
    #[serde(default)]
    token: String,
}

/// Page with the button that unsubscribes.
pub async fn ask(Query(Address { token }): Query<Address>) -> Response {
    // Only characters that a token may contain are copied into the page.
    let plain = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    let token: String = token.chars().filter(plain).collect();
    page(&format!(
        "<p>Do you want no more mail of the kind that brought you here? What you are told stays in your list.</p>\
         <form method=\"post\" action=\"/mail/unsubscribe?token={token}\">\
         <button type=\"submit\">No more mail of this kind</button></form>"
    ))
}

/// Unsubscribes the recipient from mail of this kind.
pub async fn unsubscribe(
    State(app): State<App>,
    Query(Address { token }): Query<Address>,
) -> Response {
    match service::unsubscribe(&app, &Viewer::system(), &token).await {
        Ok(()) => {
            app.outbox.poke();
            page(
                "<p>You get no more mail of this kind. In your preferences you can have it again.</p>",
            )
        }
        Err(error) => server_error(&error),
    }
}

fn page(body: &str) -> Response {
    let page = format!(
        "<!doctype html><html lang=\"en-GB\"><meta charset=\"utf-8\"><title>Mail from the marketplace</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\">\
         <h1>Social Value Marketplace</h1>{body}</html>"
    );
    let policy = HeaderValue::from_static(POLICY);
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(page)).into_response()
}
