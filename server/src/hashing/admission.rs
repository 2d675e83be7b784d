//! Who may hash now, who waits, and who is told that it is busy.
//!
//! Every hash holds a permit, so memory and processors are bounded; those who wait for one are few, and not for long.
//! It knows nothing of passwords.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Cost;

/// Memory that all hashes together may use by default: 13 at a time at the default cost.
const MEMORY_BUDGET_KIB: usize = 256 * 1_024;
/// How many may wait for a permit. More are told at once that it is busy.
const LONGEST_QUEUE: usize = 64;
/// How long one waits for a permit.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// The permits, and the queue for them.
pub(super) struct Admission {
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    refused: AtomicU64,
}

impl Admission {
    /// So many permits, or what the processors and the memory allow.
    pub(super) fn new(permits: Option<NonZeroUsize>, cost: Cost) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let permits = permits.map_or_else(|| permits_for(cores, cost), NonZeroUsize::get);
        Self {
            permits: Arc::new(Semaphore::new(permits)),
            waiting: AtomicUsize::new(0),
            refused: AtomicU64::new(0),
        }
    }

    /// A permit, if one is free and nobody waits for it.
    pub(super) fn at_once(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).try_acquire_owned().ok()
    }

    /// A permit, waited for if need be; none where too many wait already, or none came free in time.
    pub(super) async fn in_turn(&self) -> Option<OwnedSemaphorePermit> {
        if let Some(permit) = self.at_once() {
            return Some(permit);
        }
        let permit = match Place::take(&self.waiting) {
            Some(_place) => {
                let permit = Arc::clone(&self.permits).acquire_owned();
                tokio::time::timeout(LONGEST_WAIT, permit)
                    .await
                    .ok()
                    .and_then(Result::ok)
            }
            None => None,
        };
        if permit.is_none() {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        permit
    }

    /// Permits that nobody holds.
    pub(super) fn free(&self) -> usize {
        self.permits.available_permits()
    }

    /// How many wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// How many waited in vain, or could not even wait.
    pub(super) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

/// One per processor, and no more than fit into the memory.
fn permits_for(cores: usize, cost: Cost) -> usize {
    let memory = usize::try_from(cost.memory_kib()).unwrap_or(usize::MAX);
    cores.min(MEMORY_BUDGET_KIB / memory).max(1)
}

/// A place in the queue, given back when dropped: also when the asker went away.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Option<Self> {
        let one_more = |length: usize| (length < LONGEST_QUEUE).then_some(length + 1);
        waiting
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more)
            .ok()
            .map(|_| Self(waiting))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, advance};

    use super::*;

    fn admission(permits: usize) -> Arc<Admission> {
        Arc::new(Admission::new(NonZeroUsize::new(permits), Cost::default()))
    }

    #[test]
    fn as_many_hashes_run_as_the_processors_and_the_memory_allow() {
        assert_eq!(permits_for(2, Cost::default()), 2);
        assert_eq!(permits_for(64, Cost::default()), 13);
        assert_eq!(permits_for(64, Cost::new(1_048_576, 2).unwrap()), 1);
    }

    #[tokio::test]
    async fn no_more_permits_are_given_than_there_are() {
        let admission = admission(3);
        let held: Vec<_> = std::iter::repeat_with(|| admission.at_once()).take(5).collect();
        assert_eq!(held.iter().flatten().count(), 3);
        drop(held);
        assert_eq!(admission.free(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_longer_than_two_seconds_for_a_permit() {
        let admission = admission(1);
        let _held = admission.at_once().unwrap();
        let began = Instant::now();
        assert!(admission.in_turn().await.is_none());
        assert_eq!(began.elapsed(), LONGEST_WAIT);
        assert_eq!((admission.waiting(), admission.refused()), (0, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn sixty_four_wait_in_turn_and_the_next_is_told_at_once() {
        let admission = admission(1);
        let held = admission.at_once().unwrap();
        let ask = |_| {
            let admission = Arc::clone(&admission);
            tokio::spawn(async move { admission.in_turn().await.is_some() })
        };
        let waiting: Vec<_> = (0..64).map(ask).collect();
        while admission.waiting() < 64 {
            tokio::task::yield_now().await;
        }
        advance(Duration::from_millis(1_999)).await;
        let began = Instant::now();
        assert!(admission.in_turn().await.is_none());
        assert_eq!(began.elapsed(), Duration::ZERO);
        drop(held);
        for one in waiting {
            assert!(one.await.unwrap(), "the permit came in time");
        }
        assert_eq!((admission.waiting(), admission.refused(), admission.free()), (0, 1, 1));
    }

    #[tokio::test]
    async fn whoever_leaves_the_queue_gives_the_place_back() {
        let admission = admission(1);
        let held = admission.at_once().unwrap();
        let asker = {
            let admission = Arc::clone(&admission);
            tokio::spawn(async move { admission.in_turn().await.is_some() })
        };
        while admission.waiting() == 0 {
            tokio::task::yield_now().await;
        }
        assert!(admission.at_once().is_none());
        asker.abort();
        assert!(asker.await.unwrap_err().is_cancelled());
        assert_eq!(admission.waiting(), 0);
        drop(held);
        assert_eq!(admission.free(), 1);
    }
}
