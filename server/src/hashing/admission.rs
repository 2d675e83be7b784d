//! Who may hash now, who waits, and who is told that it is busy.
//!
//! Every hash holds a permit, so memory and processors are bounded; those who wait for one are few, and not for long.
//! It knows nothing of passwords.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::Cost;
use crate::metrics::METRICS;

/// Memory that all hashes together may use by default: 13 at a time at the default cost.
const MEMORY_BUDGET_KIB: usize = 256 * 1_024;
/// How many may wait for a permit. More are told at once that it is busy.
const LONGEST_QUEUE: usize = 64;
/// How long one waits for a permit.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Of the permits, this part is never held by those who have proved nothing: one fourth.
const KEPT_PART: usize = 4;

/// Who asks for a permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// Somebody in a flow that holds a proof. Strangers cannot stand in their way, however many they are.
    Proved,
    /// Anybody else.
    Others,
}

/// A permit; of those that strangers may hold as well, where it is a stranger's.
pub(super) struct Permit {
    _one: OwnedSemaphorePermit,
    _of_others: Option<OwnedSemaphorePermit>,
}

/// The permits, and a queue for them in each lane.
pub(super) struct Admission {
    permits: Arc<Semaphore>,
    /// As many as others than the proved may hold. Only who has one of these stands in the queue for `permits`: of a single
    /// permit none can be kept, but then there is one stranger at most before somebody who has proved something.
    of_others: Arc<Semaphore>,
    proved_waiting: AtomicUsize,
    others_waiting: AtomicUsize,
    refused: AtomicU64,
}

impl Admission {
    /// So many permits, or what the processors and the memory allow.
    pub(super) fn new(permits: Option<NonZeroUsize>, cost: Cost) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let permits = permits.map_or_else(|| permits_for(cores, cost), NonZeroUsize::get);
        Self {
            permits: Arc::new(Semaphore::new(permits)),
            of_others: Arc::new(Semaphore::new((permits - kept(permits)).max(1))),
            proved_waiting: AtomicUsize::new(0),
            others_waiting: AtomicUsize::new(0),
            refused: AtomicU64::new(0),
        }
    }

    /// A permit, if one is free and nobody waits for it.
    pub(super) fn at_once(&self, lane: Lane) -> Option<Permit> {
        let of_others = match lane {
            Lane::Proved => None,
            Lane::Others => Some(Arc::clone(&self.of_others).try_acquire_owned().ok()?),
        };
        Some(Permit {
            _one: Arc::clone(&self.permits).try_acquire_owned().ok()?,
            _of_others: of_others,
        })
    }

    /// A permit, waited for if need be; none where too many wait already, or none came free in time.
    pub(super) async fn in_turn(&self, lane: Lane) -> Option<Permit> {
        let asked = Instant::now();
        let permit = self.wait_for_turn(lane).await;
        METRICS.hashing(asked.elapsed(), permit.is_some());
        permit
    }

    async fn wait_for_turn(&self, lane: Lane) -> Option<Permit> {
        if let Some(permit) = self.at_once(lane) {
            return Some(permit);
        }
        let waiting = match lane {
            Lane::Proved => &self.proved_waiting,
            Lane::Others => &self.others_waiting,
        };
        let permit = match Place::take(waiting) {
            Some(_place) => tokio::time::timeout(LONGEST_WAIT, self.acquire(lane))
                .await
                .ok()
                .flatten(),
            None => None,
        };
        if permit.is_none() {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        permit
    }

    async fn acquire(&self, lane: Lane) -> Option<Permit> {
        let of_others = match lane {
            Lane::Proved => None,
            Lane::Others => Some(Arc::clone(&self.of_others).acquire_owned().await.ok()?),
        };
        Some(Permit {
            _one: Arc::clone(&self.permits).acquire_owned().await.ok()?,
            _of_others: of_others,
        })
    }

    /// Permits that nobody holds.
    pub(super) fn free(&self) -> usize {
        self.permits.available_permits()
    }

    /// How many wait.
    pub(super) fn waiting(&self) -> usize {
        self.proved_waiting.load(Ordering::Relaxed) + self.others_waiting.load(Ordering::Relaxed)
    }

    /// How many waited in vain, or could not even wait.
    pub(super) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

/// One per processor and those that are kept for the proved, and no more than fit into the memory.
fn permits_for(cores: usize, cost: Cost) -> usize {
    let memory = usize::try_from(cost.memory_kib()).unwrap_or(usize::MAX);
    let with_kept = cores + cores.div_ceil(KEPT_PART - 1);
    with_kept.min(MEMORY_BUDGET_KIB / memory).max(1)
}

/// How many of so many permits are kept for the proved; none of a single one.
const fn kept(permits: usize) -> usize {
    if permits == 1 { 0 } else { permits.div_ceil(KEPT_PART) }
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
    use tokio::time::advance;

    use super::*;

    fn admission(permits: usize) -> Arc<Admission> {
        Arc::new(Admission::new(NonZeroUsize::new(permits), Cost::default()))
    }

    #[test]
    fn as_many_hashes_run_as_the_processors_and_the_memory_allow() {
        let permits = |cores| permits_for(cores, Cost::default());
        assert_eq!([1, 2, 3, 4, 8, 64].map(permits), [2, 3, 4, 6, 11, 13]);
        // Beside those that are kept, one for each processor.
        for cores in 1..9 {
            assert_eq!(permits(cores) - kept(permits(cores)), cores);
        }
        assert_eq!(permits_for(64, Cost::new(1_048_576, 2).unwrap()), 1);
    }

    #[tokio::test]
    async fn no_more_permits_are_given_than_there_are() {
        let admission = admission(3);
        let held: Vec<_> = std::iter::repeat_with(|| admission.at_once(Lane::Proved))
            .take(5)
            .collect();
        assert_eq!(held.iter().flatten().count(), 3);
        drop(held);
        assert_eq!(admission.free(), 3);
    }

    #[tokio::test]
    async fn a_fourth_of_the_permits_is_kept_from_those_who_have_proved_nothing() {
        for (permits, left) in [(2, 1), (3, 1), (4, 1), (5, 2), (8, 2), (13, 4)] {
            let admission = admission(permits);
            let strangers: Vec<_> = std::iter::repeat_with(|| admission.at_once(Lane::Others))
                .take(99)
                .collect();
            assert_eq!(strangers.iter().flatten().count(), permits - left);
            let proved: Vec<_> = std::iter::repeat_with(|| admission.at_once(Lane::Proved))
                .take(99)
                .collect();
            assert_eq!(proved.iter().flatten().count(), left);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_single_permit_is_waited_for_behind_one_stranger_at_most() {
        let admission = admission(1);
        let held = admission.at_once(Lane::Others).unwrap();
        let order = Arc::new(std::sync::Mutex::new(Vec::new()));
        let ask = |lane| {
            let (admission, order) = (Arc::clone(&admission), Arc::clone(&order));
            tokio::spawn(async move {
                let permit = admission.in_turn(lane).await;
                order.lock().unwrap().push(lane);
                tokio::task::yield_now().await;
                drop(permit);
            })
        };
        let mut asked: Vec<_> = (0..20).map(|_| ask(Lane::Others)).collect();
        while admission.waiting() < 20 {
            tokio::task::yield_now().await;
        }
        asked.push(ask(Lane::Proved));
        while admission.waiting() < 21 {
            tokio::task::yield_now().await;
        }
        drop(held);
        for one in asked {
            one.await.unwrap();
        }
        let order = order.lock().unwrap();
        let place = order.iter().position(|lane| *lane == Lane::Proved);
        assert!(place.is_some_and(|place| place <= 1), "{order:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_longer_than_two_seconds_for_a_permit() {
        let admission = admission(1);
        let _held = admission.at_once(Lane::Others).unwrap();
        let began = Instant::now();
        assert!(admission.in_turn(Lane::Others).await.is_none());
        assert_eq!(began.elapsed(), LONGEST_WAIT);
        assert_eq!((admission.waiting(), admission.refused()), (0, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn sixty_four_wait_in_turn_and_the_next_is_told_at_once() {
        let admission = admission(1);
        let held = admission.at_once(Lane::Others).unwrap();
        let ask = |_| {
            let admission = Arc::clone(&admission);
            tokio::spawn(async move { admission.in_turn(Lane::Others).await.is_some() })
        };
        let waiting: Vec<_> = (0..64).map(ask).collect();
        while admission.waiting() < 64 {
            tokio::task::yield_now().await;
        }
        advance(Duration::from_millis(1_999)).await;
        let began = Instant::now();
        assert!(admission.in_turn(Lane::Others).await.is_none());
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
        let held = admission.at_once(Lane::Others).unwrap();
        let asker = {
            let admission = Arc::clone(&admission);
            tokio::spawn(async move { admission.in_turn(Lane::Others).await.is_some() })
        };
        while admission.waiting() == 0 {
            tokio::task::yield_now().await;
        }
        assert!(admission.at_once(Lane::Others).is_none());
        asker.abort();
        assert!(asker.await.unwrap_err().is_cancelled());
        assert_eq!(admission.waiting(), 0);
        drop(held);
        assert_eq!(admission.free(), 1);
    }
}
