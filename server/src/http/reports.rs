//! Where browsers report what the content policy stopped: they are counted, and nothing of what they write is kept.
//!
//! Anybody can send a report. The guard bounds how large they are and how often a network sends them; here, how much of
//! the log they fill.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use portal::moment::minutes;
use tokio::time::Instant;

/// From one line in the log to the next.
const PAUSE: Duration = minutes(1);

/// Reports since the last line.
#[derive(Default)]
pub struct Reports(Mutex<Untold>);

#[derive(Default)]
struct Untold {
    reports: u64,
    last: Option<Instant>,
}

impl Reports {
    /// Counts one. How many there were since the last line, where it is time for the next.
    fn count(&self) -> Option<u64> {
        let now = Instant::now();
        let mut untold = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        untold.reports += 1;
        if untold.last.is_some_and(|last| now.duration_since(last) < PAUSE) {
            return None;
        }
        untold.last = Some(now);
        Some(std::mem::take(&mut untold.reports))
    }
}

/// `POST /csp-report`
pub async fn report(State(reports): State<Arc<Reports>>) -> StatusCode {
    if let Some(count) = reports.count() {
        tracing::warn!(count, "browsers report breaches of the content policy");
    }
    StatusCode::NO_CONTENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_minute_has_one_line_that_counts_what_came_before_it() {
        let reports = Reports::default();
        assert_eq!(reports.count(), Some(1));
        for _ in 0..100 {
            assert_eq!(reports.count(), None);
        }
        tokio::time::advance(PAUSE).await;
        assert_eq!(reports.count(), Some(101));
        assert_eq!(reports.count(), None);
    }
}
