//! The clock of the machine, and one that can be moved forward for the demo and the tests.
//!
//! The rules take the time as an argument. This is the only place that asks the system for it.

pub mod steady;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use portal::moment::Moment;
use portal::ports::Clock;

/// The system's wall clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the system for the time"
    )]
    fn now(&self) -> Moment {
        // A clock that stands before 1970 reads as 1970: every lifetime has then ended, which is the safe side.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The system's clock plus a span that can be made longer. It never goes back by itself.
#[derive(Debug, Default)]
pub struct MovingClock {
    /// Milliseconds ahead of the system.
    ahead: AtomicU64,
}

impl MovingClock {
    /// A clock that shows the system's time until it is moved.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves it forward.
    pub fn move_forward(&self, span: Duration) {
        let span = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        let longer = |ahead: u64| Some(ahead.saturating_add(span));
        // The closure never says no, so there is nothing to look at.
        self.ahead.fetch_update(Ordering::SeqCst, Ordering::SeqCst, longer).ok();
    }

    /// How far it is ahead of the system.
    pub fn ahead(&self) -> Duration {
        Duration::from_millis(self.ahead.load(Ordering::SeqCst))
    }
}

impl Clock for MovingClock {
    fn now(&self) -> Moment {
        SystemClock.now() + self.ahead()
    }
}

#[cfg(test)]
mod tests {
    use portal::moment::{hours, minutes};

    use super::*;

    #[test]
    fn the_system_clock_stands_after_this_was_written() {
        assert!(SystemClock.now() > Moment::from_millis(1_790_000_000_000));
    }

    #[test]
    fn a_moving_clock_adds_up_its_moves() {
        let clock = MovingClock::new();
        clock.move_forward(minutes(5));
        clock.move_forward(hours(1));
        assert_eq!(clock.ahead(), minutes(65));
        assert!(clock.now().since(SystemClock.now()) > minutes(64));
    }

    #[test]
    fn moving_beyond_the_end_of_time_stays_there() {
        let clock = MovingClock::new();
        clock.move_forward(Duration::MAX);
        clock.move_forward(Duration::MAX);
        assert_eq!(clock.now(), Moment::from_millis(i64::MAX));
    }
}
