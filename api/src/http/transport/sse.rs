//! `/graphql/stream`: any operation as server-sent events, each over its own connection (graphql-sse).
//!
//! Each response is an event `next`, and the end of the operation an event `complete`. A request that is refused before
//! execution gets a JSON response, as from `/graphql`.

use std::{convert::Infallible, sync::Arc};

use async_graphql::{Response as Answer, parser::types::OperationType};
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

use crate::http::{
    Live, closes,
    graphql::{
        errors::graphql_error, execution::executed, executor::RequestOrigin,
        request::GraphqlRequest,
    },
    limits::{connection_limits::ConnectionSlot, rate_limit},
    server::{
        client_ip,
        reply::{Media, refusal},
    },
    transport::http::{bearer, by_post, fault, put_off, respond, unknown_token},
};
use crate::live::Caller;

/// Media type of server-sent events.
const EVENTS: &str = "text/event-stream";
/// Heartbeat: a comment, which clients ignore.
const BEAT: Bytes = Bytes::from_static(b":\n\n");
/// Last event of a stream. It has `data` because browsers ignore events without it.
const COMPLETE: Bytes = Bytes::from_static(b"event: complete\ndata:\n\n");

/// Handles a GraphQL request with a stream of events.
pub async fn handle(State(live): State<Live>, request: Request) -> Response {
    answer(live, request)
        .await
        .unwrap_or_else(|refused| refused)
}

async fn answer(live: Live, request: Request) -> Result<Response, Response> {
    let (parts, content) = request.into_parts();
    if !takes_events(&parts.headers) {
        return Err(refusal(
            StatusCode::NOT_ACCEPTABLE,
            "NOT_ACCEPTABLE",
            "Accept text/event-stream.",
        ));
    }
    let members = GraphqlRequest::read(&parts, content, &live.executor.app.config.limits).await?;
    let proxies = &live.executor.app.config.trusted_proxies;
    let address = client_ip::client(&parts.extensions, &parts.headers, proxies);
    let scope = live.executor.scope(None, address);
    let caller = Arc::new(scope.run(caller(&live, &parts.headers)).await?);
    let scope = live.executor.scope(caller.person(), address);
    let viewer = scope.run(caller.viewer()).await;
    let viewer = viewer.map_err(|error| fault(&error))?;
    let viewer = viewer.ok_or_else(unknown_token)?;
    let not_executed = |errors| respond(Media::Graphql, Answer::from_errors(errors));
    let origin = RequestOrigin {
        viewer: Arc::clone(&viewer),
        address,
    };
    let operation = match live.executor.prepare(members, &origin) {
        Ok(operation) => operation,
        Err(errors) if rate_limit::retry_after(&errors).is_some() => return Err(put_off(&errors)),
        Err(errors) => return Err(not_executed(errors)),
    };
    if parts.method == Method::GET && operation.kind() == OperationType::Mutation {
        return Err(by_post());
    }
    let slot = live.connections.take().and_then(|mut slot| {
        let free = slot.claim(caller.person());
        free.then_some(slot)
    });
    let slot = slot.ok_or_else(full)?;
    let subscribes = operation.kind() == OperationType::Subscription;
    let mut answers = live.executor.run(operation, Arc::clone(&caller), viewer);
    // A document that is refused is known before the first wait, and can still get a JSON response.
    if let Some(first) = answers.next().now_or_never() {
        match first {
            Some(first) if !executed(&first) => return Err(respond(Media::Graphql, first)),
            first => answers = stream::iter(first).chain(answers).boxed(),
        }
    }
    let (events, mut told) = channel(1);
    let told_to = tell(live, caller, answers, subscribes, events, slot);
    tokio::spawn(told_to.in_current_span());
    let body = stream::poll_fn(move |context| told.poll_recv(context)).map(Ok::<_, Infallible>);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(EVENTS)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // Proxies that buffer a response before they pass it on would buffer a stream for ever.
        (
            header::HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        ),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}

fn takes_events(headers: &HeaderMap) -> bool {
    let accept = headers.get_all(header::ACCEPT);
    let mut ranges = accept
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    ranges.any(|range| {
        let range = range.split(';').next().unwrap_or_default().trim();
        [EVENTS, "text/*", "*/*"]
            .iter()
            .any(|taken| range.eq_ignore_ascii_case(taken))
    })
}

async fn caller(live: &Live, headers: &HeaderMap) -> Result<Caller, Response> {
    let app = live.executor.app.clone();
    match bearer(headers) {
        None => Ok(Caller::nobody(app)),
        Some(None) => Err(unknown_token()),
        Some(Some(token)) => Caller::of_token(app, token)
            .await
            .map_err(|error| fault(&error))?
            .ok_or_else(unknown_token),
    }
}

/// Builds the 429 response for too many open connections, with `Retry-After`.
pub fn full() -> Response {
    let mut refused = refusal(
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
async fn tell(
    live: Live,
    caller: Arc<Caller>,
    mut answers: BoxStream<'static, Answer>,
    subscribes: bool,
    events: Sender<Bytes>,
    _seat: ConnectionSlot,
) {
    let Live {
        config, executor, ..
    } = live;
    let mut closing = executor.app.closing.subscribe();
    let scope = executor.scope(caller.person(), None);
    let mut over = Box::pin(scope.watch(caller.over(config.session_check)));
    let mut beat = interval_at(Instant::now(), config.heartbeat);
    loop {
        let (event, last) = tokio::select! {
            answer = answers.next() => match answer {
                Some(answer) => (next(&answer), false),
                None => (COMPLETE, true),
            },
            () = &mut over, if subscribes => {
                let message = "The access token has expired, or its session has ended. Subscribe again with another.";
                let error = graphql_error("UNAUTHENTICATED", message.into());
                (next(&Answer::from_errors(vec![error])), true)
            }
            () = closes(&mut closing), if subscribes => (COMPLETE, true),
            _ = beat.tick() => (BEAT, false),
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

fn next(answer: &Answer) -> Bytes {
    let data = if executed(answer) {
        serde_json::to_string(answer)
    } else {
        serde_json::to_string(&serde_json::json!({"errors": answer.errors}))
    };
    format!("event: next\ndata: {}\n\n", data.unwrap_or_default()).into()
}
