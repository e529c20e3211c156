//! What anybody may read, asked for by GET without a token: caches may keep it for a little while, and ask whether it is
//! still the same.

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use super::documents::hex;

/// The answer with a tag of its content; without content where the client has it already.
pub async fn keepable(response: Response, asked: &HeaderMap, seconds: u32) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    // The same content may be packed or not on its way, hence weak.
    let digest = Sha256::digest(&bytes);
    let tag = hex(&digest[..16]);
    let tag = format!("W/\"{tag}\"");
    let has_it = asked.get_all(header::IF_NONE_MATCH).iter().any(|tags| {
        let mut tags = tags.to_str().unwrap_or_default().split(',').map(str::trim);
        tags.any(|known| {
            known == "*" || known.trim_start_matches("W/") == tag.trim_start_matches("W/")
        })
    });
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
