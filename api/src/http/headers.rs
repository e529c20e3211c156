//! What every answer carries, and what of a request is believed.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

use super::REQUEST_ID;

/// The longest id of a request that is taken over from the client, in bytes.
const LONGEST_ID: usize = 128;
/// Answers load and run nothing, wherever they are shown. The playground has a policy of its own.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
/// Browsers come by TLS only, for a year.
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// Tells browsers not to guess, not to frame, not to tell others; in production, to come by TLS only.
pub async fn secure(State(production): State<bool>, mut response: Response) -> Response {
    let always: [(HeaderName, HeaderValue); 5] = [
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        ),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    let headers = response.headers_mut();
    for (name, value) in always {
        headers.entry(name).or_insert(value);
    }
    if production {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TLS_ONLY);
    }
    response
}

/// Drops an id that is no word: it would stand in our logs.
pub async fn plain_id(mut request: Request) -> Request {
    let plain = |id: &HeaderValue| {
        let id = id.as_bytes();
        let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(byte);
        !id.is_empty() && id.len() <= LONGEST_ID && id.iter().all(fits)
    };
    if request
        .headers()
        .get(REQUEST_ID)
        .is_some_and(|id| !plain(id))
    {
        request.headers_mut().remove(REQUEST_ID);
    }
    request
}
