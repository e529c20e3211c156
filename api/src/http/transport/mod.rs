//! Transports of GraphQL requests: HTTP GET and POST, server-sent events, WebSockets.

pub mod http;
pub mod sse;
pub mod websocket;
