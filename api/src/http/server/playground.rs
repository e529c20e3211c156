//! GraphiQL page, embedded in the binary: it needs no external network and allows none.

use axum::{
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{Embed, EmbeddedFile};

use crate::http::server::reply;

/// Content security policy of the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Files of the page, built by `npm run build` in `playground/`.
#[derive(Embed)]
#[folder = "../playground/dist"]
#[allow_missing = true]
struct Files;

/// Serves the page; 404 if the server was built without it.
pub async fn page() -> Response {
    Files::get("index.html").map_or_else(
        || {
            let message = "This server was built without the playground. `make run` builds it first, where npm is installed.";
            reply::error_response(StatusCode::NOT_FOUND, "NOT_FOUND", message)
        },
        |file| respond(file, "no-cache"),
    )
}

/// Serves a file of the page. Its name contains a hash of the content, so caches may keep it for ever.
pub async fn asset(Path(path): Path<String>) -> Response {
    Files::get(&path).map_or_else(
        || {
            reply::error_response(
                StatusCode::NOT_FOUND,
                "NOT_FOUND",
                "There is nothing at this address.",
            )
        },
        |file| respond(file, "public, max-age=31536000, immutable"),
    )
}

fn respond(file: EmbeddedFile, cache: &'static str) -> Response {
    let media = HeaderValue::from_str(file.metadata.mimetype());
    let headers = [
        (
            header::CONTENT_TYPE,
            media.unwrap_or(HeaderValue::from_static("application/octet-stream")),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        ),
    ];
    (headers, file.data).into_response()
}
