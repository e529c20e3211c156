//! One socket from its first message to its last: hears, asks the protocol what to do, and does it.

use std::{collections::HashMap, net::IpAddr, pin::Pin, sync::Arc, time::Duration};

use async_graphql::{Response as Answer, parser::types::OperationType};
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
    protocol::{Presented, Protocol, Step},
};
use crate::{
    http::{
        Live, closes,
        graphql::token,
        members::Members,
        operation::{Asker, internal, log_fault},
        terms::Seat,
    },
    live::Caller,
};

/// How long the other side has to answer a goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

/// What came of an operation: an answer, and whether it is the first of a subscription; `None` once there are no more.
type Came = Option<(Answer, bool)>;

/// What a socket is made of.
struct Session {
    live: Live,
    protocol: Protocol,
    caller: Option<Arc<Caller>>,
    /// Ends with the caller's time.
    over: Pin<Box<dyn Future<Output = ()> + Send>>,
    running: SelectAll<BoxStream<'static, (String, Came)>>,
    cancel: HashMap<String, AbortHandle>,
    /// What the request presented that opened the socket.
    opened_by: Presented,
    /// Where it came from.
    address: Option<IpAddr>,
    seat: Seat,
}

/// Serves a socket until it is closed.
pub async fn run(
    live: Live,
    mut socket: WebSocket,
    (opened_by, address): (Presented, Option<IpAddr>),
    seat: Seat,
) {
    let speaks = socket.protocol().is_some_and(|spoken| spoken == PROTOCOL);
    // Listens to the end, so that the program waits for the goodbyes.
    let _listens = live.door.app.closing.subscribe();
    let mut session = Session {
        protocol: Protocol::new(
            live.terms.running,
            live.door.app.config.limits.max_body_bytes,
            live.door.app.config.limits.max_values,
        ),
        live,
        caller: None,
        over: Box::pin(std::future::pending()),
        running: SelectAll::new(),
        cancel: HashMap::new(),
        opened_by,
        address,
        seat,
    };
    let close = if speaks {
        session.serve(&mut socket).await
    } else {
        Some(Close::SUBPROTOCOL)
    };
    // What is still running ends now, and does not wait for the goodbyes.
    drop(session);
    let _ = timeout(GOODBYE, part(socket, close)).await;
}

/// Says why, or answers the client's goodbye, and waits for it to hang up: what is cut off may never be read.
async fn part(mut socket: WebSocket, close: Option<Close>) {
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
    /// Why to close it; `None` where the client closes it, or is gone.
    async fn serve(&mut self, socket: &mut WebSocket) -> Option<Close> {
        let terms = self.live.terms;
        let mut closing = self.live.door.app.closing.subscribe();
        let begun = Instant::now();
        let (mut heard, mut busy) = (begun, begun);
        let mut beat = interval_at(begun + terms.beat, terms.beat);
        loop {
            if !self.protocol.is_idle() {
                busy = Instant::now();
            }
            let step = tokio::select! {
                message = socket.recv() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(Message::Text(text))) => self.protocol.hear(&text),
                        Some(Ok(Message::Binary(_))) => Step::Close(Close::BAD_MESSAGE),
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Step::Wait,
                        Some(Ok(Message::Close(_))) | None => return None,
                        Some(Err(error)) => return too_large(&error),
                    }
                }
                Some((id, came)) = self.running.next() => self.came(&id, &came),
                () = &mut self.over => Step::Close(Close::OVER),
                () = sleep_until(begun + terms.begin), if self.protocol.is_silent() => {
                    Step::Close(Close::LATE)
                }
                () = closes(&mut closing) => Step::Close(Close::GOING),
                _ = beat.tick() => {
                    if heard.elapsed() > terms.silence {
                        return None;
                    }
                    if busy.elapsed() > terms.idle {
                        return Some(Close::IDLE);
                    }
                    if !send(socket, Message::Ping(Vec::new().into()), terms.silence).await {
                        return None;
                    }
                    Step::Wait
                }
            };
            let step = match step {
                Step::Admit(presented) => {
                    let welcome = self.admit(presented).await;
                    self.protocol.known(welcome)
                }
                Step::Begin(id, members) => self.begin(id, members),
                other => other,
            };
            match step {
                Step::Say(text) => {
                    if !send(socket, Message::text(text), terms.silence).await {
                        return None;
                    }
                }
                Step::Cancel(id) => self.stop(&id),
                Step::Close(close) => return Some(close),
                Step::Wait | Step::Admit(_) | Step::Begin(..) => {}
            }
        }
    }

    /// Finds out who it is. What the first message presents counts before what the request did.
    async fn admit(&mut self, presented: Presented) -> Result<(), Close> {
        let app = self.live.door.app.clone();
        let presented = match presented {
            Presented::Nothing => self.opened_by.clone(),
            presented => presented,
        };
        let caller = match presented {
            Presented::Nothing => Caller::nobody(app),
            Presented::Nonsense => return Err(Close::FORBIDDEN),
            Presented::Authorization(text) => {
                let token = token(&text).ok_or(Close::FORBIDDEN)?;
                let found = Caller::of_token(app, token).await.map_err(|error| {
                    log_fault(&error);
                    Close::FAULT
                })?;
                found.ok_or(Close::FORBIDDEN)?
            }
        };
        if !self.seat.claim(caller.person()) {
            return Err(Close::FULL);
        }
        let caller = Arc::new(caller);
        self.over = Box::pin(Arc::clone(&caller).over(self.live.terms.look));
        self.caller = Some(caller);
        Ok(())
    }

    /// Begins to execute an operation.
    fn begin(&mut self, id: String, members: Members) -> Step {
        let Some(caller) = self.caller.clone() else {
            return Step::Close(Close::UNAUTHORISED);
        };
        let (door, address) = (self.live.door.clone(), self.address);
        let answers = stream::once(async move {
            let refused = |errors| {
                let answer = (Answer::from_errors(errors), false);
                stream::once(std::future::ready(answer)).boxed()
            };
            let scope = door.scope(caller.person(), address);
            let viewer = match scope.run(caller.viewer()).await {
                Ok(Some(viewer)) => viewer,
                // The socket is about to be closed.
                Ok(None) => return stream::pending().boxed(),
                Err(error) => {
                    log_fault(&error);
                    return refused(vec![internal()]);
                }
            };
            let asker = Asker { viewer, address };
            let operation = match door.admit(members, &asker) {
                Ok(operation) => operation,
                Err(errors) => return refused(errors),
            };
            let mut first = operation.kind() == OperationType::Subscription;
            let answers = door.run(operation, caller, asker.viewer);
            answers
                .map(move |answer| (answer, std::mem::take(&mut first)))
                .boxed()
        });
        let answers = answers
            .flatten()
            .map(Some)
            .chain(stream::once(std::future::ready(None)));
        let (handle, registration) = AbortHandle::new_pair();
        self.cancel.insert(id.clone(), handle);
        let named = answers.map(move |came| (id.clone(), came));
        self.running
            .push(Abortable::new(named, registration).boxed());
        Step::Wait
    }

    fn came(&mut self, id: &str, came: &Came) -> Step {
        let step = match came {
            Some((answer, first)) => self.protocol.answered(id, answer, *first),
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

/// Sends a message; whether the client takes it in time.
async fn send(socket: &mut WebSocket, message: Message, silence: Duration) -> bool {
    matches!(timeout(silence, socket.send(message)).await, Ok(Ok(())))
}

/// A message far beyond the limit is not even read; whatever else is wrong, there is nobody to tell.
fn too_large(error: &axum::Error) -> Option<Close> {
    let text = error.to_string();
    text.contains("too long").then_some(Close::TOO_LARGE)
}
