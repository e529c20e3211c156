//! The front door: everything that arrives over HTTP, and the order in which it is looked at.
//!
//! request id → span and log → panic guard → time-out → security headers → compression → CORS → route.

mod admission;
mod claims;
mod complete;
mod conditional;
mod feeds;
mod graphql;
mod health;
mod mail;
mod measure;
mod members;
mod operation;
mod origins;
mod playground;
mod reply;
mod scan;
pub mod server;
mod socket;
mod source;
mod stream;
mod terms;
mod variables;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Redirect,
    routing::{any, get},
};
use tokio::sync::watch;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer,
    trace::TraceLayer,
};

pub use terms::Terms;

use crate::{App, schema::Schema as Engine};

/// The longest that any request takes.
const LONGEST: Duration = Duration::from_secs(30);
/// How a request is known in logs and answers.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What serves connections that are held open.
#[derive(Clone)]
struct Live {
    door: operation::Door,
    terms: Terms,
    seats: Arc<terms::Seats>,
}

/// The program as axum serves it.
pub fn router(app: App) -> Router {
    router_on(app, Terms::default())
}

/// The same on other terms for connections that are held open.
pub fn router_on(app: App, terms: Terms) -> Router {
    let cors = origins::cors(&app.config.origins);
    let door = operation::Door::new(app.clone(), crate::schema::build(&app));
    let live = Live {
        door: door.clone(),
        terms,
        seats: terms::Seats::new(terms),
    };
    Router::new()
        .route("/graphql", any(graphql::handle).with_state(door))
        .route(
            "/graphql/stream",
            any(stream::handle).with_state(live.clone()),
        )
        .route("/graphql/ws", any(socket::handle).with_state(live))
        .route("/", get(|| async { Redirect::temporary("/graphiql") }))
        .route("/graphiql", get(playground::page))
        .route("/graphiql/{*path}", get(playground::asset))
        .route(
            "/mail/unsubscribe",
            get(mail::ask)
                .post(mail::unsubscribe)
                .with_state(app.clone()),
        )
        .route("/claims", get(claims::show).with_state(app.clone()))
        .merge(feeds::routes().with_state(app.clone()))
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

/// Waits until the program is about to end.
async fn closes(closing: &mut watch::Receiver<bool>) {
    let _ = closing.wait_for(|closing| *closing).await;
}
