//! `/graphql/ws`: any operation over a WebSocket (graphql-transport-ws).

mod close;
mod message;
mod protocol;
mod session;

use axum::{
    extract::{State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::{Extensions, HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::Response,
};

use tracing::Instrument;

use crate::http::{
    LongLivedState,
    limits::source::Source,
    server::{client_ip, cors, reply::error_response},
    transport::{http::bearer, sse::too_many_connections},
};
use protocol::Credentials;

/// Subprotocol of the WebSocket.
const PROTOCOL: &str = "graphql-transport-ws";
/// Size in bytes of the read buffer of a socket. Each socket takes it even while idle.
const READ_BUFFER: usize = 8 * 1024;

/// Upgrades a request to a WebSocket. Refuses it with 426 if it is no upgrade, 403 for a foreign origin, and 429 if too
/// many connections are open.
pub async fn handle(
    State(live): State<LongLivedState>,
    headers: HeaderMap,
    extensions: Extensions,
    uri: Uri,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Ok(upgrade) = upgrade else {
        let mut refused = error_response(
            StatusCode::UPGRADE_REQUIRED,
            "UPGRADE_REQUIRED",
            "Open a WebSocket here, with the subprotocol graphql-transport-ws.",
        );
        let headers = refused.headers_mut();
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(
            header::SEC_WEBSOCKET_VERSION,
            HeaderValue::from_static("13"),
        );
        return refused;
    };
    if !cors::may_open(&headers, &uri, &live.executor.app.config.origins) {
        return error_response(
            StatusCode::FORBIDDEN,
            "FORBIDDEN",
            "Pages of this origin may not call: the operator names those that may.",
        );
    }
    let config = &live.executor.app.config;
    let address = client_ip::client(&extensions, &headers, &config.trusted_proxies);
    let Some(slot) = live.connections.take(Source::of(address)) else {
        return too_many_connections();
    };
    let upgrade_credentials = match bearer(&headers) {
        None => Credentials::Absent,
        Some(None) => Credentials::Unreadable,
        Some(Some(token)) => Credentials::Authorization(format!("Bearer {token}")),
    };
    let largest = live.executor.app.config.limits.max_body_bytes;
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        // Above the configured limit, so that a client slightly over it receives the close reason.
        .max_message_size(largest * 2)
        .max_frame_size(largest * 2);
    let span = tracing::Span::current();
    upgrade.on_upgrade(move |socket| {
        session::run(live, socket, (upgrade_credentials, address), slot).instrument(span)
    })
}
