//! The front door: everything that arrives over HTTP, and the order in which it is looked at.
//!
//! request id → span and log → panic guard → time-out → security headers → compression → CORS → route.

mod admission;
mod complete;
mod graphql;
mod health;
mod mail;
mod measure;
mod playground;
mod reply;
mod scan;
pub mod server;
mod variables;

use std::time::Duration;

use axum::{
    Router,
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::Redirect,
    routing::{any, get},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    cors::{AllowOrigin, CorsLayer},
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer,
    trace::TraceLayer,
};

use crate::{App, schema::Schema as Engine};

/// The longest that any request takes.
const LONGEST: Duration = Duration::from_secs(30);
/// How a request is known in logs and answers.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The program as axum serves it.
pub fn router(app: App) -> Router {
    let cors = cors(&app.config.origins);
    let door = graphql::Door::new(app.clone(), crate::schema::build(&app));
    Router::new()
        .route("/graphql", any(graphql::handle).with_state(door))
        .route("/", get(|| async { Redirect::temporary("/graphiql") }))
        .route("/graphiql", get(playground::page))
        .route("/graphiql/{*path}", get(playground::asset))
        .route(
            "/mail/unsubscribe",
            get(mail::ask)
                .post(mail::unsubscribe)
                .with_state(app.clone()),
        )
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready).with_state(app.clone()))
        .route("/.well-known/jwks.json", get(health::jwks).with_state(app))
        .fallback(|| async {
            reply::refusal(
                StatusCode::NOT_FOUND,
                "NOT_FOUND",
                "There is nothing at this address.",
            )
        })
        .method_not_allowed_fallback(|| async {
            reply::refusal(
                StatusCode::METHOD_NOT_ALLOWED,
                "METHOD_NOT_ALLOWED",
                "This address does not take this method.",
            )
        })
        .layer(cors)
        .layer(CompressionLayer::new())
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            LONGEST,
        ))
        .layer(CatchPanicLayer::custom(reply::panicked))
        .layer(TraceLayer::new_for_http().make_span_with(reply::span))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
}

/// Pages of these origins may call from a browser; none where there are none.
fn cors(origins: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> = origins
        .iter()
        .filter_map(|origin| origin.parse().ok())
        .collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT])
        .expose_headers([REQUEST_ID])
        .max_age(Duration::from_mins(10))
}
