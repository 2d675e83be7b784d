//! How many rendered pages a server gives, against a static file from the same server: the file's rate tells what this
//! machine, this client and HTTP cost, so that the ratio tells what rendering costs.

use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};

use super::Bench;
use super::figure::{Budget, Figure, Unit};
use super::sizes::FIRST_PAGE;
use super::visitor::Visitor;
use crate::stopwatch::Stopwatch;

pub fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let file = format!("/{}/aikagi.css", bench.site.pkg);
    // Once beforehand, so that no figure contains first-time work.
    let at = bench.server.address();
    Visitor::arrive(at)?.page(FIRST_PAGE)?;
    let files = rate(at, &file, bench.seconds).with_context(|| format!("asking for {file}"))?;
    let pages = rate(at, FIRST_PAGE, bench.seconds).with_context(|| format!("asking for {FIRST_PAGE}"))?;
    Ok(vec![
        Figure::new("static file", files, Unit::PerSecond, Budget::None),
        Figure::new("rendered /reset", pages, Unit::PerSecond, Budget::None),
        Figure::new(
            "rendered /reset against a static file",
            pages / files,
            Unit::Times,
            Budget::AtLeast(0.5),
        ),
    ])
}

/// Answers in a second, over one kept-alive connection for each core.
#[expect(clippy::cast_precision_loss, reason = "counts of requests are far below 2^52")]
fn rate(at: SocketAddr, path: &str, seconds: u64) -> Result<f64> {
    let connections = thread::available_parallelism().map_or(1, usize::from);
    let watch = Stopwatch::start();
    let visits = thread::scope(|scope| {
        let visitors: Vec<_> = (0..connections)
            .map(|_| scope.spawn(|| visit(at, path, seconds)))
            .collect();
        let joined = visitors
            .into_iter()
            .map(|one| one.join().map_err(|_| anyhow!("a visitor broke down"))?);
        joined.sum::<Result<u64>>()
    })?;
    Ok(visits as f64 / watch.read().as_secs_f64())
}

fn visit(at: SocketAddr, path: &str, seconds: u64) -> Result<u64> {
    let mut visitor = Visitor::arrive(at)?;
    let (watch, limit) = (Stopwatch::start(), Duration::from_secs(seconds));
    let mut visits = 0;
    while watch.read() < limit {
        visitor.page(path)?;
        visits += 1;
    }
    Ok(visits)
}
