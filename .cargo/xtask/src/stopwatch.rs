//! How long things take. The one file of xtask that looks at a clock.

use std::time::{Duration, Instant};

/// Runs from its start.
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "a build tool measures real time; no rule of the product hangs on it"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn read(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A span of time as people say it.
pub fn spoken(span: Duration) -> String {
    let seconds = span.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{:.1} min", seconds / 60.0)
    }
}

/// Says what is about to happen and why, does it, and says how long it took.
pub fn timed<T>(what: &str, why: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    println!("\n==> {what}: {why}");
    let watch = Stopwatch::start();
    let result = work();
    let verdict = if result.is_ok() { "done" } else { "failed" };
    println!("    {what}: {verdict} after {}", spoken(watch.read()));
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_a_minute_and_more_are_told_in_minutes() {
        assert_eq!(spoken(Duration::from_millis(1540)), "1.5 s");
        assert_eq!(spoken(Duration::from_secs(90)), "1.5 min");
    }
}
