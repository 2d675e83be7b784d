//! Whether the process lives, and whether it can do its work. Neither says anything else.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;

use crate::store::SqlStore;

/// Alive: never touches the database.
pub async fn live() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Ready: the database takes a write within a second.
pub async fn ready(State(store): State<Arc<SqlStore>>) -> StatusCode {
    match store.ready().await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(fault) => {
            tracing::warn!(%fault, "not ready");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}
