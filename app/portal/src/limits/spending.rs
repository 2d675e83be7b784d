//! What texts and calls may cost: so many to numbers that lie side by side, so many in all.
//!
//! Whoever earns by calls to numbers of their own asks for codes to many that lie together, and types none of them: that is
//! what Twilio's guide to toll fraud says to look for. The figures are ours.

use std::time::Duration;

use super::{Lane, earliest};
use crate::moment::{Moment, days, hours, minutes};

/// Digits of a number, its country's among them, that numbers side by side have in common.
pub const PREFIX: usize = 7;
/// The span in which sends to one prefix are counted.
pub const PREFIX_WITHIN: Duration = hours(1);
/// The spans of the two budgets.
pub const BUDGETS_WITHIN: [Duration; 2] = [minutes(1), days(1)];
/// The span in which it is watched how many codes come back.
pub const ANSWERED_WITHIN: Duration = hours(1);
/// Fewer sends than this say nothing about how many come back.
const ENOUGH_SENDS: u32 = 50;
/// Of a hundred sends so many come back at least, where people have asked for them.
const ANSWERED_PERCENT: u32 = 20;

/// The first digits of a number in E.164.
pub fn prefix(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).take(PREFIX).collect()
}

/// When the next send to a prefix is allowed in a lane, given those within [`PREFIX_WITHIN`].
pub fn next_to_prefix(past: &[(Moment, Lane)], lane: Lane, most: u32, now: Moment) -> Moment {
    let in_lane = past.iter().filter(|(_, in_lane)| *in_lane == lane);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    earliest(in_lane.map(|(at, _)| *at), most, PREFIX_WITHIN, now)
}

/// Whether so few of the codes sent came back that nobody seems to be waiting for them.
pub const fn is_unanswered(sent: u32, answered: u32) -> bool {
    sent >= ENOUGH_SENDS && answered.saturating_mul(100) < sent.saturating_mul(ANSWERED_PERCENT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::seconds;

    const NOW: Moment = Moment::from_millis(1_800_000_000_000);

    #[test]
    fn numbers_side_by_side_have_seven_digits_in_common() {
        assert_eq!(prefix("+819012345678"), "8190123");
        assert_eq!(prefix("+12025550123"), "1202555");
    }

    #[test]
    fn each_lane_has_all_sends_to_a_prefix_to_itself() {
        let past: Vec<_> = (1..=5).map(|n| (NOW - seconds(n * 60), Lane::Unknown)).collect();
        assert_eq!(next_to_prefix(&past, Lane::Unknown, 5, NOW), NOW + minutes(55));
        assert_eq!(next_to_prefix(&past, Lane::Unknown, 6, NOW), NOW);
        assert_eq!(next_to_prefix(&past, Lane::Known, 5, NOW), NOW);
    }

    #[test]
    fn less_than_a_fifth_of_fifty_is_too_few() {
        assert!(is_unanswered(50, 9));
        assert!(!is_unanswered(50, 10));
        assert!(!is_unanswered(49, 0));
    }
}
