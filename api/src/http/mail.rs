//! Ending mail from within a mail. Mail programs send one POST by themselves (RFC 8058); people open the page and press
//! its button. Opening it changes nothing, for programs that look for viruses open every address they meet.
//!
//! The answer is the same whatever the token is good for.

use axum::{
    extract::{Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;

use super::reply;
use crate::{
    App,
    kit::{Error, Viewer},
    notifications::service,
};

/// The page loads nothing, and sends its form to us alone.
const POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// What the address says.
#[derive(Deserialize)]
pub struct Address {
    #[serde(default)]
    token: String,
}

/// The page with the button.
pub async fn ask(Query(Address { token }): Query<Address>) -> Response {
    // Only what a token may hold can come back in the page.
    let plain = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    let token: String = token.chars().filter(plain).collect();
    page(&format!(
        "<p>Do you want no more mail of the kind that brought you here? What you are told stays in your list.</p>\
         <form method=\"post\" action=\"/mail/unsubscribe?token={token}\">\
         <button type=\"submit\">No more mail of this kind</button></form>"
    ))
}

/// Ends it.
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
        Err(error) => {
            if let Error::Internal(cause) = &error {
                tracing::error!(?cause, "somebody could not be unsubscribed");
            }
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            reply::refusal(status, error.code(), &error.message())
        }
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
