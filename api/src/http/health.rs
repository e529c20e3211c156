//! Whether the server lives, whether it is ready, and its public keys.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::reply;
use crate::App;

/// It answers, so it lives.
pub async fn live() -> Json<serde_json::Value> {
    Json(json!({"status": "live"}))
}

/// Ready while the database takes a write and the server does not stop.
pub async fn ready(State(app): State<App>) -> Response {
    let not = |message| reply::refusal(StatusCode::SERVICE_UNAVAILABLE, "NOT_READY", message);
    if *app.closing.borrow() {
        return not("The server stops.");
    }
    match app.database.check_ready().await {
        Ok(()) => Json(json!({"status": "ready"})).into_response(),
        Err(cause) => {
            tracing::error!(cause, "the database does not take a write");
            not("The database does not take a write. The cause is in the server's log.")
        }
    }
}

/// The keys with which others check our access tokens.
pub async fn jwks(State(app): State<App>) -> Json<serde_json::Value> {
    Json(app.tokens.jwks().clone())
}
