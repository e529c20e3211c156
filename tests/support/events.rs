//! Server-sent events, one after the other.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::Reply;

/// How long is waited for what must come.
pub const SOON: Duration = Duration::from_secs(10);

/// An answer that goes on.
#[derive(Debug)]
pub struct Events {
    pub status: StatusCode,
    pub headers: HeaderMap,
    body: Body,
    /// What has come and was not looked at.
    text: String,
}

impl Events {
    /// Reads until the first sign of life, after which whoever subscribed will hear of what is done.
    pub async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let mut events = Self {
            status: parts.status,
            headers: parts.headers,
            body,
            text: String::new(),
        };
        timeout(SOON, events.more()).await.expect("a beginning");
        events
    }

    /// Whether there was more.
    async fn more(&mut self) -> bool {
        let Some(frame) = self.body.frame().await else {
            return false;
        };
        let bytes = frame.unwrap().into_data().unwrap();
        self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        true
    }

    /// The next event, its name and its data; `None` at the end.
    pub async fn next(&mut self) -> Option<(String, Value)> {
        timeout(SOON, self.event())
            .await
            .expect("an event, or the end")
    }

    /// The data of the next event, which must be an answer.
    pub async fn answer(&mut self) -> Value {
        let (name, data) = self.next().await.expect("an answer");
        assert_eq!(name, "next", "{data}");
        data
    }

    /// Whether nothing comes for so long.
    pub async fn is_silent(&mut self, during: Duration) -> bool {
        timeout(during, self.event()).await.is_err()
    }

    async fn event(&mut self) -> Option<(String, Value)> {
        loop {
            let Some((event, rest)) = self.text.split_once("\n\n") else {
                if self.more().await {
                    continue;
                }
                assert_eq!(self.text, "", "the last event is whole");
                return None;
            };
            let (event, rest) = (event.to_owned(), rest.to_owned());
            self.text = rest;
            let field = |name: &str| {
                let mut lines = event.lines();
                lines
                    .find_map(|line| line.strip_prefix(name))
                    .map(str::trim)
            };
            if let Some(name) = field("event:") {
                let data = field("data:").unwrap_or_default();
                let data = serde_json::from_str(data).unwrap_or(Value::Null);
                return Some((name.to_owned(), data));
            }
            assert_eq!(event, ":", "a comment is empty");
        }
    }

    /// The whole answer, where it is none that goes on.
    pub async fn json(mut self) -> Value {
        while self.more().await {}
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The first answer, if there is one in so long, as if there were no others.
    pub async fn first(mut self, during: Duration) -> Reply {
        let (status, headers) = (self.status, self.headers.clone());
        let body = if headers[header::CONTENT_TYPE] == "text/event-stream" {
            let first = timeout(during, self.event()).await;
            let data = first.ok().flatten().map(|(_, data)| data);
            data.unwrap_or_else(|| json!({}))
        } else {
            self.json().await
        };
        Reply {
            status,
            headers,
            text: body.to_string(),
            body,
        }
    }
}
