//! Rate limits per caller, the limit on concurrent requests, and the limits on open connections.

pub mod concurrency_limit;
pub mod connection_limits;
pub mod middleware;
pub mod rate_limit;
