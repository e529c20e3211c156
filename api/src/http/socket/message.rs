//! The messages of graphql-transport-ws, in both directions.

use async_graphql::{Response as Answer, ServerError};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::http::{members::Members, operation::executed};

/// What a client says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Said {
    /// It begins, and may say who it is.
    ConnectionInit {
        /// Such as `{"Authorization": "Bearer …"}`.
        payload: Option<Map<String, Value>>,
    },
    /// It asks whether we are there.
    Ping {
        /// Comes back as it is.
        payload: Option<Map<String, Value>>,
    },
    /// It is there.
    Pong {},
    /// It asks something.
    Subscribe {
        /// Its own name for this.
        id: String,
        /// What it asks.
        payload: Members,
    },
    /// It has heard enough.
    Complete {
        /// Its name for what it asked.
        id: String,
    },
}

impl Said {
    /// Reads a message; `None` where it is none of these, or lacks what it must have.
    pub fn read(text: &str) -> Option<Self> {
        let said: Self = serde_json::from_str(text).ok()?;
        let whole = match &said {
            Self::Subscribe { id, payload } => {
                !id.is_empty() && (payload.query.is_some() || payload.document().is_some())
            }
            Self::Complete { id } => !id.is_empty(),
            _ => true,
        };
        whole.then_some(said)
    }
}

/// We know who it is.
pub fn acknowledged() -> String {
    json!({"type": "connection_ack"}).to_string()
}

/// We are there.
pub fn pong(payload: Option<Map<String, Value>>) -> String {
    let Some(payload) = payload else {
        return json!({"type": "pong"}).to_string();
    };
    json!({"type": "pong", "payload": payload}).to_string()
}

/// One answer to what was asked.
pub fn next(id: &str, answer: &Answer) -> String {
    json!({"id": id, "type": "next", "payload": answer}).to_string()
}

/// Nothing was executed, for these reasons; it is over.
pub fn error(id: &str, errors: &[ServerError]) -> String {
    json!({"id": id, "type": "error", "payload": errors}).to_string()
}

/// There are no more answers.
pub fn complete(id: &str) -> String {
    json!({"id": id, "type": "complete"}).to_string()
}

/// Whether an answer says only why nothing was executed. An event of a subscription fails below its root.
pub fn refuses(answer: &Answer, first_of_many: bool) -> bool {
    let at_root = |error: &ServerError| error.path.len() == 1;
    !executed(answer)
        || first_of_many
            && answer.data == async_graphql::Value::Null
            && answer.errors.iter().all(at_root)
}
