//! Rate limits per caller, the limit on concurrent requests, and the limits on request bodies and open connections.

pub mod body_limit;
pub mod concurrency_limit;
pub mod connection_limits;
pub mod middleware;
pub mod rate_limit;
pub mod source;
