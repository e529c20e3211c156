//! State machine of graphql-transport-ws, without a socket: it maps each message of the client to the next step.

use std::collections::HashSet;

use async_graphql::{Response, ServerError};
use serde_json::{Map, Value};

use super::{
    close::Close,
    message::{self, ClientMessage},
};
use crate::http::graphql::{
    errors::graphql_error,
    json_limits::values,
    request::{GraphqlRequest, Object},
};

/// Credentials that a client presents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// None: the caller is anonymous, unless the upgrade request carried credentials.
    Absent,
    /// Value of `Authorization`, such as `Bearer abc`.
    Authorization(String),
    /// A value that cannot be read as credentials.
    Unreadable,
}

/// Next step of the session.
#[derive(Debug)]
pub enum Step {
    /// Do nothing.
    Wait,
    /// Send this message.
    Send(String),
    /// Identify the caller, then call [`Protocol::identified`].
    Identify(Credentials),
    /// Execute this request under this id, and pass its responses to [`Protocol::answered`].
    Start(String, GraphqlRequest),
    /// Stop the operation with this id.
    Stop(String),
    /// Close the socket.
    Close(Close),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Waiting for `connection_init`.
    AwaitingInit,
    /// Identifying the caller.
    Identifying,
    /// The caller is identified.
    Ready,
}

/// State of the protocol on one socket.
#[derive(Debug)]
pub struct Protocol {
    stage: Stage,
    running: HashSet<String>,
    most: usize,
    /// Maximum size of a message, in bytes.
    largest: usize,
    /// Maximum number of JSON values in a message.
    values: usize,
}

impl Protocol {
    /// Initial state. `most` is the maximum number of running operations, `largest` the maximum size of a message in
    /// bytes, and `values` the maximum number of JSON values in a message.
    pub fn new(most: usize, largest: usize, values: usize) -> Self {
        Self {
            stage: Stage::AwaitingInit,
            running: HashSet::new(),
            most,
            largest,
            values,
        }
    }

    /// Returns true until the client has sent `connection_init`.
    pub fn awaits_init(&self) -> bool {
        self.stage == Stage::AwaitingInit
    }

    /// Returns true if no operation is running.
    pub fn is_idle(&self) -> bool {
        self.running.is_empty()
    }

    /// Returns true if the operation with this id is running.
    pub fn runs(&self, id: &str) -> bool {
        self.running.contains(id)
    }

    /// Handles a message from the client.
    pub fn handle(&mut self, text: &str) -> Step {
        if text.len() > self.largest || values(text.as_bytes()) > self.values {
            return Step::Close(Close::TOO_LARGE);
        }
        match ClientMessage::read(text) {
            None => Step::Close(Close::BAD_MESSAGE),
            Some(ClientMessage::ConnectionInit { payload }) => {
                if self.stage != Stage::AwaitingInit {
                    return Step::Close(Close::AGAIN);
                }
                self.stage = Stage::Identifying;
                Step::Identify(credentials(payload))
            }
            Some(ClientMessage::Ping { payload }) => Step::Send(message::pong(payload)),
            Some(ClientMessage::Pong {}) => Step::Wait,
            Some(ClientMessage::Subscribe {
                id,
                payload: Object(payload),
            }) => self.begin(id, payload),
            Some(ClientMessage::Complete { id }) => {
                if self.running.remove(&id) {
                    Step::Stop(id)
                } else {
                    // The operation ended while this message was on its way.
                    Step::Wait
                }
            }
        }
    }

    fn begin(&mut self, id: String, request: GraphqlRequest) -> Step {
        if self.stage != Stage::Ready {
            return Step::Close(Close::UNAUTHORISED);
        }
        if self.running.contains(&id) {
            return Step::Close(Close::TAKEN);
        }
        if self.running.len() >= self.most {
            let message = format!(
                "At most {} operations run over one socket. Complete one first.",
                self.most
            );
            let error = graphql_error("TOO_MANY_SUBSCRIPTIONS", message);
            return Step::Send(message::error(&id, &[error]));
        }
        self.running.insert(id.clone());
        Step::Start(id, request)
    }

    /// Handles the result of identifying the caller: accepts the connection, or closes it.
    pub fn identified(&mut self, result: Result<(), Close>) -> Step {
        match result {
            Ok(()) => {
                self.stage = Stage::Ready;
                Step::Send(message::acknowledged())
            }
            Err(close) => Step::Close(close),
        }
    }

    /// Handles a response of an operation.
    pub fn answered(&mut self, id: &str, response: &Response, first_of_many: bool) -> Step {
        if message::refuses(response, first_of_many) {
            return self.refused(id, &response.errors);
        }
        if self.running.contains(id) {
            Step::Send(message::next(id, response))
        } else {
            Step::Wait
        }
    }

    /// Handles an operation that cannot be executed.
    pub fn refused(&mut self, id: &str, errors: &[ServerError]) -> Step {
        if self.running.remove(id) {
            Step::Send(message::error(id, errors))
        } else {
            Step::Wait
        }
    }

    /// Handles the end of an operation.
    pub fn ended(&mut self, id: &str) -> Step {
        if self.running.remove(id) {
            Step::Send(message::complete(id))
        } else {
            Step::Wait
        }
    }
}

fn credentials(payload: Option<Map<String, Value>>) -> Credentials {
    let mut members = payload.into_iter().flatten();
    match members.find(|(name, _)| name.eq_ignore_ascii_case("authorization")) {
        None | Some((_, Value::Null)) => Credentials::Absent,
        Some((_, Value::String(text))) => Credentials::Authorization(text),
        Some(_) => Credentials::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::PathSegment;

    use super::*;

    const LARGEST: usize = 1_000;
    const VALUES: usize = 950;
    const INIT: &str = r#"{"type":"connection_init"}"#;

    /// Short text of a step.
    fn told(step: &Step) -> String {
        match step {
            Step::Wait => "wait".into(),
            Step::Send(text) => text.clone(),
            Step::Identify(credentials) => format!("admit {credentials:?}"),
            Step::Start(id, members) => format!("begin {id} {}", members.query.clone().unwrap()),
            Step::Stop(id) => format!("cancel {id}"),
            Step::Close(Close(code, _)) => format!("close {code}"),
        }
    }

    fn subscribe(id: &str) -> String {
        format!(r#"{{"type":"subscribe","id":"{id}","payload":{{"query":"q"}}}}"#)
    }

    fn known() -> Protocol {
        let mut protocol = Protocol::new(2, LARGEST, VALUES);
        assert!(matches!(protocol.handle(INIT), Step::Identify(_)));
        assert!(!protocol.awaits_init());
        assert_eq!(
            told(&protocol.identified(Ok(()))),
            r#"{"type":"connection_ack"}"#
        );
        protocol
    }

    #[test]
    fn what_is_no_message_closes_the_socket() {
        let many = "[".repeat(900);
        for text in [
            "",
            "nonsense",
            "[]",
            "1",
            "{}",
            r#"{"type":"nonsense"}"#,
            r#"{"type":1}"#,
            r#"{"type":"next","id":"1"}"#,
            r#"{"type":"connection_init","payload":1}"#,
            r#"{"type":"connection_init","payload":[]}"#,
            r#"{"type":"ping","payload":"x"}"#,
            r#"{"type":"subscribe"}"#,
            r#"{"type":"subscribe","payload":{"query":"q"}}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"q"}}"#,
            r#"{"type":"subscribe","id":1,"payload":{"query":"q"}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"subscribe","id":"1","payload":{}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"q","variables":[]}}"#,
            r#"{"type":"complete"}"#,
            r#"{"type":"complete","id":""}"#,
            &many,
        ] {
            assert_eq!(told(&known().handle(text)), "close 4400", "{text}");
            assert_eq!(
                told(&Protocol::new(1, LARGEST, VALUES).handle(text)),
                "close 4400",
                "{text}"
            );
        }
        let large = format!(r#"{{"type":"ping","x":"{}"}}"#, "x".repeat(LARGEST));
        assert_eq!(told(&known().handle(&large)), "close 1009");
        let values = format!("[{}]", ",".repeat(960));
        assert_eq!(told(&known().handle(&values)), "close 1009");
    }

    #[test]
    fn a_client_says_first_who_it_is_and_only_once() {
        assert_eq!(
            told(&Protocol::new(1, LARGEST, VALUES).handle(&subscribe("1"))),
            "close 4401"
        );
        let mut asked = Protocol::new(1, LARGEST, VALUES);
        asked.handle(INIT);
        assert_eq!(told(&asked.handle(&subscribe("1"))), "close 4401");
        assert_eq!(told(&asked.handle(INIT)), "close 4429");
        assert_eq!(told(&known().handle(INIT)), "close 4429");
        assert_eq!(told(&asked.identified(Err(Close::FORBIDDEN))), "close 4403");
        for (payload, credentials) in [
            ("null", "Absent"),
            ("{}", "Absent"),
            (r#"{"Authorization":null}"#, "Absent"),
            (
                r#"{"Authorization":"Bearer a"}"#,
                r#"Authorization("Bearer a")"#,
            ),
            (
                r#"{"authorization":"Bearer a"}"#,
                r#"Authorization("Bearer a")"#,
            ),
            (r#"{"authorization":""}"#, r#"Authorization("")"#),
            (r#"{"authorization":1}"#, "Unreadable"),
        ] {
            let text = format!(r#"{{"type":"connection_init","payload":{payload}}}"#);
            let step = Protocol::new(1, LARGEST, VALUES).handle(&text);
            assert_eq!(told(&step), format!("admit {credentials}"));
        }
    }

    #[test]
    fn operations_run_under_their_names_and_end_once() {
        let mut protocol = known();
        assert!(protocol.is_idle());
        assert_eq!(told(&protocol.handle(&subscribe("1"))), "begin 1 q");
        assert_eq!(told(&protocol.handle(&subscribe("1"))), "close 4409");
        assert_eq!(told(&protocol.handle(&subscribe("2"))), "begin 2 q");
        let full = told(&protocol.handle(&subscribe("3")));
        assert!(full.contains("TOO_MANY_SUBSCRIPTIONS") && full.contains(r#""id":"3""#));
        let response = Response::new(async_graphql::Value::Boolean(true));
        let next = told(&protocol.answered("1", &response, false));
        assert_eq!(next, r#"{"id":"1","type":"next","payload":{"data":true}}"#);
        assert_eq!(
            told(&protocol.ended("1")),
            r#"{"id":"1","type":"complete"}"#
        );
        let complete = r#"{"type":"complete","id":"2"}"#;
        assert_eq!(told(&protocol.handle(complete)), "cancel 2");
        // Messages that crossed on the way change nothing.
        for step in [
            protocol.handle(complete),
            protocol.answered("2", &response, false),
            protocol.ended("1"),
            protocol.refused("2", &[]),
        ] {
            assert_eq!(told(&step), "wait");
        }
        assert_eq!(told(&protocol.handle(&subscribe("1"))), "begin 1 q");
    }

    #[test]
    fn a_refusal_is_one_message_with_a_list_and_a_failed_event_is_an_answer() {
        let mut wrong = ServerError::new("wrong", None);
        let list = r#"{"id":"1","type":"error","payload":[{"message":"wrong"}]}"#;
        let answered = |error: &ServerError, first| {
            let mut protocol = known();
            protocol.handle(&subscribe("1"));
            told(&protocol.answered("1", &Response::from_errors(vec![error.clone()]), first))
        };
        assert_eq!(answered(&wrong, false), list);
        wrong.path = vec![PathSegment::Field("a".into())];
        assert!(answered(&wrong, true).contains(r#""type":"error""#));
        assert!(answered(&wrong, false).contains(r#""type":"next""#));
        wrong.path.push(PathSegment::Field("b".into()));
        assert!(answered(&wrong, true).contains(r#""type":"next""#));
    }

    #[test]
    fn a_client_may_ask_at_any_time_whether_we_are_there() {
        let mut protocol = Protocol::new(1, LARGEST, VALUES);
        assert_eq!(
            told(&protocol.handle(r#"{"type":"ping"}"#)),
            r#"{"type":"pong"}"#
        );
        let ping = r#"{"type":"ping","payload":{"at":1}}"#;
        assert_eq!(
            told(&protocol.handle(ping)),
            r#"{"type":"pong","payload":{"at":1}}"#
        );
        assert_eq!(told(&protocol.handle(r#"{"type":"pong"}"#)), "wait");
        assert!(protocol.awaits_init());
    }
}
