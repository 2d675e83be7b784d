//! How often one network may do what costs us a little, in memory that strangers cannot make larger.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ipnet::IpNet;
use tokio::time::Instant;

/// Networks that are remembered at once. Where there are more, further ones are turned away: what they send is of no use
/// to anybody who waits.
const MOST_NETWORKS: usize = 4_096;

/// A bucket of tokens for every network, full in the beginning.
pub(super) struct Allowance {
    /// Tokens in a full bucket.
    size: u32,
    /// Until a token that was taken is back.
    each: Duration,
    /// When the bucket of a network is full again. One that is full is not remembered.
    full_at: Mutex<HashMap<IpNet, Instant>>,
}

impl Allowance {
    pub(super) fn new(size: u32, each: Duration) -> Self {
        Self {
            size,
            each,
            full_at: Mutex::default(),
        }
    }

    /// Takes a token, where there is one.
    pub(super) fn take(&self, network: IpNet) -> bool {
        let now = Instant::now();
        // A moment is never half written.
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.len() >= MOST_NETWORKS && !full_at.contains_key(&network) {
            full_at.retain(|_, full_at| *full_at > now);
            if full_at.len() >= MOST_NETWORKS {
                return false;
            }
        }
        let full = full_at.entry(network).or_insert(now);
        let after = (*full).max(now) + self.each;
        let is_left = after.duration_since(now) <= self.each * self.size;
        if is_left {
            *full = after;
        }
        is_left
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn network(n: u32) -> IpNet {
        IpNet::from(std::net::IpAddr::V4(Ipv4Addr::from(n)))
    }

    #[tokio::test(start_paused = true)]
    async fn a_bucket_is_emptied_at_once_and_fills_by_and_by() {
        let allowance = Allowance::new(3, Duration::from_secs(10));
        let take = || allowance.take(network(1));
        assert_eq!([take(), take(), take(), take()], [true, true, true, false]);
        tokio::time::advance(Duration::from_secs(9)).await;
        assert!(!take());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!([take(), take()], [true, false]);
        tokio::time::advance(Duration::from_hours(1)).await;
        assert_eq!([take(), take(), take(), take()], [true, true, true, false]);
        assert!(allowance.take(network(2)));
    }

    #[tokio::test(start_paused = true)]
    async fn however_many_come_no_more_than_so_many_are_remembered() {
        let allowance = Allowance::new(1, Duration::from_secs(10));
        let taken = |from: u32| (from..from + 5_000).filter(|n| allowance.take(network(*n))).count();
        assert_eq!(taken(0), MOST_NETWORKS);
        assert_eq!(taken(10_000), 0);
        // An empty bucket is not forgotten because others came.
        assert!(!allowance.take(network(0)));
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(taken(20_000), MOST_NETWORKS);
        assert_eq!(allowance.full_at.lock().unwrap().len(), MOST_NETWORKS);
    }
}
