//! A clock that a machine's wrong one does not lead astray while the server runs.
//!
//! Lifetimes and waits are moments in the database. Were the clock of the machine put back, codes and sessions would live
//! longer; were it put forward, whoever has to wait would not. So the time that is shown goes on with the time that passes,
//! which no one can put back, and follows the clock of the machine only as far as it could drift by itself.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use portal::audit::{Actor, Entry, Event, Outcome};
use portal::moment::{Moment, seconds};
use portal::ports::{Change, Clock, Fault, Store};

use super::SystemClock;

/// How far the machine's clock may go apart from the time that passes between two looks: more than any correction of a
/// clock that is kept by a time server.
pub const FARTHEST: Duration = seconds(60);
/// How often it is looked whether somebody has moved it.
const EVERY: Duration = seconds(10);

/// Tells how much time has passed since some moment; it never goes back, and goes on while the machine sleeps.
type Passing = Box<dyn Fn() -> Duration + Send + Sync>;

/// The clock of a server.
pub struct SteadyClock {
    wall: Box<dyn Clock>,
    passing: Passing,
    seen: Mutex<Seen>,
}

/// Where both stood at the last look.
#[derive(Clone, Copy)]
struct Seen {
    shown: Moment,
    passed: Duration,
    /// Milliseconds by which the machine's clock is ahead of the time that is shown; 0 while it is followed.
    apart: i64,
}

impl SteadyClock {
    /// A clock that shows what the machine's shows, unless that is moved.
    pub fn of_machine() -> Self {
        Self::new(Box::new(SystemClock), Box::new(since_boot))
    }

    /// A clock by these two.
    pub fn new(wall: Box<dyn Clock>, passing: Passing) -> Self {
        let seen = Seen {
            shown: wall.now(),
            passed: passing(),
            apart: 0,
        };
        Self {
            wall,
            passing,
            seen: Mutex::new(seen),
        }
    }

    /// Milliseconds by which the machine's clock is ahead, where it was moved while this one ran; negative where it is
    /// behind.
    pub fn apart(&self) -> i64 {
        self.look().apart
    }

    fn look(&self) -> Seen {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (wall, passed) = (self.wall.now(), (self.passing)());
        let expected = seen.shown + passed.saturating_sub(seen.passed);
        let apart = wall.millis().saturating_sub(expected.millis());
        *seen = if apart.unsigned_abs() <= FARTHEST.as_millis().try_into().unwrap_or(u64::MAX) {
            // Followed, but never back.
            Seen {
                shown: wall.max(seen.shown),
                passed,
                apart: 0,
            }
        } else {
            Seen {
                shown: expected,
                passed,
                apart,
            }
        };
        *seen
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Moment {
        self.look().shown
    }
}

/// Looks now and again whether the clock of the machine was moved, and tells it in the log and in the audit log. Never
/// ends.
pub async fn watch(clock: Arc<SteadyClock>, store: Arc<dyn Store>) {
    let mut told = false;
    loop {
        tokio::time::sleep(EVERY).await;
        told = tell(&clock, store.as_ref(), told).await.unwrap_or_else(|fault| {
            tracing::error!(%fault, "that the clock was moved could not be recorded; it is tried again");
            told
        });
    }
}

/// Tells once that the clock was moved, and once that it is right again; whether the first was told last.
///
/// # Errors
/// Where it could not be recorded.
pub async fn tell(clock: &SteadyClock, store: &dyn Store, told: bool) -> Result<bool, Fault> {
    let apart = clock.apart();
    let is_moved = apart != 0;
    if is_moved == told {
        return Ok(told);
    }
    let apart_seconds = apart / 1_000;
    if is_moved {
        tracing::error!(
            apart_seconds,
            "the clock of the machine was moved; the server goes on by the time that passes. If the machine's clock is right \
             now, restart the server"
        );
    } else {
        tracing::info!("the clock of the machine is right again");
    }
    let entry = Entry {
        at: clock.now(),
        actor: Actor::System,
        subject: None,
        network: String::new(),
        agent: String::new(),
        event: Event::Alarm,
        outcome: if is_moved { Outcome::Failed } else { Outcome::Succeeded },
        method: None,
        flow: None,
        support: String::new(),
        detail: format!("{{\"clock_apart_seconds\":{apart_seconds}}}"),
    };
    store.commit(vec![Change::Record(entry)]).await?;
    Ok(is_moved)
}

/// Time since the machine was started, its sleep included.
fn since_boot() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::try_from(time).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

    use portal::moment::{days, hours, minutes};

    use super::*;

    const START: i64 = 1_800_000_000_000;

    /// A machine whose clock can be moved.
    #[derive(Default)]
    struct Machine {
        passed: AtomicU64,
        moved: AtomicI64,
    }

    struct Wall(Arc<Machine>);

    impl Clock for Wall {
        fn now(&self) -> Moment {
            let passed = i64::try_from(self.0.passed.load(Ordering::SeqCst)).unwrap();
            Moment::from_millis(START + passed + self.0.moved.load(Ordering::SeqCst))
        }
    }

    impl Machine {
        fn clock(self: &Arc<Self>) -> SteadyClock {
            let machine = Arc::clone(self);
            let passing = Box::new(move || Duration::from_millis(machine.passed.load(Ordering::SeqCst)));
            SteadyClock::new(Box::new(Wall(Arc::clone(self))), passing)
        }

        fn pass(&self, span: Duration) {
            let span = u64::try_from(span.as_millis()).unwrap();
            self.passed.fetch_add(span, Ordering::SeqCst);
        }

        fn shift(&self, seconds: i64) {
            self.moved.fetch_add(seconds * 1_000, Ordering::SeqCst);
        }
    }

    #[test]
    fn no_lifetime_grows_and_no_wait_vanishes_when_the_clock_of_the_machine_is_moved() {
        for moved in [-90, -3_600, -86_400, 90, 3_600, 86_400] {
            let machine = Arc::new(Machine::default());
            let clock = machine.clock();
            let began = clock.now();
            machine.pass(minutes(1));
            machine.shift(moved);
            assert_eq!(clock.now().since(began), minutes(1), "{moved}");
            machine.pass(minutes(4));
            assert_eq!(clock.now().since(began), minutes(5), "{moved}");
            assert_eq!(clock.apart(), moved * 1_000);
            // Put right, it is followed again.
            machine.shift(-moved);
            assert_eq!((clock.now().since(began), clock.apart()), (minutes(5), 0));
        }
    }

    #[test]
    fn the_clock_of_the_machine_is_followed_where_it_only_drifts_and_time_never_goes_back() {
        let machine = Arc::new(Machine::default());
        let clock = machine.clock();
        let began = clock.now();
        machine.shift(5);
        assert_eq!(clock.now().since(began), seconds(5));
        machine.shift(-30);
        let before = clock.now();
        assert_eq!(before.since(began), seconds(5));
        machine.pass(minutes(1));
        assert_eq!(clock.now().since(began), seconds(35));
        machine.pass(days(30));
        assert_eq!(clock.now().since(before), days(30) + seconds(30));
        assert_eq!(clock.apart(), 0);
    }

    #[test]
    fn a_machine_that_stood_still_has_still_let_time_pass() {
        let machine = Arc::new(Machine::default());
        let clock = machine.clock();
        let began = clock.now();
        machine.pass(hours(9));
        assert_eq!(clock.now().since(began), hours(9));
    }

    #[test]
    fn the_machine_itself_is_followed() {
        let clock = SteadyClock::of_machine();
        assert!(clock.now().since(SystemClock.now()) < seconds(1) && SystemClock.now().since(clock.now()) < seconds(1));
        assert!(since_boot() > Duration::ZERO);
    }
}
