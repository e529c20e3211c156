//! Checks of the headers that say where a request goes and how its body is sent (RFC 9110, RFC 9112), before any of the body
//! is read.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Version, header, uri::Authority},
    middleware::Next,
    response::Response,
};

use super::reply::error_response;

/// Marks a request that arrived over a connection, which names its host.
#[derive(Clone, Copy, Debug)]
pub struct Received;

/// Refuses a request that names no host, or that has a body which is too large or encoded.
pub async fn check(State(largest): State<usize>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let received = request.extensions().get::<Received>().is_some();
    if received && !names_host(request.version(), headers) {
        let message = "Send one header Host, with the name of the server.";
        return error_response(StatusCode::BAD_REQUEST, "BAD_REQUEST", message);
    }
    if !all(headers, &header::TRANSFER_ENCODING, "chunked") {
        let message = "Send the body without Transfer-Encoding, or as chunked.";
        return error_response(StatusCode::NOT_IMPLEMENTED, "NOT_IMPLEMENTED", message);
    }
    if !all(headers, &header::CONTENT_ENCODING, "identity") {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let message = "Send the body without Content-Encoding.";
        let mut refused = error_response(status, "UNSUPPORTED_MEDIA_TYPE", message);
        let identity = HeaderValue::from_static("identity");
        refused
            .headers_mut()
            .insert(header::ACCEPT_ENCODING, identity);
        return refused;
    }
    let declared = headers.get(header::CONTENT_LENGTH);
    let declared = declared.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > largest as u64) {
        return too_large(largest);
    }
    next.run(request).await
}

/// Builds the 413 response to a body over the limit.
pub fn too_large(largest: usize) -> Response {
    let message = format!("The body is over {largest} bytes.");
    let status = StatusCode::PAYLOAD_TOO_LARGE;
    error_response(status, "PAYLOAD_TOO_LARGE", &message)
}

/// Reports whether a request names its host once, where its version of HTTP requires that. HTTP/2 has a pseudo-header in its
/// place.
fn names_host(version: Version, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => version != Version::HTTP_11,
        (Some(_), Some(_)) => false,
        (Some(host), None) => host.to_str().is_ok_and(|host| {
            host.is_empty() || !host.contains('@') && host.parse::<Authority>().is_ok()
        }),
    }
}

/// Reports whether a header has no other items than this one.
fn all(headers: &HeaderMap, name: &header::HeaderName, item: &str) -> bool {
    headers.get_all(name).iter().all(|value| {
        value.to_str().is_ok_and(|value| {
            let mut items = value.split(',').map(str::trim);
            items.all(|found| found.is_empty() || found.eq_ignore_ascii_case(item))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_named_once() {
        for (version, hosts, expected) in [
            (Version::HTTP_11, &["example.org:8080"][..], true),
            (Version::HTTP_11, &["[2001:db8::1]:80"], true),
            (Version::HTTP_11, &[""], true),
            (Version::HTTP_11, &[], false),
            (Version::HTTP_11, &["a", "a"], false),
            (Version::HTTP_11, &["a b"], false),
            (Version::HTTP_11, &["a@b"], false),
            (Version::HTTP_11, &["a/b"], false),
            (Version::HTTP_10, &[], true),
            (Version::HTTP_10, &["a", "b"], false),
            (Version::HTTP_2, &[], true),
        ] {
            let mut headers = HeaderMap::new();
            for host in hosts {
                headers.append(header::HOST, host.parse().unwrap());
            }
            assert_eq!(
                names_host(version, &headers),
                expected,
                "{version:?} {hosts:?}"
            );
        }
    }
}
