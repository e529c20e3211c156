//! HTTP caching of public responses to GET requests without a token: caches may keep them for a short time, and
//! revalidate them.

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::conditional;

/// Adds an entity tag and `Cache-Control` to a response. Returns 304 without a body if the client already has this
/// content. `seconds` is the value of `max-age`.
pub async fn cacheable(response: Response, asked: &HeaderMap, seconds: u32) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let tag = conditional::tag(&bytes);
    let has_it = conditional::names(asked, &tag).unwrap_or_default();
    let kept = format!("public, max-age={seconds}");
    for (name, value) in [(header::ETAG, tag), (header::CACHE_CONTROL, kept)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            parts.headers.insert(name, value);
        }
    }
    if has_it {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}
