//! How long a comparison takes where hashes of an older system are among those of today.
//!
//! An older hash is more work. As long as there are any, whoever is compared with another hash, or with none, waits as
//! long, or the time would tell whose account came from the older system, and so that it is there. Waiting costs nothing:
//! the permit is given back before.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The time that an older hash takes, in microseconds; 0 where there is none.
#[derive(Default)]
pub(super) struct Pace(AtomicU64);

impl Pace {
    /// An older hash took so long. One that was held up by something else counts for a quarter only.
    pub(super) fn learn(&self, took: Duration) {
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
        let mix = |known: u64| Some(if known == 0 { took } else { known - known / 4 + took / 4 });
        // The closure never says no.
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, mix).ok();
    }

    /// How long to wait after a comparison that took so long.
    pub(super) fn rest_after(&self, took: Duration) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed)).saturating_sub(took)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn nobody_waits_where_there_is_no_older_hash() {
        assert_eq!(Pace::default().rest_after(ms(20)), Duration::ZERO);
    }

    #[test]
    fn the_rest_makes_every_comparison_as_long_and_one_that_was_held_up_counts_little() {
        let pace = Pace::default();
        pace.learn(ms(200));
        assert_eq!(pace.rest_after(ms(20)), ms(180));
        assert_eq!(pace.rest_after(ms(300)), Duration::ZERO);
        pace.learn(ms(1_000));
        assert_eq!(pace.rest_after(ms(0)), ms(400));
    }
}
