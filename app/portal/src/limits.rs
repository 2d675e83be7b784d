//! How many tries, and how soon again.
//!
//! Failures belong to an account and a factor, never to a browser or a flow, so a new cookie forgives nothing; those with the
//! whole number also to the network they come from, for nothing was proved or sent before it. Sends belong to a destination,
//! an account and a network. All are pure values: the store keeps them, this file says what follows.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::method::code::LIFE;
use crate::moment::{Moment, days, hours, minutes, seconds};

mod lane;
pub mod population;
pub mod spending;

pub use lane::{DEVICE_LIFE, Lane};

/// The wrong proof in a row that brings the first wait. Ours: as many as a code has tries.
pub const FREE_FAILURES: u32 = 5;
/// The first wait after that; it doubles with every further failure (NIST SP 800-63B §3.2.2: 30 seconds up to an hour).
pub const FIRST_WAIT: Duration = seconds(30);
/// The longest wait (as above).
pub const LONGEST_WAIT: Duration = hours(1);
/// Wrong proofs in 24 hours, per account and method. Ours: with six digits, a chance of one in forty thousand a day.
pub const FAILURES_A_DAY: u32 = 25;
/// Wrong proofs in a row at which a method closes until the owner's next sign-in (NIST SP 800-63B §3.2.2).
pub const FAILURES_TO_CLOSE: u32 = 100;

/// Wrong whole numbers in 24 hours, per account and lane, from whatever networks. Ours.
pub const WHOLE_NUMBERS_A_DAY: u32 = 100;

/// The wrong password at sign-in that brings the first wait (Entra ID's smart lockout: 10, and a minute).
pub const FREE_SIGN_INS: u32 = 10;
/// The first wait at sign-in; it doubles (as above).
pub const FIRST_SIGN_IN_WAIT: Duration = seconds(60);

/// What is being counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// The password, at sign-in and where the current one is asked for.
    Password,
    /// Codes by mail.
    Email,
    /// Codes to the phone, by text or call: one number is one channel, so its failures are one count.
    Phone,
    /// Answers to security questions, all of a set together.
    Questions,
    /// The whole number typed before anything is sent.
    WholeNumber,
    /// New passwords that were refused for their history: each answer tells something about an old password.
    History,
}

impl Factor {
    /// The name in the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Questions => "questions",
            Self::WholeNumber => "whole_number",
            Self::History => "history",
        }
    }
}

/// The failures of one account with one factor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failures {
    /// In a row, since the last success.
    pub in_a_row: u32,
    /// When the running day of counting began.
    pub day_began: Moment,
    /// Failures in that day.
    pub in_the_day: u32,
    /// No try before this moment.
    pub wait_until: Moment,
    /// Keyed digest of the last wrong password, for sign-in: the same one again is one mistake, not two.
    pub last_wrong: Option<String>,
}

/// Whether somebody may try now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Leave {
    /// Go ahead.
    Granted,
    /// Not before this moment.
    Wait(Moment),
    /// Not until the owner has signed in or the help desk has reopened it.
    Closed,
}

impl Failures {
    /// Whether a proof may be tried.
    pub fn leave(&self, now: Moment) -> Leave {
        if self.in_a_row >= FAILURES_TO_CLOSE {
            Leave::Closed
        } else if now < self.wait_until {
            Leave::Wait(self.wait_until)
        } else {
            Leave::Granted
        }
    }

    /// After one more wrong proof.
    #[must_use]
    pub fn count(&self, now: Moment) -> Self {
        let mut next = self.next_day(now);
        next.wait_until = now + wait(next.in_a_row, FREE_FAILURES, FIRST_WAIT);
        if next.in_the_day >= FAILURES_A_DAY {
            next.wait_until = next.wait_until.max(next.day_began + days(1));
        }
        next
    }

    /// After one more wrong password; `wrong` is its keyed digest. The same wrong password again changes nothing.
    #[must_use]
    pub fn count_sign_in(&self, wrong: String, now: Moment) -> Self {
        if self.last_wrong.as_ref() == Some(&wrong) {
            return self.clone();
        }
        let mut next = self.next_day(now);
        next.last_wrong = Some(wrong);
        next.wait_until = now + wait(next.in_a_row, FREE_SIGN_INS, FIRST_SIGN_IN_WAIT);
        next
    }

    /// After one more that was wrong, where only so many a day are counted: no wait up to then, and then the rest of the day.
    #[must_use]
    pub fn count_a_day(&self, most: u32, now: Moment) -> Self {
        let mut next = self.next_day(now);
        if next.in_the_day >= most {
            next.wait_until = next.day_began + days(1);
        }
        next
    }

    /// Whether one may try where nothing ever closes, however many were wrong: a password at sign-in, a whole number.
    pub fn leave_after_pause(&self, now: Moment) -> Leave {
        if now < self.wait_until {
            Leave::Wait(self.wait_until)
        } else {
            Leave::Granted
        }
    }

    fn next_day(&self, now: Moment) -> Self {
        let mut next = self.clone();
        next.in_a_row = next.in_a_row.saturating_add(1);
        if next.in_the_day == 0 || now >= next.day_began + days(1) {
            next.day_began = now;
            next.in_the_day = 0;
        }
        next.in_the_day = next.in_the_day.saturating_add(1);
        next
    }
}

/// The wait after `in_a_row` failures: none up to `free` − 1, then `first`, doubled each time, at most [`LONGEST_WAIT`].
fn wait(in_a_row: u32, free: u32, first: Duration) -> Duration {
    let Some(beyond) = in_a_row.checked_sub(free) else {
        return Duration::ZERO;
    };
    first
        .saturating_mul(2_u32.saturating_pow(beyond.min(16)))
        .min(LONGEST_WAIT)
}

/// Sends allowed to one destination: at most so many within so long. Ours: OWASP ASVS 5.0 (2.4.1) asks for limits and names
/// none.
pub const SENDS: [(usize, Duration); 4] = [(1, seconds(30)), (3, minutes(10)), (5, hours(1)), (10, hours(24))];
/// Of a destination's sends of a day, those that one network may cause. Ours.
pub const SENDS_FROM_ONE_NETWORK: usize = 3;
/// Messages with codes on behalf of one account within [`MESSAGES_WITHIN`]. Ours.
pub const MESSAGES: usize = 10;
/// The span for [`MESSAGES`]. Ours.
pub const MESSAGES_WITHIN: Duration = minutes(10);
/// Flows of one account that may hold a live code at once. Ours.
pub const LIVE_CODES: usize = 3;

/// One send in the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// When it was asked for.
    pub at: Moment,
    /// Whether it was asked for from the network that asks now.
    pub same_network: bool,
    /// In which lane.
    pub lane: Lane,
}

/// When the next send to a destination is allowed in a lane: `now` when it is allowed at once. Each lane has all of the
/// sends to itself.
pub fn next_send(past: &[Sent], lane: Lane, now: Moment) -> Moment {
    let past = || past.iter().filter(move |sent| sent.lane == lane);
    let by_count = SENDS
        .iter()
        .map(|&(most, within)| earliest(past().map(|sent| sent.at), most, within, now));
    // The person at the office behind one address asks for their own code thrice within a day at most from there; the
    // count of the destination itself still leaves seven for every other network. A known browser is no network's.
    let from_here = past().filter(|sent| sent.same_network && lane == Lane::Unknown);
    let by_network = earliest(from_here.map(|sent| sent.at), SENDS_FROM_ONE_NETWORK, hours(24), now);
    by_count.chain([by_network]).max().unwrap_or(now)
}

/// When the next message on behalf of an account is allowed in a lane, given those within [`MESSAGES_WITHIN`].
pub fn next_message(past: &[(Moment, Lane)], lane: Lane, now: Moment) -> Moment {
    let in_lane = past.iter().filter(|(_, in_lane)| *in_lane == lane);
    earliest(in_lane.map(|(at, _)| *at), MESSAGES, MESSAGES_WITHIN, now)
}

/// When the next flow of an account may hold a live code, given those of its other flows. The last place is kept for a known
/// browser: strangers cannot take all of them.
pub fn next_code(live: &[(Moment, Lane)], lane: Lane, now: Moment) -> Moment {
    let next = earliest(live.iter().map(|(at, _)| *at), LIVE_CODES, LIFE, now);
    match lane {
        Lane::Known => next,
        Lane::Unknown => {
            let unknown = live.iter().filter(|(_, lane)| *lane == Lane::Unknown);
            next.max(earliest(unknown.map(|(at, _)| *at), LIVE_CODES - 1, LIFE, now))
        }
    }
}

/// When the next of `most` events `within` a span is allowed, given the past ones.
pub fn earliest(past: impl Iterator<Item = Moment>, most: usize, within: Duration, now: Moment) -> Moment {
    let mut past: Vec<Moment> = past.collect();
    past.sort_unstable();
    let first_of_the_last = past.len().checked_sub(most).and_then(|place| past.get(place));
    first_of_the_last.map_or(now, |at| (*at + within).max(now))
}

/// Calls for help about one account in a day. Of more nobody is told. Ours, as the three below.
pub const CALLS_PER_ACCOUNT: usize = 3;
/// Calls for help in an hour, about all accounts, that are told of one by one. Of more a digest tells.
pub const CALLS_AN_HOUR: usize = 20;
/// How long the first call of a digest waits for others.
pub const DIGEST_AFTER: Duration = hours(1);
/// Calls that a digest names one by one; the others it counts.
pub const CALLS_IN_DIGEST: u8 = 50;

#[cfg(test)]
mod tests;
