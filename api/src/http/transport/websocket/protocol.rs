//! State machine of graphql-transport-ws, without a socket: it maps each message of the client to the next step.

use std::collections::HashSet;

use async_graphql::{Response as Answer, ServerError};
use serde_json::{Map, Value};

use super::{
    close::Close,
    message::{self, Said},
};
use crate::http::graphql::{errors::graphql_error, json_limits::values, request::GraphqlRequest};

/// Credentials that a client presents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presented {
    /// None: the caller is anonymous, unless the upgrade request carried credentials.
    Nothing,
    /// Value of `Authorization`, such as `Bearer abc`.
    Authorization(String),
    /// A value that cannot be read as credentials.
    Nonsense,
}

/// Next step of the session.
#[derive(Debug)]
pub enum Step {
    /// Do nothing.
    Wait,
    /// Send this message.
    Say(String),
    /// Identify the caller, then call [`Protocol::known`].
    Admit(Presented),
    /// Execute this request under this id, and pass its responses to [`Protocol::answered`].
    Begin(String, GraphqlRequest),
    /// Stop the operation with this id.
    Cancel(String),
    /// Close the socket.
    Close(Close),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Waiting for `connection_init`.
    Silent,
    /// Identifying the caller.
    Asked,
    /// The caller is identified.
    Known,
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
            stage: Stage::Silent,
            running: HashSet::new(),
            most,
            largest,
            values,
        }
    }

    /// Returns true until the client has sent `connection_init`.
    pub fn is_silent(&self) -> bool {
        self.stage == Stage::Silent
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
    pub fn hear(&mut self, text: &str) -> Step {
        if text.len() > self.largest || values(text.as_bytes()) > self.values {
            return Step::Close(Close::TOO_LARGE);
        }
        match Said::read(text) {
            None => Step::Close(Close::BAD_MESSAGE),
            Some(Said::ConnectionInit { payload }) => {
                if self.stage != Stage::Silent {
                    return Step::Close(Close::AGAIN);
                }
                self.stage = Stage::Asked;
                Step::Admit(presented(payload))
            }
            Some(Said::Ping { payload }) => Step::Say(message::pong(payload)),
            Some(Said::Pong {}) => Step::Wait,
            Some(Said::Subscribe { id, payload }) => self.begin(id, payload),
            Some(Said::Complete { id }) => {
                if self.running.remove(&id) {
                    Step::Cancel(id)
                } else {
                    // The operation ended while this message was on its way.
                    Step::Wait
                }
            }
        }
    }

    fn begin(&mut self, id: String, members: GraphqlRequest) -> Step {
        if self.stage != Stage::Known {
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
            return Step::Say(message::error(&id, &[error]));
        }
        self.running.insert(id.clone());
        Step::Begin(id, members)
    }

    /// Handles the result of identifying the caller: accepts the connection, or closes it.
    pub fn known(&mut self, welcome: Result<(), Close>) -> Step {
        match welcome {
            Ok(()) => {
                self.stage = Stage::Known;
                Step::Say(message::acknowledged())
            }
            Err(close) => Step::Close(close),
        }
    }

    /// Handles a response of an operation.
    pub fn answered(&mut self, id: &str, answer: &Answer, first_of_many: bool) -> Step {
        if message::refuses(answer, first_of_many) {
            return self.refused(id, &answer.errors);
        }
        if self.running.contains(id) {
            Step::Say(message::next(id, answer))
        } else {
            Step::Wait
        }
    }

    /// Handles an operation that cannot be executed.
    pub fn refused(&mut self, id: &str, errors: &[ServerError]) -> Step {
        if self.running.remove(id) {
            Step::Say(message::error(id, errors))
        } else {
            Step::Wait
        }
    }

    /// Handles the end of an operation.
    pub fn ended(&mut self, id: &str) -> Step {
        if self.running.remove(id) {
            Step::Say(message::complete(id))
        } else {
            Step::Wait
        }
    }
}

fn presented(payload: Option<Map<String, Value>>) -> Presented {
    let mut members = payload.into_iter().flatten();
    match members.find(|(name, _)| name.eq_ignore_ascii_case("authorization")) {
        None | Some((_, Value::Null)) => Presented::Nothing,
        Some((_, Value::String(text))) => Presented::Authorization(text),
        Some(_) => Presented::Nonsense,
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
            Step::Say(text) => text.clone(),
            Step::Admit(presented) => format!("admit {presented:?}"),
            Step::Begin(id, members) => format!("begin {id} {}", members.query.clone().unwrap()),
            Step::Cancel(id) => format!("cancel {id}"),
            Step::Close(Close(code, _)) => format!("close {code}"),
        }
    }

    fn subscribe(id: &str) -> String {
        format!(r#"{{"type":"subscribe","id":"{id}","payload":{{"query":"q"}}}}"#)
    }

    fn known() -> Protocol {
        let mut protocol = Protocol::new(2, LARGEST, VALUES);
        assert!(matches!(protocol.hear(INIT), Step::Admit(_)));
        assert!(!protocol.is_silent());
        assert_eq!(
            told(&protocol.known(Ok(()))),
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
            assert_eq!(told(&known().hear(text)), "close 4400", "{text}");
            assert_eq!(
                told(&Protocol::new(1, LARGEST, VALUES).hear(text)),
                "close 4400",
                "{text}"
            );
        }
        let large = format!(r#"{{"type":"ping","x":"{}"}}"#, "x".repeat(LARGEST));
        assert_eq!(told(&known().hear(&large)), "close 1009");
        let values = format!("[{}]", ",".repeat(960));
        assert_eq!(told(&known().hear(&values)), "close 1009");
    }

    #[test]
    fn a_client_says_first_who_it_is_and_only_once() {
        assert_eq!(
            told(&Protocol::new(1, LARGEST, VALUES).hear(&subscribe("1"))),
            "close 4401"
        );
        let mut asked = Protocol::new(1, LARGEST, VALUES);
        asked.hear(INIT);
        assert_eq!(told(&asked.hear(&subscribe("1"))), "close 4401");
        assert_eq!(told(&asked.hear(INIT)), "close 4429");
        assert_eq!(told(&known().hear(INIT)), "close 4429");
        assert_eq!(told(&asked.known(Err(Close::FORBIDDEN))), "close 4403");
        for (payload, presented) in [
            ("null", "Nothing"),
            ("{}", "Nothing"),
            (r#"{"Authorization":null}"#, "Nothing"),
            (
                r#"{"Authorization":"Bearer a"}"#,
                r#"Authorization("Bearer a")"#,
            ),
            (
                r#"{"authorization":"Bearer a"}"#,
                r#"Authorization("Bearer a")"#,
            ),
            (r#"{"authorization":""}"#, r#"Authorization("")"#),
            (r#"{"authorization":1}"#, "Nonsense"),
        ] {
            let text = format!(r#"{{"type":"connection_init","payload":{payload}}}"#);
            let step = Protocol::new(1, LARGEST, VALUES).hear(&text);
            assert_eq!(told(&step), format!("admit {presented}"));
        }
    }

    #[test]
    fn operations_run_under_their_names_and_end_once() {
        let mut protocol = known();
        assert!(protocol.is_idle());
        assert_eq!(told(&protocol.hear(&subscribe("1"))), "begin 1 q");
        assert_eq!(told(&protocol.hear(&subscribe("1"))), "close 4409");
        assert_eq!(told(&protocol.hear(&subscribe("2"))), "begin 2 q");
        let full = told(&protocol.hear(&subscribe("3")));
        assert!(full.contains("TOO_MANY_SUBSCRIPTIONS") && full.contains(r#""id":"3""#));
        let answer = Answer::new(async_graphql::Value::Boolean(true));
        let next = told(&protocol.answered("1", &answer, false));
        assert_eq!(next, r#"{"id":"1","type":"next","payload":{"data":true}}"#);
        assert_eq!(
            told(&protocol.ended("1")),
            r#"{"id":"1","type":"complete"}"#
        );
        let complete = r#"{"type":"complete","id":"2"}"#;
        assert_eq!(told(&protocol.hear(complete)), "cancel 2");
        // Messages that crossed on the way change nothing.
        for step in [
            protocol.hear(complete),
            protocol.answered("2", &answer, false),
            protocol.ended("1"),
            protocol.refused("2", &[]),
        ] {
            assert_eq!(told(&step), "wait");
        }
        assert_eq!(told(&protocol.hear(&subscribe("1"))), "begin 1 q");
    }

    #[test]
    fn a_refusal_is_one_message_with_a_list_and_a_failed_event_is_an_answer() {
        let mut wrong = ServerError::new("wrong", None);
        let list = r#"{"id":"1","type":"error","payload":[{"message":"wrong"}]}"#;
        let answered = |error: &ServerError, first| {
            let mut protocol = known();
            protocol.hear(&subscribe("1"));
            told(&protocol.answered("1", &Answer::from_errors(vec![error.clone()]), first))
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
            told(&protocol.hear(r#"{"type":"ping"}"#)),
            r#"{"type":"pong"}"#
        );
        let ping = r#"{"type":"ping","payload":{"at":1}}"#;
        assert_eq!(
            told(&protocol.hear(ping)),
            r#"{"type":"pong","payload":{"at":1}}"#
        );
        assert_eq!(told(&protocol.hear(r#"{"type":"pong"}"#)), "wait");
        assert!(protocol.is_silent());
    }
}
