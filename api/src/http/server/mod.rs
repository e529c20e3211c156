//! HTTP server: connections, middleware, health checks, metrics and responses outside GraphQL.

pub(in crate::http) mod accept;
pub(in crate::http) mod cache;
pub(in crate::http) mod client_ip;
pub(crate) mod conditional;
pub(in crate::http) mod cors;
pub(in crate::http) mod framing;
pub(in crate::http) mod gauges;
pub(in crate::http) mod headers;
pub(in crate::http) mod health;
pub(crate) mod html;
pub(in crate::http) mod idle;
pub(in crate::http) mod listener;
pub(in crate::http) mod metrics;
pub(crate) mod playground;
pub(crate) mod reply;

pub use client_ip::Peer;
pub use listener::{Timeouts, serve};
