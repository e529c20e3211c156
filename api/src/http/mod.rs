//! The front door: everything that arrives over HTTP, and the order in which it is looked at.
//!
//! request id → span and log → security headers → panic guard → JSON for refusals → time-out → compression → CORS → route.

mod address;
mod admission;
mod calendars;
mod coercion;
mod complete;
mod complexity;
mod conditional;
mod contract;
mod documents;
mod escapes;
mod feeds;
mod filler;
mod graphql;
mod headers;
mod health;
mod introspection;
mod limits;
mod links;
mod mail;
mod measure;
mod members;
mod metrics;
mod moment;
mod operation;
mod origins;
mod page;
mod playground;
mod public;
mod queue;
mod rates;
mod reply;
mod scan;
pub mod server;
mod socket;
mod source;
mod stream;
mod terms;
mod tight;
mod toll;
mod trusted;
mod values;
mod variables;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    http::{HeaderName, StatusCode},
    middleware::{from_fn_with_state, map_request, map_response, map_response_with_state},
    response::Redirect,
    routing::{any, get},
};
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

pub use limits::Limits;
pub use metrics::{Metrics, metrics_router};
pub use queue::{Load, Queue};
pub use rates::Allowance;
pub use terms::Terms;
pub use trusted::trusted_documents;

use crate::{App, schema::Schema as Engine};

/// The longest that any request takes.
const LONGEST: Duration = Duration::from_secs(30);
/// Answers up to so many bytes are not packed.
const SMALL: u64 = 1_024;
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
    let production = app.config.production;
    let door = operation::Door::new(app.clone(), crate::schema::build(&app));
    let live = Live {
        door: door.clone(),
        terms,
        seats: terms::Seats::new(terms),
    };
    let playground = if app.config.serves_playground() {
        Router::new()
            .route("/", get(|| async { Redirect::temporary("/graphiql") }))
            .route("/graphiql", get(playground::page))
            .route("/graphiql/{*path}", get(playground::asset))
    } else {
        Router::new()
    };
    let documents = documents(door.clone()).with_state(app.clone());
    playground
        .route("/graphql", any(graphql::handle).with_state(door))
        .route(
            "/graphql/stream",
            any(stream::handle).with_state(live.clone()),
        )
        .route("/graphql/ws", any(socket::handle).with_state(live))
        .merge(documents)
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
        .layer(compression())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            LONGEST,
        ))
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

/// What is read without GraphQL, and paid for as it is.
fn documents(door: operation::Door) -> Router<App> {
    Router::new()
        .route("/mail/unsubscribe", get(mail::ask).post(mail::unsubscribe))
        .route("/guests", get(links::guest))
        .route("/claims", get(links::claim))
        .route("/verify-email", get(links::address))
        .merge(feeds::routes())
        .merge(calendars::routes())
        .route_layer(from_fn_with_state(door, toll::pay_and_wait))
}

/// Answers of more than a kilobyte are packed, for those who take it. Events are not: they would wait for each other.
fn compression() -> CompressionLayer<impl Predicate> {
    let worth_it = SizeAbove::new(SMALL)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::SSE);
    CompressionLayer::new()
        .quality(CompressionLevel::Precise(4))
        .compress_when(worth_it)
}

/// Waits until the program is about to end.
async fn closes(closing: &mut watch::Receiver<bool>) {
    let _ = closing.wait_for(|closing| *closing).await;
}
