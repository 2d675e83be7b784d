//! What somebody is told who may not try right now, and what the audit log says of it: the first of a kind is a row, and
//! no other. A try that is blocked costs nothing, so whoever repeats it must not fill the log with it.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::Portal;
use crate::audit::{Entry, Outcome};
use crate::limits::Leave;
use crate::moment::{Moment, hours};
use crate::ports::{Change, Fault};
use crate::refusal::Refusal;

/// From the first row of a kind to its next, at most.
const PERIOD: Duration = hours(1);
/// Rows of one period, of all kinds together: about 2 MB of memory. To be blocked takes tries that are rows themselves, so
/// nobody comes here for less.
const MOST_ROWS: usize = 10_000;

/// What a missing leave is told as.
pub(super) const fn refused(leave: Leave) -> Option<Refusal> {
    match leave {
        Leave::Granted => None,
        Leave::Wait(until) => Some(Refusal::Wait { until }),
        Leave::Closed => Some(Refusal::Closed),
    }
}

/// The reason, as it stands in the log.
pub(super) const fn reason(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Wait { .. } => "wait",
        Refusal::Closed => "closed",
        Refusal::Sends { .. } => "sends",
        Refusal::ChannelDown => "channel_down",
        Refusal::CodeExpired => "code_expired",
        Refusal::CodeDead => "code_dead",
        _ => "",
    }
}

/// The kinds that have their row. Only rows hang on it, so it may live in memory.
#[derive(Default)]
pub(super) struct Recorded(Mutex<Period>);

#[derive(Default)]
struct Period {
    began: Moment,
    kinds: HashSet<String>,
}

impl Recorded {
    pub(super) fn is_first(&self, kind: String, now: Moment) -> bool {
        let mut period = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now.since(period.began) >= PERIOD {
            period.began = now;
            period.kinds.clear();
        }
        period.kinds.len() < MOST_ROWS && period.kinds.insert(kind)
    }
}

impl Portal {
    /// The row of a try that was blocked, where it is the first of its kind: of the same flow, account or network
    /// (`whose`), with the same event, method and detail.
    pub(super) fn record_blocked(&self, whose: &str, mut entry: Entry) -> Option<Change> {
        entry.outcome = Outcome::Blocked;
        let method = entry.method.map_or("", |method| method.word());
        let kind = format!("{whose} {} {method} {}", entry.event.word(), entry.detail);
        self.recorded.is_first(kind, entry.at).then_some(Change::Record(entry))
    }

    /// The same, written at once.
    pub(super) async fn write_blocked(&self, whose: &str, entry: Entry) -> Result<(), Fault> {
        if let Some(row) = self.record_blocked(whose, entry) {
            // A row is decided on nothing that could have moved on.
            let _ = self.store.commit(vec![row]).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::minutes;

    #[test]
    fn a_kind_is_a_row_once_an_hour_and_the_kinds_of_an_hour_are_bounded() {
        let recorded = Recorded::default();
        let now = Moment::from_millis(1_800_000_000_000);
        let rows = |now| {
            (0..2 * MOST_ROWS)
                .filter(|n| recorded.is_first((n / 2).to_string(), now))
                .count()
        };
        assert!(recorded.is_first("one".into(), now));
        assert!(!recorded.is_first("one".into(), now));
        assert_eq!(rows(now), MOST_ROWS - 1);
        assert_eq!(rows(now + minutes(59)), 0);
        assert_eq!(rows(now + minutes(60)), MOST_ROWS);
    }
}
