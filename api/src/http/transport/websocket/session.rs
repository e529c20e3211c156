//! Session of one WebSocket, from its first message to its last: receives messages, asks the protocol for the next step
//! and carries it out.

use std::{collections::HashMap, net::IpAddr, pin::Pin, sync::Arc, time::Duration};

use async_graphql::{Response, parser::types::OperationType};
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::{
    StreamExt,
    future::{AbortHandle, Abortable},
    stream::{self, BoxStream, SelectAll},
};
use tokio::time::{Instant, interval_at, sleep_until, timeout};

use super::{
    PROTOCOL,
    close::Close,
    protocol::{Credentials, Protocol, Step},
};
use crate::{
    activities::live::Caller,
    http::{
        LongLivedState, closes,
        graphql::{
            errors::{internal, log_internal},
            executor::RequestOrigin,
            request::GraphqlRequest,
        },
        limits::connection_limits::ConnectionSlot,
        transport::http::token,
    },
};

/// Maximum wait for the client to complete the closing handshake.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Output of an operation: a response, and true if it is the first of a subscription; `None` once there are no more.
type Output = Option<(Response, bool)>;

/// State of one session.
struct Session {
    live: LongLivedState,
    protocol: Protocol,
    caller: Option<Arc<Caller>>,
    /// Completes when the caller's token expires or their session ends.
    over: Pin<Box<dyn Future<Output = ()> + Send>>,
    running: SelectAll<BoxStream<'static, (String, Output)>>,
    cancel: HashMap<String, AbortHandle>,
    /// Credentials of the upgrade request.
    upgrade_credentials: Credentials,
    /// IP address of the client.
    address: Option<IpAddr>,
    slot: ConnectionSlot,
}

/// Serves a socket until it is closed.
pub async fn run(
    live: LongLivedState,
    mut socket: WebSocket,
    (upgrade_credentials, address): (Credentials, Option<IpAddr>),
    slot: ConnectionSlot,
) {
    let speaks = socket.protocol().is_some_and(|spoken| spoken == PROTOCOL);
    // Subscribed until the end, so that the shutdown waits for the closing handshakes.
    let _listens = live.executor.app.closing.subscribe();
    let mut session = Session {
        protocol: Protocol::new(
            live.config.running,
            live.executor.app.config.limits.max_body_bytes,
            live.executor.app.config.limits.max_values,
        ),
        live,
        caller: None,
        over: Box::pin(std::future::pending()),
        running: SelectAll::new(),
        cancel: HashMap::new(),
        upgrade_credentials,
        address,
        slot,
    };
    let close = if speaks {
        session.serve(&mut socket).await
    } else {
        Some(Close::SUBPROTOCOL)
    };
    // Stops running operations now, without waiting for the closing handshake.
    drop(session);
    let _ = timeout(CLOSE_TIMEOUT, close_handshake(socket, close)).await;
}

/// Sends the close frame, or answers the client's, and waits for the client to close the connection: data on a
/// connection that is cut off may never be read.
async fn close_handshake(mut socket: WebSocket, close: Option<Close>) {
    if let Some(Close(code, reason)) = close {
        let frame = CloseFrame {
            code,
            reason: reason.into(),
        };
        let _ = socket.send(Message::Close(Some(frame))).await;
    }
    while let Some(Ok(_)) = socket.recv().await {}
}

impl Session {
    /// Runs the session and returns the reason to close it; `None` if the client closed it, or is gone.
    async fn serve(&mut self, socket: &mut WebSocket) -> Option<Close> {
        let config = self.live.config;
        let mut closing = self.live.executor.app.closing.subscribe();
        let begun = Instant::now();
        let (mut heard, mut busy) = (begun, begun);
        let mut beat = interval_at(begun + config.heartbeat, config.heartbeat);
        loop {
            if !self.protocol.is_idle() {
                busy = Instant::now();
            }
            let step = tokio::select! {
                message = socket.recv() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(Message::Text(text))) => self.protocol.handle(&text),
                        Some(Ok(Message::Binary(_))) => Step::Close(Close::BAD_MESSAGE),
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Step::Wait,
                        Some(Ok(Message::Close(_))) | None => return None,
                        Some(Err(error)) => return too_large(&error),
                    }
                }
                Some((id, output)) = self.running.next() => self.output(&id, &output),
                () = &mut self.over => Step::Close(Close::OVER),
                () = sleep_until(begun + config.identify_timeout), if self.protocol.awaits_init() => {
                    Step::Close(Close::LATE)
                }
                () = closes(&mut closing) => Step::Close(Close::GOING),
                _ = beat.tick() => {
                    if heard.elapsed() > config.client_timeout {
                        return None;
                    }
                    if busy.elapsed() > config.idle {
                        return Some(Close::IDLE);
                    }
                    if !send(socket, Message::Ping(Vec::new().into()), config.client_timeout).await {
                        return None;
                    }
                    Step::Wait
                }
            };
            let step = match step {
                Step::Identify(credentials) => {
                    let result = self.identify(credentials).await;
                    self.protocol.identified(result)
                }
                Step::Start(id, request) => self.start(id, request),
                other => other,
            };
            match step {
                Step::Send(text) => {
                    if !send(socket, Message::text(text), config.client_timeout).await {
                        return None;
                    }
                }
                Step::Stop(id) => self.stop(&id),
                Step::Close(close) => return Some(close),
                Step::Wait | Step::Identify(_) | Step::Start(..) => {}
            }
        }
    }

    /// Identifies the caller. Credentials in the first message take precedence over those of the upgrade request.
    async fn identify(&mut self, credentials: Credentials) -> Result<(), Close> {
        let app = self.live.executor.app.clone();
        let credentials = match credentials {
            Credentials::Absent => self.upgrade_credentials.clone(),
            credentials => credentials,
        };
        let caller = match credentials {
            Credentials::Absent => Caller::nobody(app),
            Credentials::Unreadable => return Err(Close::FORBIDDEN),
            Credentials::Authorization(text) => {
                let token = token(&text).ok_or(Close::FORBIDDEN)?;
                let scope = self.live.executor.scope(None, self.address);
                let found = scope
                    .run(Caller::of_token(app, token))
                    .await
                    .map_err(|error| {
                        log_internal(&error);
                        Close::FAULT
                    })?;
                found.ok_or(Close::FORBIDDEN)?
            }
        };
        if !self.slot.claim(caller.person()) {
            return Err(Close::FULL);
        }
        let caller = Arc::new(caller);
        let scope = self.live.executor.scope(caller.person(), self.address);
        let over = Arc::clone(&caller).over(self.live.config.session_check);
        self.over = Box::pin(scope.watch(over));
        self.caller = Some(caller);
        Ok(())
    }

    /// Starts an operation.
    fn start(&mut self, id: String, request: GraphqlRequest) -> Step {
        let Some(caller) = self.caller.clone() else {
            return Step::Close(Close::UNAUTHORISED);
        };
        let (executor, address) = (self.live.executor.clone(), self.address);
        let responses = stream::once(async move {
            let refused = |errors| {
                let response = (Response::from_errors(errors), false);
                stream::once(std::future::ready(response)).boxed()
            };
            let scope = executor.scope(caller.person(), address);
            let viewer = match scope.run(caller.viewer()).await {
                Ok(Some(viewer)) => viewer,
                // The caller's session has ended, and the socket is about to be closed.
                Ok(None) => return stream::pending().boxed(),
                Err(error) => {
                    log_internal(&error);
                    return refused(vec![internal()]);
                }
            };
            let origin = RequestOrigin { viewer, address };
            let operation = match executor.prepare(request, &origin) {
                Ok(operation) => operation,
                Err(errors) => return refused(errors),
            };
            let mut first = operation.kind() == OperationType::Subscription;
            let responses = executor.run(operation, caller, origin.viewer);
            responses
                .map(move |response| (response, std::mem::take(&mut first)))
                .boxed()
        });
        let responses = responses
            .flatten()
            .map(Some)
            .chain(stream::once(std::future::ready(None)));
        let (handle, registration) = AbortHandle::new_pair();
        self.cancel.insert(id.clone(), handle);
        let named = responses.map(move |output| (id.clone(), output));
        self.running
            .push(Abortable::new(named, registration).boxed());
        Step::Wait
    }

    fn output(&mut self, id: &str, output: &Output) -> Step {
        let step = match output {
            Some((response, first)) => self.protocol.answered(id, response, *first),
            None => self.protocol.ended(id),
        };
        if !self.protocol.runs(id) {
            self.stop(id);
        }
        step
    }

    fn stop(&mut self, id: &str) {
        if let Some(handle) = self.cancel.remove(id) {
            handle.abort();
        }
    }
}

/// Sends a message; returns false if the client does not take it in time.
async fn send(socket: &mut WebSocket, message: Message, client_timeout: Duration) -> bool {
    matches!(
        timeout(client_timeout, socket.send(message)).await,
        Ok(Ok(()))
    )
}

/// Close reason after a read error. A message far above the limit is not read at all; after any other error the client
/// can no longer be told.
fn too_large(error: &axum::Error) -> Option<Close> {
    let text = error.to_string();
    text.contains("too long").then_some(Close::TOO_LARGE)
}
