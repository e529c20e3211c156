//! Whether the server lives, whether it is ready, and its public keys.

use std::time::Duration;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use sea_orm::ConnectionTrait;
use serde_json::json;
use tokio::time::timeout;

use super::reply;
use crate::App;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// It answers, so it lives.
pub async fn live() -> Json<serde_json::Value> {
    Json(json!({"status": "live"}))
}

/// It is ready while its database answers and it does not stop. It asks by a connection of its own, so that a rush of
/// requests does not look like a fault.
pub async fn ready(State(app): State<App>) -> Response {
    let not = |message| reply::refusal(StatusCode::SERVICE_UNAVAILABLE, "NOT_READY", message);
    if *app.closing.borrow() {
        return not("The server stops.");
    }
    let asked = app.database.probe.execute_unprepared("SELECT 1");
    match timeout(PATIENCE, asked).await {
        Ok(Ok(_)) => Json(json!({"status": "ready"})).into_response(),
        Ok(Err(error)) => {
            tracing::error!(?error, "the database does not answer");
            not("The database does not answer.")
        }
        Err(_) => {
            tracing::error!("the database does not answer in time");
            not("The database does not answer.")
        }
    }
}

/// The keys with which others check our access tokens.
pub async fn jwks(State(app): State<App>) -> Json<serde_json::Value> {
    Json(app.tokens.jwks().clone())
}
