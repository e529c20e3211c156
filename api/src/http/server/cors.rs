//! Cross-origin access from browsers: the configured origins, and the server's own origin.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// CORS layer that lets pages of these origins read responses. If there are none, no other origin may.
pub fn cors(origins: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> = origins
        .iter()
        .filter_map(|origin| origin.parse().ok())
        .collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::ACCEPT,
            header::IF_NONE_MATCH,
            crate::http::REQUEST_ID,
            // Sent by Apollo clients with each request.
            HeaderName::from_static("apollo-require-preflight"),
            HeaderName::from_static("apollographql-client-name"),
            HeaderName::from_static("apollographql-client-version"),
            // Sent by browsers whose pages are traced (W3C Trace Context).
            HeaderName::from_static("traceparent"),
            HeaderName::from_static("tracestate"),
        ])
        .expose_headers([
            crate::http::REQUEST_ID,
            header::ETAG,
            header::RETRY_AFTER,
            header::WWW_AUTHENTICATE,
            HeaderName::from_static("ratelimit"),
            HeaderName::from_static("ratelimit-policy"),
        ])
        .max_age(Duration::from_mins(10))
}

/// Returns true if a page of this origin may open a WebSocket. Browsers do not apply CORS to WebSockets, so the server
/// checks the origin itself. A request without `Origin` does not come from a browser and is allowed.
pub fn may_open(headers: &HeaderMap, uri: &Uri, origins: &[String]) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = host.or_else(|| uri.authority().map(axum::http::uri::Authority::as_str));
    let own = origin
        .split_once("://")
        .is_some_and(|(scheme, rest)| matches!(scheme, "http" | "https") && host == Some(rest));
    own || origins.iter().any(|allowed| allowed == origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_are_opened_from_our_own_pages_and_from_those_that_are_named() {
        let origins = ["https://app.example.org".to_owned()];
        let from = |origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("api.example.org"));
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            may_open(&headers, &Uri::from_static("/graphql/ws"), &origins)
        };
        assert!(from(None) && from(Some("https://api.example.org")));
        assert!(from(Some("https://app.example.org")));
        for other in [
            "null",
            "",
            "https://api.example.org.evil.example",
            "https://evil.example",
            "http://app.example.org",
            "file://api.example.org",
        ] {
            assert!(!from(Some(other)), "{other}");
        }
    }
}
