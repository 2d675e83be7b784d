//! Whether the process lives, and whether it can do its work. Neither says anything else.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse as _, Response};
use portal::moment::seconds;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::store::{SqlStore, Unready};

/// How long an answer is good for. Anybody may ask, and to find out costs a write.
const FRESH: Duration = seconds(2);

/// Alive: never touches the database.
pub async fn live() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// What was found when somebody asked last. However many ask at once, one of them looks.
pub struct Readiness {
    store: Arc<SqlStore>,
    last: Mutex<Option<Found>>,
}

#[derive(Clone, Copy)]
struct Found {
    at: Instant,
    /// In words; none where nothing is missing.
    missing: Option<&'static str>,
}

impl Readiness {
    /// Of this store.
    pub fn new(store: Arc<SqlStore>) -> Self {
        Self {
            store,
            last: Mutex::default(),
        }
    }

    /// What is missing, in words; none where nothing is.
    async fn missing(&self) -> Option<&'static str> {
        let mut last = self.last.lock().await;
        if let Some(last) = *last
            && last.at.elapsed() < FRESH
        {
            return last.missing;
        }
        let found = self.store.ready().await;
        let missing = found.as_ref().err().map(Unready::words);
        if missing != last.and_then(|last| last.missing) {
            told(found);
        }
        *last = Some(Found {
            at: Instant::now(),
            missing,
        });
        missing
    }
}

/// Told when it changes, not whenever somebody asks.
fn told(found: Result<(), Unready>) {
    match found {
        Ok(()) => tracing::info!("ready again"),
        Err(Unready::Database(cause)) => tracing::warn!(%cause, "not ready: the database takes no writes"),
        Err(unready) => tracing::warn!("not ready: {}", unready.words()),
    }
}

/// Ready: the database takes a write within a second, the keyring works, and the disk has room.
pub async fn ready(State(readiness): State<Arc<Readiness>>) -> Response {
    match readiness.missing().await {
        None => StatusCode::NO_CONTENT.into_response(),
        // Anybody may ask: what is missing is for the log.
        Some(_) => (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")]).into_response(),
    }
}
