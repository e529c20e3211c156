//! Page of the links in mail, and unsubscribing from emails by the link in an email. Mail programs send one POST themselves (RFC 8058); people open
//! the page and press its button. Opening the page changes nothing, because virus scanners open every link they find.
//!
//! The response is the same for every token, valid or not.

use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};

use crate::{
    App,
    http::{
        server::html::{self, Link},
        transport::http::server_error,
    },
    kit::Viewer,
    notifications::service,
};

/// Content security policy: the page loads nothing, and sends its form to this server only.
const POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Routes of the feature.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/mail/unsubscribe", get(ask).post(unsubscribe))
        .route("/open/{id}", get(open))
}

/// Page of a link to something in the marketplace. It is the same for every id, whether or not there is such a thing.
async fn open(Path(id): Path<String>) -> Response {
    let plain = |c: &char| c.is_ascii_alphanumeric() || "_-:".contains(*c);
    let id: String = id.chars().filter(plain).take(80).collect();
    html::page(
        StatusCode::OK,
        &format!(
            "<p>Sign in to the application in which you use the marketplace, and open your notifications there.</p>\
             <p>Developers: this is the address of the object with this <code>id</code>, which <code>node</code> returns. \
             The setting <code>MARKETPLACE_LINKS</code> makes links lead to your application.</p><p><code>{id}</code></p>"
        ),
    )
}

/// Page with the button that unsubscribes.
async fn ask(Query(Link { token }): Query<Link>) -> Response {
    // Only characters that a token may contain are copied into the page.
    let plain = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    let token: String = token.chars().filter(plain).collect();
    page(&format!(
        "<p>Do you want to stop emails of this kind? You can still read your notifications in the marketplace.</p>\
         <form method=\"post\" action=\"/mail/unsubscribe?token={token}\">\
         <button type=\"submit\">Stop emails of this kind</button></form>"
    ))
}

/// Unsubscribes the recipient from emails of this kind.
async fn unsubscribe(State(app): State<App>, Query(Link { token }): Query<Link>) -> Response {
    match service::unsubscribe(&app, &Viewer::system(), &token).await {
        Ok(()) => {
            app.outbox.wake();
            page(
                "<p>You will get no more emails of this kind. You can turn them on again in your preferences.</p>",
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
