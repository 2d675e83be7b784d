//! How soon a server answers that was stopped as it should be.

use anyhow::Result;

use super::Bench;
use super::figure::{Budget, Figure, Unit};
use super::scratch::{Installation, Scratch};

/// Enough for a median that one hiccup does not move.
const STARTS: usize = 7;

pub fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let mut times = Vec::with_capacity(STARTS);
    let installation = Installation::empty(bench.place)?;
    for _ in 0..STARTS {
        let server = Scratch::serve(bench.place, &installation)?;
        times.push(server.took().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    Ok(vec![Figure::new(
        format!("start without accounts, to the first 200, median of {STARTS}"),
        times[STARTS / 2],
        Unit::Milliseconds,
        Budget::AtMost(50.0),
    )])
}
