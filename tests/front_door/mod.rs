//! The front door: what it takes, what it refuses, and with which words. Most of it asks no database.

mod addresses;
mod answers;
mod documents;
mod language;
mod nesting;
mod nulls;
mod persisted;
mod rates;
mod requests;
mod routes;
mod sizes;
mod specification;

use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::json;

use crate::support::Reply;

const WHO: &str = "{ viewer { kind } }";
/// Words of the tools that it is built with, which mean nothing to clients.
pub const LEAKS: [&str; 23] = [
    "serde",
    "pest",
    "panicked",
    "unwrap",
    "Option<",
    "Vec<",
    "NaiveDate",
    "Utc",
    "chrono",
    "rust",
    "src/",
    ".rs:",
    "sqlx",
    "sqlite",
    "postgres",
    "SELECT ",
    "UNIQUE",
    "constraint",
    "column `",
    "EOF while",
    "at line",
    "invalid type",
    "premature end",
];

/// An answer of the API in words of ours, with a code for every error.
#[track_caller]
pub fn speaks_plainly(reply: &Reply) {
    for word in LEAKS {
        assert!(!reply.text.contains(word), "`{word}` in {}", reply.text);
    }
    for error in reply.body["errors"].as_array().into_iter().flatten() {
        let code = error["extensions"]["code"].as_str().unwrap_or_default();
        let fits = !code.is_empty()
            && code
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        assert!(fits, "no code: {}", reply.text);
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|message| !message.is_empty()),
            "no message: {}",
            reply.text
        );
    }
}

fn post(body: impl Into<Body>) -> Request<Body> {
    Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.into())
        .unwrap()
}

pub fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

fn asking(query: &str) -> String {
    json!({"query": query}).to_string()
}

fn address(members: &[(&str, &str)]) -> String {
    let encode = |text: &str| {
        let bytes = text.bytes().map(|byte| format!("%{byte:02X}"));
        bytes.collect::<Vec<_>>().concat()
    };
    let members: Vec<String> = members
        .iter()
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    format!("/graphql?{}", members.join("&"))
}

#[track_caller]
fn refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!(
        (reply.status.as_u16(), reply.codes()),
        (status, vec![code]),
        "{}",
        reply.text
    );
    assert!(
        reply.body.get("data").is_none(),
        "nothing was done: {}",
        reply.text
    );
    speaks_plainly(reply);
}
