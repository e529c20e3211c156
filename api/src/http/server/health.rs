//! Health checks, and the public keys of the server.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::App;
use crate::http::server::reply;

/// Liveness check: succeeds whenever the server can respond.
pub async fn live() -> Json<serde_json::Value> {
    Json(json!({"status": "live"}))
}

/// Readiness check: 200 if the database accepts a write and the server is not shutting down, otherwise 503.
pub async fn ready(State(app): State<App>) -> Response {
    let not =
        |message| reply::error_response(StatusCode::SERVICE_UNAVAILABLE, "NOT_READY", message);
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

/// Public keys (JWKS) with which other systems verify access tokens.
pub async fn jwks(State(app): State<App>) -> Json<serde_json::Value> {
    Json(app.tokens.jwks().clone())
}
