//! The clock of the machine is put forward or back while a server runs: administrators find it in the audit log.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use portal::audit::Event;
use portal::moment::{Moment, minutes};
use portal::ports::Clock;
use server::clock::steady::{SteadyClock, tell};
use server::store::audit::Filter;

use super::ground::{Ground, START};

/// Seconds by which the machine's clock was moved.
struct Machine(Arc<AtomicI64>);

impl Clock for Machine {
    fn now(&self) -> Moment {
        Moment::from_millis(START.millis() + self.0.load(Ordering::SeqCst) * 1_000)
    }
}

#[tokio::test]
async fn a_clock_that_was_moved_is_an_entry_once_and_so_is_one_that_was_put_right() {
    for moved in [90, -90, 3_600, -3_600, 86_400, -86_400] {
        let ground = Ground::new().await;
        let wall = Arc::new(AtomicI64::new(0));
        let clock = SteadyClock::new(Box::new(Machine(Arc::clone(&wall))), Box::new(|| Duration::ZERO));
        let look = async |told| tell(&clock, ground.store.as_ref(), told).await.unwrap();
        wall.store(59, Ordering::SeqCst);
        assert!(!look(false).await, "it drifts");
        wall.store(59 + moved, Ordering::SeqCst);
        assert!(look(false).await);
        assert!(look(true).await);
        wall.store(60, Ordering::SeqCst);
        assert!(!look(true).await);
        assert!(!look(false).await);
        let rows = ground
            .store
            .list_audit(&Filter::Event(Event::Alarm), None, 9)
            .await
            .unwrap();
        let told: Vec<_> = rows
            .iter()
            .map(|row| (row.outcome.as_str(), row.detail.as_str()))
            .collect();
        let apart = format!("{{\"clock_apart_seconds\":{moved}}}");
        assert_eq!(
            told,
            [("succeeded", "{\"clock_apart_seconds\":0}"), ("failed", apart.as_str())]
        );
        assert!(
            rows.iter().all(|row| row.at <= START + minutes(2)),
            "no time was gained"
        );
    }
}
