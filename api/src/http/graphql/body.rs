//! Reading of request bodies, within limits on their size, their time and the memory of all of them.

use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use http_body_util::BodyExt;
use tokio::time::timeout;

use crate::http::{
    graphql::errors::overloaded,
    limits::body_limit::{BodyLimit, BodyPermit, BodyRefused},
    server::{framing::too_large, reply::error_response},
    transport::http::retry_later,
};

/// Time within which a request body must arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Reads a body of at most `largest` bytes. Returns it with the permit for its memory, or the response that refuses it.
pub async fn read_body(
    body: Body,
    largest: usize,
    bodies: &Arc<BodyLimit>,
    address: Option<IpAddr>,
) -> Result<(Vec<u8>, BodyPermit), Response> {
    let mut permit = bodies.begin(address).map_err(refused)?;
    let read = timeout(BODY_TIMEOUT, collect(body, largest, &mut permit)).await;
    let data = read.map_err(|_| {
        error_response(
            StatusCode::REQUEST_TIMEOUT,
            "REQUEST_TIMEOUT",
            "The body took too long to arrive.",
        )
    })??;
    permit.finish();
    Ok((data, permit))
}

/// Copies a body as it arrives. Its parts are not kept, because each may hold a larger buffer of the connection.
async fn collect(
    mut body: Body,
    largest: usize,
    permit: &mut BodyPermit,
) -> Result<Vec<u8>, Response> {
    let mut data = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            let message = "The body ended before it was whole.";
            error_response(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
        })?;
        let Ok(part) = frame.into_data() else {
            continue;
        };
        let length = data.len() + part.len();
        if length > largest {
            return Err(too_large(largest));
        }
        if length > data.capacity() {
            let capacity = length.max((data.capacity() * 2).min(largest));
            permit.grow(capacity).map_err(refused)?;
            data.reserve_exact(capacity - data.len());
        }
        data.extend_from_slice(&part);
    }
    Ok(data)
}

fn refused(refused: BodyRefused) -> Response {
    match refused {
        BodyRefused::Server => retry_later(&[overloaded()]),
        BodyRefused::Caller => {
            let mut response = error_response(
                StatusCode::TOO_MANY_REQUESTS,
                "TOO_MANY_BODIES",
                "Too many request bodies from your address or network are under way, or too large ones. Wait for the responses to some of them.",
            );
            let seconds = HeaderValue::from(BODY_TIMEOUT.as_secs());
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
            response
        }
    }
}
