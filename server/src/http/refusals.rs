//! What the guard does not let through, written down so that a stranger cannot fill the audit log with it.
//!
//! A request from another site becomes a row, but only the first of a network in an hour, and not of more networks than
//! so many. All others, and what is refused for another reason, are counted, and once a minute the log of the process
//! tells how many there were.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use portal::audit::{Actor, Entry, Event, Outcome};
use portal::moment::{Moment, hours, minutes};
use portal::ports::{Change, Clock, Store};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::address::Network;
use super::guard::{OnRefused, Refused, Why};
use crate::metrics::METRICS;

/// From the first row of a network to its next.
const PERIOD: Duration = hours(1);
/// Rows of one period, of all networks together.
const MOST_ROWS: usize = 100;
/// From one line in the log of the process to the next.
const LINE_EVERY: Duration = minutes(1);

/// What is still to be written down.
pub struct Refusals {
    ledger: Arc<Mutex<Ledger>>,
    rows: mpsc::Receiver<Entry>,
}

impl Refusals {
    /// The ledger, and what the guard tells it by.
    pub fn new(clock: Arc<dyn Clock>) -> (Self, OnRefused) {
        let ledger = Arc::new(Mutex::new(Ledger::default()));
        let (tell, rows) = mpsc::channel(MOST_ROWS);
        let heard = Arc::clone(&ledger);
        let on_refused = move |refused: Refused| {
            METRICS.refused(refused.why.word());
            let row = with(&heard, |ledger| ledger.hear(&refused, clock.now()));
            if let Some(row) = row
                && tell.try_send(row).is_err()
            {
                tracing::error!("a refusal was not written down");
            }
        };
        (Self { ledger, rows }, Arc::new(on_refused))
    }

    /// Writes down until the guard is gone.
    pub async fn write_down(mut self, store: Arc<dyn Store>) {
        let mut line = tokio::time::interval(LINE_EVERY);
        line.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                row = self.rows.recv() => {
                    let Some(row) = row else { break };
                    if let Err(fault) = store.commit(vec![Change::Record(row)]).await {
                        tracing::error!(%fault, "a refusal was not written down");
                    }
                }
                _ = line.tick() => self.tell(),
            }
        }
        self.tell();
    }

    fn tell(&self) {
        if let Some(refused) = with(&self.ledger, Ledger::line) {
            tracing::warn!(refused, "requests were not let through");
        }
    }
}

fn with<T>(ledger: &Mutex<Ledger>, act: impl FnOnce(&mut Ledger) -> T) -> T {
    // Sums and sets that a panic left behind are as good as any.
    act(&mut ledger.lock().unwrap_or_else(PoisonError::into_inner))
}

/// What was refused of late.
#[derive(Default)]
struct Ledger {
    /// When the running period began.
    began: Moment,
    /// Networks that have their row in it.
    written: HashSet<String>,
    /// How many since the last line, by reason.
    counts: BTreeMap<&'static str, u64>,
}

impl Ledger {
    /// Counts a refusal; its row, where it gets one.
    fn hear(&mut self, refused: &Refused, now: Moment) -> Option<Entry> {
        *self.counts.entry(refused.why.word()).or_default() += 1;
        if refused.why != Why::CrossSite {
            return None;
        }
        if now.since(self.began) >= PERIOD {
            self.began = now;
            self.written.clear();
        }
        let network = Network::of(refused.client.address()).coarse();
        if self.written.len() >= MOST_ROWS || !self.written.insert(network.clone()) {
            return None;
        }
        Some(Entry {
            at: now,
            actor: Actor::Visitor,
            subject: None,
            network,
            agent: String::new(),
            event: Event::CrossSite,
            outcome: Outcome::Blocked,
            method: None,
            flow: None,
            support: String::new(),
            detail: String::new(),
        })
    }

    /// How many were refused for what since the last line; nothing where none was.
    fn line(&mut self) -> Option<String> {
        let counts = std::mem::take(&mut self.counts);
        let told: Vec<String> = counts.iter().map(|(why, count)| format!("{why} {count}")).collect();
        (!told.is_empty()).then(|| told.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::http::address::Client;

    const START: Moment = Moment::from_millis(1_800_000_000_000);

    fn refused(why: Why, address: u32) -> Refused {
        Refused {
            why,
            client: Client::new(Ipv4Addr::from(address).into()),
        }
    }

    #[test]
    fn the_rows_of_an_hour_are_bounded_whoever_asks_from_wherever() {
        let mut ledger = Ledger::default();
        let mut rows = |now| {
            (0..100_000_u32)
                .filter(|n| ledger.hear(&refused(Why::CrossSite, n << 8), now).is_some())
                .count()
        };
        assert_eq!(rows(START), 100);
        assert_eq!(rows(START + minutes(59)), 0);
        assert_eq!(rows(START + minutes(60)), 100);
    }

    #[test]
    fn what_has_no_row_is_counted_by_its_reason() {
        let mut ledger = Ledger::default();
        for n in 0..5 {
            ledger.hear(&refused(Why::CrossSite, n), START);
        }
        assert!(ledger.hear(&refused(Why::Method, 9), START).is_none());
        assert_eq!(ledger.line().as_deref(), Some("cross_site 5, method 1"));
        assert_eq!(ledger.line(), None);
    }
}
