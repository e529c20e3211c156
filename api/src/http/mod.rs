//! HTTP interface: the axum router, and the order of its middleware.
//!
//! request id → tracing span and log → security headers → panic handler → JSON error bodies → framing → timeout →
//! compression → CORS → route.

mod graphql;
mod limits;
pub mod server;
pub(crate) mod transport;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    http::{HeaderName, Method, StatusCode},
    middleware::{from_fn_with_state, map_request, map_response, map_response_with_state},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use graphql::executor;
use limits::{connection_limits, middleware};
use server::{cors, framing, headers, health, playground, reply};
use tokio::sync::watch;
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, Predicate,
        predicate::{NotForContentType, SizeAbove},
    },
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    timeout::TimeoutLayer,
    trace::TraceLayer,
};
use transport::{http, sse, websocket};

use crate::{App, features, schema::Schema as Engine};

pub use graphql::{limits::Limits, trusted_documents::trusted_documents};
pub use limits::{
    concurrency_limit::{ConcurrencyConfig, ConcurrencyLimit},
    connection_limits::ConnectionConfig,
    rate_limit::RateLimitConfig,
};
pub use server::metrics::{Metrics, metrics_router};

/// Maximum duration of one HTTP request, and of one query or mutation over an open connection. Beyond it the request
/// fails with `REQUEST_TIMEOUT`.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Minimum size in bytes of a response that is compressed.
const SMALL: u64 = 1_024;
/// Header that identifies a request in logs and responses.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// State of the handlers for long-lived connections: server-sent events and WebSockets.
#[derive(Clone)]
pub(crate) struct LongLivedState {
    executor: executor::Executor,
    config: ConnectionConfig,
    connections: Arc<connection_limits::ConnectionLimiter>,
}

/// Builds the router of the whole HTTP interface, with the default [`ConnectionConfig`].
pub fn router(app: App) -> Router {
    router_on(app, ConnectionConfig::default())
}

/// Like [`router`], with another configuration for long-lived connections.
pub fn router_on(app: App, config: ConnectionConfig) -> Router {
    let origins = app.config.origins.clone();
    let largest = app.config.limits.max_body_bytes;
    let production = app.config.production;
    let executor = executor::Executor::new(app.clone(), crate::schema::build(&app));
    let live = LongLivedState {
        executor: executor.clone(),
        config,
        connections: connection_limits::ConnectionLimiter::new(config),
    };
    let playground = if app.config.serves_playground() {
        Router::new()
            .route("/", get(|| async { Redirect::temporary("/graphiql") }))
            .route("/graphiql", get(playground::page))
            .route("/graphiql/{*path}", get(playground::asset))
    } else {
        Router::new()
    };
    let documents = documents(executor.clone()).with_state(app.clone());
    let graphql = get(http::handle).post(http::handle);
    let stream = get(sse::handle).post(sse::handle);
    let routes = playground
        .route("/graphql", graphql.with_state(executor))
        .route("/graphql/stream", stream.with_state(live.clone()))
        .route("/graphql/ws", get(websocket::handle).with_state(live))
        .merge(documents)
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready).with_state(app.clone()))
        .route("/.well-known/jwks.json", get(health::jwks).with_state(app))
        .fallback(|| async {
            reply::error_response(
                StatusCode::NOT_FOUND,
                "NOT_FOUND",
                "There is nothing at this address.",
            )
        })
        .method_not_allowed_fallback(other_method);
    cors::cross_origin(routes, &origins)
        .layer(compression())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            REQUEST_TIMEOUT,
        ))
        .layer(from_fn_with_state(largest, framing::check))
        .layer(map_response(reply::in_json))
        .layer(CatchPanicLayer::custom(reply::panicked))
        .layer(map_response_with_state(production, headers::secure))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(reply::span)
                .on_response(reply::answered),
        )
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(map_request(headers::plain_id))
}

/// Responds to a method that an address does not take: 204 to OPTIONS, otherwise 405. The router adds `Allow`.
async fn other_method(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    reply::error_response(
        StatusCode::METHOD_NOT_ALLOWED,
        "METHOD_NOT_ALLOWED",
        "This address does not take this method.",
    )
}

/// Routes of the features, served without GraphQL: mailed links, feeds and calendars. They count towards the rate limit and
/// concurrency permit as operations do.
fn documents(executor: executor::Executor) -> Router<App> {
    features::FEATURES
        .iter()
        .filter_map(|feature| feature.routes)
        .fold(Router::new(), |router, routes| router.merge(routes()))
        .route_layer(from_fn_with_state(executor, middleware::charge_and_queue))
}

/// Compresses responses of at least 1 KiB for clients that accept it. Server-sent events are excluded, because
/// compression would hold each event back until the next.
fn compression() -> CompressionLayer<impl Predicate> {
    let worth_it = SizeAbove::new(SMALL)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::SSE);
    CompressionLayer::new()
        .quality(CompressionLevel::Precise(4))
        .compress_when(worth_it)
}

/// Waits until the server begins to shut down.
async fn closes(closing: &mut watch::Receiver<bool>) {
    let _ = closing.wait_for(|closing| *closing).await;
}
