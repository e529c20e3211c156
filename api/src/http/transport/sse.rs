//! `/graphql/stream`: any operation as server-sent events, each over its own connection (graphql-sse).
//!
//! Each response is an event `next`, and the end of the operation an event `complete`. A document that is not executed, such
//! as an invalid one, gets its errors as `next` too, because clients that accept only events cannot read another response.
//! Before that, a request that cannot be read or whose caller is refused gets a JSON response, as from `/graphql`.

use std::{convert::Infallible, sync::Arc};

use async_graphql::{Response as GraphqlResponse, parser::types::OperationType};
use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{FutureExt, StreamExt, stream, stream::BoxStream};
use tokio::{
    sync::mpsc::{Sender, channel},
    time::{Instant, interval_at, timeout},
};

use tracing::Instrument;

use crate::activities::live::Caller;
use crate::http::{
    LongLivedState, closes,
    graphql::{
        errors::graphql_error, execution::executed, executor::RequestOrigin,
        request::GraphqlRequest,
    },
    limits::{connection_limits::ConnectionSlot, rate_limit, source::Source},
    server::{accept::Accept, client_ip, reply::error_response},
    transport::http::{as_get, bearer, invalid_token, retry_later, server_error, use_post},
};

/// Media type of server-sent events.
const EVENTS: &str = "text/event-stream";
/// Heartbeat: a comment, which clients ignore.
const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");
/// Last event of a stream. It has `data` because browsers ignore events without it.
const COMPLETE: Bytes = Bytes::from_static(b"event: complete\ndata:\n\n");

/// Handles a GraphQL request with a stream of events.
pub async fn handle(State(live): State<LongLivedState>, request: Request) -> Response {
    answer(live, request)
        .await
        .unwrap_or_else(|refused| refused)
}

async fn answer(live: LongLivedState, request: Request) -> Result<Response, Response> {
    let (mut parts, content) = request.into_parts();
    as_get(&mut parts.method);
    if !takes_events(&parts.headers) {
        return Err(error_response(
            StatusCode::NOT_ACCEPTABLE,
            "NOT_ACCEPTABLE",
            "Accept text/event-stream.",
        ));
    }
    let config = &live.executor.app.config;
    let address = client_ip::client(&parts.extensions, &parts.headers, &config.trusted_proxies);
    let bodies = (&live.executor.bodies, address);
    let read = GraphqlRequest::read(&parts, content, &config.limits, bodies);
    let (request, _memory) = read.await?;
    let scope = live.executor.scope(None, address);
    let caller = Arc::new(scope.run(caller(&live, &parts.headers)).await?);
    let scope = live.executor.scope(caller.person(), address);
    let viewer = scope.run(caller.viewer()).await;
    let viewer = viewer.map_err(|error| server_error(&error))?;
    let viewer = viewer.ok_or_else(invalid_token)?;
    let origin = RequestOrigin {
        viewer: Arc::clone(&viewer),
        address,
    };
    let operation = match live.executor.prepare(request, &origin) {
        Ok(operation) => operation,
        Err(errors) if rate_limit::retry_after(&errors).is_some() => {
            return Err(retry_later(&errors));
        }
        Err(errors) => return Ok(not_executed(&GraphqlResponse::from_errors(errors))),
    };
    if parts.method == Method::GET && operation.kind() == OperationType::Mutation {
        return Err(use_post());
    }
    let slot = live
        .connections
        .take(Source::of(address))
        .and_then(|mut slot| {
            let free = slot.claim(caller.person());
            free.then_some(slot)
        });
    let slot = slot.ok_or_else(too_many_connections)?;
    let subscribes = operation.kind() == OperationType::Subscription;
    let mut responses = live.executor.run(operation, Arc::clone(&caller), viewer);
    // An overloaded server is known before the first wait, and can still give another status.
    if let Some(first) = responses.next().now_or_never() {
        match first {
            Some(first) if rate_limit::retry_after(&first.errors).is_some() => {
                return Err(retry_later(&first.errors));
            }
            first => responses = stream::iter(first).chain(responses).boxed(),
        }
    }
    let (events, mut received) = channel(1);
    let sends = send_events(live, caller, responses, subscribes, events, slot);
    tokio::spawn(sends.in_current_span());
    let body = stream::poll_fn(move |context| received.poll_recv(context)).map(Ok::<_, Infallible>);
    Ok(events_of(Body::from_stream(body)))
}

/// Builds the response to a document that is not executed: its errors as an event, and the end.
fn not_executed(response: &GraphqlResponse) -> Response {
    let events = [&next(response)[..], &COMPLETE[..]].concat();
    events_of(events.into())
}

fn events_of(body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(EVENTS)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // Proxies that buffer a response before they pass it on would buffer a stream for ever.
        (
            header::HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        ),
    ];
    (headers, body).into_response()
}

/// Reports whether the client asks for events. Without `Accept` it does not.
fn takes_events(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ACCEPT) && Accept::of(headers).weight(EVENTS) > 0.0
}

async fn caller(live: &LongLivedState, headers: &HeaderMap) -> Result<Caller, Response> {
    let app = live.executor.app.clone();
    match bearer(headers) {
        None => Ok(Caller::nobody(app)),
        Some(None) => Err(invalid_token()),
        Some(Some(token)) => Caller::of_token(app, token)
            .await
            .map_err(|error| server_error(&error))?
            .ok_or_else(invalid_token),
    }
}

/// Builds the 429 response for too many open connections, with `Retry-After`.
pub fn too_many_connections() -> Response {
    let mut refused = error_response(
        StatusCode::TOO_MANY_REQUESTS,
        "TOO_MANY_CONNECTIONS",
        "Too many connections are open. Close one of yours, or try again later.",
    );
    refused
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
    refused
}

/// Sends events until the operation ends, the client disconnects, or the caller's session ends. The end of the session
/// and the shutdown of the server end subscriptions only: a query or mutation still gets its response.
async fn send_events(
    live: LongLivedState,
    caller: Arc<Caller>,
    mut responses: BoxStream<'static, GraphqlResponse>,
    subscribes: bool,
    events: Sender<Bytes>,
    _slot: ConnectionSlot,
) {
    let LongLivedState {
        config, executor, ..
    } = live;
    let mut closing = executor.app.closing.subscribe();
    let scope = executor.scope(caller.person(), None);
    let mut over = Box::pin(scope.watch(caller.over(config.session_check)));
    let mut beat = interval_at(Instant::now(), config.heartbeat);
    loop {
        let (event, last) = tokio::select! {
            response = responses.next() => match response {
                Some(response) => (next(&response), false),
                None => (COMPLETE, true),
            },
            () = &mut over, if subscribes => {
                let message = "The access token has expired, or its session has ended. Subscribe again with another.";
                let error = graphql_error("UNAUTHENTICATED", message.into());
                (next(&GraphqlResponse::from_errors(vec![error])), true)
            }
            () = closes(&mut closing), if subscribes => (COMPLETE, true),
            _ = beat.tick() => (HEARTBEAT, false),
            () = events.closed() => return,
        };
        let ends = last && event != COMPLETE;
        if !matches!(
            timeout(config.client_timeout, events.send(event)).await,
            Ok(Ok(()))
        ) {
            return;
        }
        if ends {
            let _ = timeout(config.client_timeout, events.send(COMPLETE)).await;
        }
        if last {
            return;
        }
    }
}

fn next(response: &GraphqlResponse) -> Bytes {
    let data = if executed(response) {
        serde_json::to_string(response)
    } else {
        serde_json::to_string(&serde_json::json!({"errors": response.errors}))
    };
    format!("event: next\ndata: {}\n\n", data.unwrap_or_default()).into()
}
