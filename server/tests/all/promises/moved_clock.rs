//! The clock of the machine is put forward or back while a server runs: administrators find it in the audit log.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use portal::audit::Event;
use portal::moment::{Moment, minutes, seconds};
use portal::ports::{Change, Clock, Committed, Store as _};
use server::clock::steady::{SteadyClock, tell};
use server::store::audit::Filter;

use super::ground::{Ground, START, entry, session};

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

#[tokio::test]
async fn a_clock_that_was_put_back_while_nobody_served_lengthens_nothing() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let opened = session(&account);
    let held = vec![Change::OpenSession(opened.clone())];
    assert_eq!(ground.store.commit(held).await.unwrap(), Committed::Done);
    for noted in [START - minutes(5), START, START - minutes(1)] {
        ground.store.note_served(noted).await.unwrap();
    }
    // A command between two runs writes what time it is by the same clock.
    let mut command = entry(None);
    command.at = START - minutes(10);
    ground.done(vec![Change::Record(command)]).await;
    let look = async |now: Moment| ground.store.end_what_was_set_back(now).await.unwrap();
    let is_held = async || ground.store.session(&opened.token).await.unwrap().is_some();
    for now in [START + minutes(9), START, START - seconds(60)] {
        assert_eq!((look(now).await, is_held().await), (None, true));
    }
    assert_eq!(look(START - seconds(61)).await, Some(seconds(61)));
    assert!(!is_held().await);
    let rows = ground.store.list_audit(&Filter::Event(Event::Alarm), None, 9).await;
    let told: Vec<_> = rows.unwrap().into_iter().map(|row| row.detail).collect();
    assert_eq!(told, ["{\"clock_behind_seconds\":61}"]);
    // From then on that is the time.
    assert_eq!(look(START - seconds(61)).await, None);
}
