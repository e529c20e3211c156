//! Cross-origin access from browsers: public documents from everywhere, all else from the configured origins and the
//! server's own.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use tower::{Layer, ServiceExt};
use tower_http::cors::{AllowOrigin, Any, CorsLayer};

/// Beginnings of the addresses of documents that are the same for everybody: open data and the public keys.
const PUBLIC: [&str; 6] = [
    "/feeds/",
    "/listings/",
    "/events/",
    "/calendars/areas/",
    "/calendars/organisations/",
    "/.well-known/",
];

/// Layers for public documents and for all else.
#[derive(Clone)]
struct Layers {
    public: CorsLayer,
    own: CorsLayer,
}

/// Adds cross-origin access to routes: for pages of these origins, and for public documents for all pages.
pub fn cross_origin(routes: Router, origins: &[String]) -> Router {
    let layers = Layers {
        public: public(),
        own: cors(origins),
    };
    routes.layer(from_fn_with_state(Arc::new(layers), choose))
}

async fn choose(State(layers): State<Arc<Layers>>, request: Request, next: Next) -> Response {
    let asks_methods = request.method() == Method::OPTIONS
        && !request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    // A layer would answer it as a preflight, without `Allow`.
    if asks_methods {
        return next.run(request).await;
    }
    let path = request.uri().path();
    if !PUBLIC.iter().any(|public| path.starts_with(public)) {
        let own = layers.own.layer(next);
        return own.oneshot(request).await.into_response();
    }
    let public = layers.public.layer(next);
    let mut response = public.oneshot(request).await.into_response();
    response.headers_mut().insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    response
}

/// CORS layer that lets all pages read responses, without credentials.
fn public() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers([
            header::ACCEPT,
            header::IF_NONE_MATCH,
            header::IF_MODIFIED_SINCE,
            crate::http::REQUEST_ID,
        ])
        .expose_headers([
            crate::http::REQUEST_ID,
            header::ETAG,
            header::LAST_MODIFIED,
            header::RETRY_AFTER,
            HeaderName::from_static("ratelimit"),
            HeaderName::from_static("ratelimit-policy"),
        ])
        .max_age(Duration::from_mins(10))
}

/// CORS layer that lets pages of these origins read responses. If there are none, no other origin may.
fn cors(origins: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> = origins
        .iter()
        .filter_map(|origin| origin.parse().ok())
        .collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::HEAD, Method::POST])
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
