//! The messages of graphql-transport-ws, in both directions.

use async_graphql::{Response, ServerError};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::http::graphql::{
    execution::executed,
    request::{GraphqlRequest, Object},
};

/// Message from the client.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientMessage {
    /// Opens the session; may carry credentials.
    ConnectionInit {
        /// Credentials, such as `{"Authorization": "Bearer …"}`.
        payload: Option<Map<String, Value>>,
    },
    /// Asks the server for a pong.
    Ping {
        /// Returned unchanged in the pong.
        payload: Option<Map<String, Value>>,
    },
    /// Confirms that the client is there.
    Pong {},
    /// Starts an operation.
    Subscribe {
        /// Id of the operation, chosen by the client.
        id: String,
        /// GraphQL request.
        payload: Object<GraphqlRequest>,
    },
    /// Stops an operation.
    Complete {
        /// Id of the operation.
        id: String,
    },
}

impl ClientMessage {
    /// Parses a message; `None` if it is none of these, or lacks a required value.
    pub fn read(text: &str) -> Option<Self> {
        let Object(said) = serde_json::from_str::<Object<Self>>(text).ok()?;
        let whole = match &said {
            Self::Subscribe {
                id,
                payload: Object(payload),
            } => {
                !id.is_empty()
                    && payload.is_well_formed()
                    && (payload.query.is_some() || payload.document().is_some())
            }
            Self::Complete { id } => !id.is_empty(),
            _ => true,
        };
        whole.then_some(said)
    }
}

/// Message `connection_ack`: the caller is identified.
pub fn acknowledged() -> String {
    json!({"type": "connection_ack"}).to_string()
}

/// Message `pong`, with the payload of the ping.
pub fn pong(payload: Option<Map<String, Value>>) -> String {
    let Some(payload) = payload else {
        return json!({"type": "pong"}).to_string();
    };
    json!({"type": "pong", "payload": payload}).to_string()
}

/// Message `next`: one response of an operation.
pub fn next(id: &str, response: &Response) -> String {
    json!({"id": id, "type": "next", "payload": response}).to_string()
}

/// Message `error`: nothing was executed, for these reasons, and the operation has ended.
pub fn error(id: &str, errors: &[ServerError]) -> String {
    json!({"id": id, "type": "error", "payload": errors}).to_string()
}

/// Message `complete`: the operation has no more responses.
pub fn complete(id: &str) -> String {
    json!({"id": id, "type": "complete"}).to_string()
}

/// Returns true if a response says only why nothing was executed. That includes the first response of a subscription
/// without data whose errors are all at the root field; an event of a running subscription fails below its root field.
pub fn refuses(response: &Response, first_of_many: bool) -> bool {
    let at_root = |error: &ServerError| error.path.len() == 1;
    !executed(response)
        || first_of_many
            && response.data == async_graphql::Value::Null
            && response.errors.iter().all(at_root)
}
