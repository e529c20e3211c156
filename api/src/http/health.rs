//! Whether the server lives, whether it is ready, and its public keys.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::reply;
use crate::App;

/// It answers, so it lives.
pub async fn live() -> Json<serde_json::Value> {
    Json(json!({"status": "live"}))
}

/// It is ready while its database answers.
pub async fn ready(State(app): State<App>) -> Response {
    match app.database.read.execute_unprepared("SELECT 1").await {
        Ok(_) => Json(json!({"status": "ready"})).into_response(),
        Err(error) => {
            tracing::error!(?error, "the database does not answer");
            reply::refusal(
                StatusCode::SERVICE_UNAVAILABLE,
                "NOT_READY",
                "The database does not answer.",
            )
        }
    }
}

/// The keys with which others check our access tokens.
pub async fn jwks(State(app): State<App>) -> Json<serde_json::Value> {
    Json(app.tokens.jwks().clone())
}
