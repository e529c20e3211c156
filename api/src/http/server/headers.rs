//! Security headers of every response, and validation of the client's request id.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

use crate::http::REQUEST_ID;

/// Maximum length in bytes of a request id from the client.
const LONGEST_ID: usize = 128;
/// Default content security policy: a response loads and runs nothing, wherever it is shown. The playground has its own
/// policy.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
/// `Strict-Transport-Security`: HTTPS only, for one year.
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// Adds the headers that tell browsers not to sniff content types, not to frame the response and not to send referrers;
/// in production also to use HTTPS only.
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

/// Removes a request id that has other than plain characters or is too long, because it would be written to the logs.
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
