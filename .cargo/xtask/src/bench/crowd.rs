//! Whether it matters how many accounts there are: a step of a reset touches so many rows, and no more.

use anyhow::Result;

use super::Bench;
use super::figure::{Budget, Figure, Unit};
use super::journey::Organisation;

/// Few accounts, and many.
const CROWDS: [u32; 2] = [1_000, 1_000_000];
/// Resets in one round, on each side.
const RESETS: u32 = 48;
/// How many of those at once.
const AT_ONCE: usize = 16;
/// The two sides take turns, so that what the machine does beside this hits both.
const ROUNDS: u32 = 2;
/// Resets before anything is measured.
const WARMING: u32 = 4;

pub fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let organisation = |crowd| Organisation::of(bench.place, WARMING + ROUNDS * RESETS, crowd);
    let mut sides = [organisation(CROWDS[0])?, organisation(CROWDS[1])?];
    let start = sides[1].server().took().as_secs_f64() * 1000.0;
    let mut seconds = [0.0; 2];
    for side in &mut sides {
        side.reset(WARMING, 1)?;
    }
    for _ in 0..ROUNDS {
        for (side, seconds) in sides.iter_mut().zip(&mut seconds) {
            *seconds += side.reset(RESETS, AT_ONCE)?.1.as_secs_f64();
        }
    }
    let [few, many] = seconds.map(|seconds| f64::from(ROUNDS * RESETS) / seconds);
    let rate = |accounts: &str, rate| {
        let what = format!("resets amid {accounts} accounts");
        Figure::new(what, rate, Unit::PerSecond, Budget::None)
    };
    Ok(vec![
        Figure::new(
            "start with 1,000,000 accounts, to the first 200",
            start,
            Unit::Milliseconds,
            Budget::AtMost(50.0),
        ),
        rate("1,000", few),
        rate("1,000,000", many),
        Figure::new(
            "resets amid 1,000,000 accounts against 1,000",
            many / few,
            Unit::Times,
            Budget::AtLeast(0.9),
        ),
    ])
}
