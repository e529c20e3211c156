//! Rules that hold for every address. Addresses are read from the router, so that a new one is tried too.

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{HeaderName, Method, Request, StatusCode, header},
};

use super::{refused, speaks_plainly};
use crate::support::{Caller, On, Reply, World};

/// Documents that are the same for everybody.
const PUBLIC: [&str; 6] = [
    "/feeds/",
    "/listings/",
    "/events/",
    "/calendars/areas/",
    "/calendars/organisations/",
    "/.well-known/",
];

/// Addresses of the router, with something in place of each parameter.
fn addresses(world: &World) -> Vec<String> {
    // The only list that axum gives of a router's routes.
    let told = format!("{:?}", world.router);
    let paths = told
        .split('"')
        .filter(|text| text.starts_with('/') && !text.starts_with("/{"));
    let paths: BTreeSet<&str> = paths.collect();
    assert!(
        paths.contains("/graphql") && paths.contains("/feeds/events.rpde"),
        "{told}"
    );
    let filled = paths.into_iter().map(|path| {
        let parts = path.split('/').map(|part| {
            if part.starts_with('{') {
                "none.ics"
            } else {
                part
            }
        });
        parts.collect::<Vec<_>>().join("/")
    });
    filled.collect()
}

async fn send(
    anyone: &Caller,
    method: Method,
    address: &str,
    headers: &[(HeaderName, &str)],
) -> Reply {
    let mut request = Request::builder().method(method).uri(address);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    anyone.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn head_tells_what_get_would_and_nothing_more() {
    let world = World::new(On::Sqlite).await;
    let anyone = world.stranger();
    let mut addresses = addresses(&world);
    addresses.push("/graphql?query=%7B__typename%7D".into());
    for address in addresses {
        let get = send(&anyone, Method::GET, &address, &[]).await;
        assert_ne!(get.status, StatusCode::METHOD_NOT_ALLOWED, "{address}");
        let head = send(&anyone, Method::HEAD, &address, &[]).await;
        assert_eq!(
            (head.status, head.text.as_str()),
            (get.status, ""),
            "{address}"
        );
        for name in [
            header::CONTENT_TYPE,
            header::CONTENT_LENGTH,
            header::ETAG,
            header::CACHE_CONTROL,
            header::LOCATION,
        ] {
            assert_eq!(
                head.headers.get(&name),
                get.headers.get(&name),
                "{address} {name}"
            );
        }
    }
    let events = send(
        &anyone,
        Method::HEAD,
        "/graphql/stream?query=%7B__typename%7D",
        &[(header::ACCEPT, "text/event-stream")],
    )
    .await;
    assert_eq!((events.status.as_u16(), events.text.as_str()), (200, ""));
    let write = "/graphql?query=mutation%7BsignOut(input:%7B%7D)%7BuserErrors%7Bcode%7D%7D%7D";
    assert_eq!(send(&anyone, Method::HEAD, write, &[]).await.status, 405);
}

#[tokio::test]
async fn options_and_refused_methods_name_those_that_are_taken() {
    let world = World::new(On::Sqlite).await;
    let anyone = world.stranger();
    for address in addresses(&world) {
        let options = send(&anyone, Method::OPTIONS, &address, &[]).await;
        assert_eq!(
            (options.status.as_u16(), options.text.as_str()),
            (204, ""),
            "{address}"
        );
        let allowed = options.headers[header::ALLOW].to_str().unwrap().to_owned();
        assert!(
            allowed.contains("GET") && allowed.contains("HEAD"),
            "{address}: {allowed}"
        );
        for method in [
            Method::POST,
            Method::PUT,
            Method::DELETE,
            Method::PATCH,
            Method::TRACE,
        ] {
            let reply = send(&anyone, method.clone(), &address, &[]).await;
            let taken = allowed.split(',').any(|one| one == method.as_str());
            assert_eq!(
                reply.status == 405,
                !taken,
                "{method} {address}: {}",
                reply.text
            );
            if !taken {
                refused(&reply, 405, "METHOD_NOT_ALLOWED");
                assert_eq!(reply.headers[header::ALLOW], allowed, "{method} {address}");
            }
        }
    }
    refused(
        &send(&anyone, Method::OPTIONS, "/nothing", &[]).await,
        404,
        "NOT_FOUND",
    );
}

#[tokio::test]
async fn bodies_that_are_encoded_or_announced_as_too_large_are_refused_unread() {
    let world = World::new(On::Sqlite).await;
    let anyone = world.stranger();
    for address in addresses(&world) {
        for method in [Method::GET, Method::POST] {
            for (name, value, status, code) in [
                (header::CONTENT_LENGTH, "1000001", 413, "PAYLOAD_TOO_LARGE"),
                (
                    header::CONTENT_LENGTH,
                    "18446744073709551615",
                    413,
                    "PAYLOAD_TOO_LARGE",
                ),
                (
                    header::CONTENT_ENCODING,
                    "gzip",
                    415,
                    "UNSUPPORTED_MEDIA_TYPE",
                ),
                (
                    header::CONTENT_ENCODING,
                    "identity, nonsense",
                    415,
                    "UNSUPPORTED_MEDIA_TYPE",
                ),
                (
                    header::TRANSFER_ENCODING,
                    "gzip, chunked",
                    501,
                    "NOT_IMPLEMENTED",
                ),
                (
                    header::TRANSFER_ENCODING,
                    "nonsense",
                    501,
                    "NOT_IMPLEMENTED",
                ),
            ] {
                // A body that is never read would not end.
                let body = Body::from_stream(futures_util::stream::pending::<
                    Result<Vec<u8>, std::io::Error>,
                >());
                let request = Request::builder()
                    .method(method.clone())
                    .uri(&address)
                    .header(&name, value);
                let reply = anyone.send(request.body(body).unwrap()).await;
                refused(&reply, status, code);
                assert_eq!(
                    reply.headers.contains_key(header::ACCEPT_ENCODING),
                    status == 415
                );
            }
        }
    }
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_ENCODING, "Identity");
    let reply = anyone
        .send(
            request
                .body(r#"{"query":"{ __typename }"}"#.into())
                .unwrap(),
        )
        .await;
    assert_eq!(reply.at("__typename"), "Query");
}

#[tokio::test]
async fn pages_of_all_origins_read_public_documents_and_no_others() {
    const OWN: &str = "https://app.example.org";
    const OTHER: &str = "https://other.example";
    let world = World::with(On::Sqlite, |config| config.origins = vec![OWN.into()]).await;
    let anyone = world.stranger();
    let resource_policy = HeaderName::from_static("cross-origin-resource-policy");
    for address in addresses(&world) {
        let public = PUBLIC.iter().any(|public| address.starts_with(public));
        for (origin, allowed) in [
            (OTHER, public.then_some("*")),
            (OWN, Some(if public { "*" } else { OWN })),
        ] {
            let get = send(&anyone, Method::GET, &address, &[(header::ORIGIN, origin)]).await;
            let asked = [
                (header::ORIGIN, origin),
                (header::ACCESS_CONTROL_REQUEST_METHOD, "GET"),
                (header::ACCESS_CONTROL_REQUEST_HEADERS, "if-none-match"),
            ];
            let preflight = send(&anyone, Method::OPTIONS, &address, &asked).await;
            assert_eq!(preflight.status, 200);
            for reply in [&get, &preflight] {
                let found = reply
                    .headers
                    .get(header::ACCESS_CONTROL_ALLOW_ORIGIN)
                    .map(|value| value.to_str().unwrap());
                assert_eq!(found, allowed, "{address} from {origin}");
                assert!(
                    !reply
                        .headers
                        .contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS)
                );
            }
            assert_eq!(
                get.headers[&resource_policy],
                if public {
                    "cross-origin"
                } else {
                    "same-origin"
                },
                "{address}"
            );
            assert!(
                preflight.headers[header::ACCESS_CONTROL_ALLOW_HEADERS]
                    .to_str()
                    .unwrap()
                    .contains("if-none-match")
            );
            if get.status.is_client_error() {
                speaks_plainly(&get);
            }
        }
    }
}
