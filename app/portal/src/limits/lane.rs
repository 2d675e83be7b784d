//! Lanes: what a browser does that has proved itself for an account before is counted apart from what all others do, so
//! that strangers who know a name cannot lock its owner out (OWASP's device cookies).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Failures, Leave};
use crate::identity::AccountId;
use crate::moment::{Moment, days};

/// How long a browser that is not used stays known for an account: as long as browsers keep a cookie (RFC 6265bis).
pub const DEVICE_LIFE: Duration = days(400);

/// In which lane somebody tries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// From a browser that has proved nothing for this account yet: the owner elsewhere, or a stranger.
    #[default]
    Unknown,
    /// From a browser that the owner has said is theirs.
    Known,
}

impl Lane {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Unknown, Self::Known];

    /// The name in the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Known => "known",
        }
    }

    /// The lane with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.word() == word)
    }

    /// Whose failures are counted for an account in this lane: where nobody looks for a lane, the stricter one counts.
    #[must_use]
    pub fn counter(self, account: &AccountId) -> AccountId {
        match self {
            Self::Unknown => account.clone(),
            Self::Known => AccountId::new(format!("known:{}", account.as_str())),
        }
    }

    /// Whether a proof may be tried. Nothing closes in the lane that strangers cannot reach.
    pub fn leave(self, failures: &Failures, now: Moment) -> Leave {
        match self {
            Self::Unknown => failures.leave(now),
            Self::Known => failures.leave_after_pause(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::FAILURES_TO_CLOSE;

    #[test]
    fn a_hundred_failures_close_one_lane_and_make_the_other_wait() {
        let now = Moment::from_millis(1_800_000_000_000);
        let failures = (0..FAILURES_TO_CLOSE).fold(Failures::default(), |failures, _| failures.count(now));
        assert_eq!(Lane::Unknown.leave(&failures, now + days(9)), Leave::Closed);
        assert!(matches!(Lane::Known.leave(&failures, now), Leave::Wait(_)));
        assert_eq!(Lane::Known.leave(&failures, now + days(9)), Leave::Granted);
    }

    #[test]
    fn the_counters_of_two_lanes_are_two() {
        let account = AccountId::new("a");
        assert_ne!(Lane::Known.counter(&account), Lane::Unknown.counter(&account));
        for lane in Lane::ALL {
            assert_eq!(Lane::from_word(lane.word()), Some(lane));
        }
    }
}
