//! What came back, and short ways to look at it.

use axum::{
    http::{HeaderMap, StatusCode},
    response::Response,
};
use http_body_util::BodyExt;
use serde_json::Value;

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    pub body: Value,
}

impl Reply {
    pub async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self {
            status: parts.status,
            headers: parts.headers,
            text,
            body,
        }
    }

    /// What stands at a path such as `offers.nodes.0.title` in the data. There must be no errors, nor refusals.
    pub fn at(&self, path: &str) -> &Value {
        assert!(self.body["errors"].is_null(), "errors: {}", self.text);
        for payload in self.body["data"]
            .as_object()
            .into_iter()
            .flat_map(|data| data.values())
        {
            let refusals = &payload["userErrors"];
            assert!(
                refusals.as_array().is_none_or(Vec::is_empty),
                "refused: {refusals}"
            );
        }
        self.peek(path)
    }

    /// The same, whatever errors there are; null where nothing stands there.
    pub fn peek(&self, path: &str) -> &Value {
        path.split('.').fold(&self.body["data"], |value, step| {
            match step.parse::<usize>() {
                Ok(position) => &value[position],
                Err(_) => &value[step],
            }
        })
    }

    /// A text at a path.
    pub fn text(&self, path: &str) -> String {
        self.at(path)
            .as_str()
            .unwrap_or_else(|| panic!("no text at {path}: {}", self.text))
            .to_owned()
    }

    /// One member of each object in a list at a path.
    pub fn each(&self, path: &str, member: &str) -> Vec<String> {
        let list = self
            .at(path)
            .as_array()
            .unwrap_or_else(|| panic!("no list at {path}: {}", self.text));
        list.iter()
            .map(|item| item[member].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// The codes of top-level errors.
    pub fn codes(&self) -> Vec<&str> {
        let errors = self.body["errors"].as_array();
        errors
            .into_iter()
            .flatten()
            .map(|error| error["extensions"]["code"].as_str().unwrap_or("-"))
            .collect()
    }

    /// The codes of refusals in the payloads, each with its field: `TOO_LONG title`, or `LAST_OWNER` alone.
    pub fn refusals(&self) -> Vec<String> {
        assert!(self.body["errors"].is_null(), "errors: {}", self.text);
        let payloads = self.body["data"]
            .as_object()
            .into_iter()
            .flat_map(|data| data.values());
        let errors = payloads.flat_map(|payload| {
            payload["userErrors"]
                .as_array()
                .cloned()
                .unwrap_or_default()
        });
        errors
            .map(|error| {
                let field = error["field"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str);
                let field = field.collect::<Vec<_>>().join(".");
                format!("{} {field}", error["code"].as_str().unwrap_or_default())
                    .trim_end()
                    .to_owned()
            })
            .collect()
    }

    /// What came of an act, in a word: `done`, the code of an error, or of the first refusal.
    pub fn outcome(&self) -> String {
        match self.codes().first() {
            Some(code) => (*code).to_owned(),
            None => self
                .refusals()
                .first()
                .map_or("done", |refusal| refusal.as_str())
                .to_owned(),
        }
    }
}
