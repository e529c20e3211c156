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

use super::{Live, address, graphql::bearer, origins, reply::refusal, stream::full};
use protocol::Presented;

/// The protocol that is spoken over the socket.
const PROTOCOL: &str = "graphql-transport-ws";
/// How much is read from a socket at a time; what each takes even while nothing is said.
const AT_A_TIME: usize = 8 * 1024;

/// Opens a socket.
pub async fn handle(
    State(live): State<Live>,
    headers: HeaderMap,
    extensions: Extensions,
    uri: Uri,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Ok(upgrade) = upgrade else {
        let mut refused = refusal(
            StatusCode::UPGRADE_REQUIRED,
            "UPGRADE_REQUIRED",
            "Open a WebSocket here, with the subprotocol graphql-transport-ws.",
        );
        let headers = refused.headers_mut();
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        return refused;
    };
    if !origins::may_open(&headers, &uri, &live.door.app.config.origins) {
        return refusal(
            StatusCode::FORBIDDEN,
            "FORBIDDEN",
            "Pages of this origin may not call: the operator names those that may.",
        );
    }
    let Some(seat) = live.seats.take() else {
        return full();
    };
    let opened_by = match bearer(&headers) {
        None => Presented::Nothing,
        Some(None) => Presented::Nonsense,
        Some(Some(token)) => Presented::Authorization(format!("Bearer {token}")),
    };
    let config = &live.door.app.config;
    let opened_from = address::client(&extensions, &headers, &config.trusted_proxies);
    let largest = live.door.app.config.limits.max_body_bytes;
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .read_buffer_size(AT_A_TIME)
        .write_buffer_size(0)
        // Beyond our own limit, so that the reason for closing reaches whoever is a little over it.
        .max_message_size(largest * 2)
        .max_frame_size(largest * 2);
    let span = tracing::Span::current();
    upgrade.on_upgrade(move |socket| {
        session::run(live, socket, (opened_by, opened_from), seat).instrument(span)
    })
}
