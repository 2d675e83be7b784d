//! Wrong codes over all accounts: what chance a guesser has who tries everybody.
//!
//! One account takes few wrong codes a day, but a hundred thousand accounts take many. So the chance that one of the day's
//! wrong codes had been right is summed up, whatever their length. Where it comes to one in a thousand (a thousand wrong
//! codes of six digits, a hundred thousand of eight), more is asked of everybody for the rest of the day, and each further
//! try is worth next to nothing: its code has ten digits, or is one of two.

use crate::moment::Moment;

/// A chance of one, in the unit of [`chance`].
const CERTAIN: u64 = 10_u64.pow(LONG as u32);
/// The chance of a day from which on more is asked: 0.1 %. Ours.
pub const ELEVATED: u64 = CERTAIN / 1_000;
/// Digits of a code that stands alone on a day when more is asked. Ours: the test below says what they are worth.
pub const LONG: u8 = 10;
/// Bits that the proof of presence costs more on such a day: four times as much. Ours.
pub const ELEVATED_BITS: u8 = 2;

/// The chance that a wrong code of so many digits had been right, in units of 10⁻¹⁰.
pub const fn chance(digits: u8) -> u64 {
    10_u64.pow(LONG.saturating_sub(digits) as u32)
}

/// The day of a moment: days since 1970, UTC.
pub const fn day(at: Moment) -> i64 {
    at.millis().div_euclid(86_400_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::FAILURES_A_DAY;

    /// How many wrong codes of so many digits bring the day about.
    fn budget(digits: u8) -> u64 {
        ELEVATED.div_ceil(chance(digits))
    }

    #[test]
    fn a_guesser_of_all_accounts_has_a_chance_of_one_in_a_thousand_a_day() {
        for digits in [6, 8] {
            // G = 10^(d-3)
            assert_eq!(budget(digits), 10_u64.pow(u32::from(digits) - 3), "{digits}");
            // A try is right with a chance of 10^-d, and so many are made before more is asked.
            assert_eq!(budget(digits) * chance(digits) * 1_000, CERTAIN, "{digits}");
        }
        // Half of either budget together is the whole.
        assert_eq!(500 * chance(6) + 50_000 * chance(8), ELEVATED);
    }

    #[test]
    fn what_is_tried_after_that_adds_less_than_a_third_for_a_hundred_thousand_accounts() {
        let tries = 100_000 * u64::from(FAILURES_A_DAY);
        assert!(tries * chance(LONG) * 3 < ELEVATED);
        // Without it they would expect two and a half hits a day.
        assert_eq!(tries * chance(6) * 10, CERTAIN * 25);
    }

    #[test]
    fn a_day_ends_at_midnight() {
        let midnight = Moment::from_millis(86_400_000 * 20_000);
        assert_eq!(day(midnight), 20_000);
        assert_eq!(day(Moment::from_millis(midnight.millis() - 1)), 19_999);
    }
}
