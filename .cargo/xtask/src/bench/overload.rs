//! Ten times as many sign-ins as the processor can hash, for some seconds: whoever has proved who they are still gets
//! through, everybody else is told at once to come back, and memory stays where it is.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Result, anyhow, bail, ensure};

use super::Bench;
use super::browser::Browser;
use super::figure::{Budget, Figure, Unit};
use super::journey::{Organisation, Proved};
use super::memory;
use super::scratch::Scratch;
use crate::stopwatch::Stopwatch;

/// Connections that sign in with wrong passwords, each again as soon as it was answered: more than the queue for hashing
/// holds and the pool works on.
const CROWD: u32 = 200;
/// People who have proved who they are.
const PROVED: u32 = 8;
/// How long the crowd has pressed before those go on.
const BEFORE: Duration = Duration::from_secs(2);
/// Service Unavailable.
const BUSY: u16 = 503;

/// What the crowd was answered.
#[derive(Default)]
struct Heard {
    answered: AtomicU64,
    busy: AtomicU64,
    /// Milliseconds.
    slowest_busy: AtomicU64,
}

pub fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let mut organisation = Organisation::of(bench.place, PROVED, 0)?;
    let proved = organisation.prove(PROVED)?;
    let server = organisation.server();
    let (heard, is_over) = (Heard::default(), AtomicBool::new(false));
    let watch = Stopwatch::start();
    let finished = thread::scope(|scope| {
        let crowd: Vec<_> = (0..CROWD)
            .map(|number| {
                let (heard, is_over) = (&heard, &is_over);
                scope.spawn(move || press(server, number, heard, is_over))
            })
            .collect();
        thread::sleep(BEFORE);
        let setting: Vec<_> = proved.into_iter().map(|one| scope.spawn(move || timed(one))).collect();
        let finished: Vec<_> = setting.into_iter().map(|one| one.join().ok()?.ok()).collect();
        is_over.store(true, Ordering::Relaxed);
        for one in crowd {
            one.join().map_err(|_| anyhow!("a visitor broke down"))??;
        }
        Ok::<_, anyhow::Error>(finished)
    })?;
    let seconds = watch.read().as_secs_f64();
    let count = |counter: &AtomicU64| to_float(counter.load(Ordering::Relaxed));
    ensure!(
        count(&heard.busy) > 0.0,
        "the crowd was too small: nobody was sent away"
    );
    let times: Vec<f64> = finished.iter().flatten().copied().collect();
    let slowest = times.iter().copied().fold(0.0, f64::max);
    let done = to_float(u64::try_from(times.len())?) / f64::from(PROVED);
    let per_second = |what: &str, number: f64| Figure::new(what, number / seconds, Unit::PerSecond, Budget::None);
    Ok(vec![
        per_second("overload: sign-ins answered", count(&heard.answered)),
        per_second("  of them with \u{201c}busy\u{201d}", count(&heard.busy)),
        Figure::new(
            "  the slowest \u{201c}busy\u{201d}",
            count(&heard.slowest_busy),
            Unit::Milliseconds,
            // Two seconds in the queue, and the way there and back on a machine that is full.
            Budget::AtMost(2_500.0),
        ),
        Figure::new(
            "  resets with all proofs that were finished",
            done * 100.0,
            Unit::Percent,
            Budget::AtLeast(100.0),
        ),
        Figure::new("  the slowest of them", slowest, Unit::Milliseconds, Budget::None),
        memory::figure("  resident memory", server, 120.0)?,
    ])
}

/// Signs in with a wrong password, again and again.
fn press(server: &Scratch, number: u32, heard: &Heard, is_over: &AtomicBool) -> Result<()> {
    let network = Ipv4Addr::from_bits(Ipv4Addr::new(10, 9, 0, 1).to_bits() + number * 256);
    let mut browser = Browser::arrive(&[server.address()], server.public(), network)?;
    let form = browser.open("/signin")?.form("step")?.fill("password", "wrong");
    for round in 0_u32.. {
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        let form = form.clone().fill("user_name", &format!("nobody.{number}.{round}"));
        let watch = Stopwatch::start();
        let answer = browser.send(&form)?;
        heard.answered.fetch_add(1, Ordering::Relaxed);
        match answer.status {
            BUSY => {
                ensure!(answer.header("retry-after").is_some(), "busy, and not until when");
                heard.busy.fetch_add(1, Ordering::Relaxed);
                let took = u64::try_from(watch.read().as_millis())?;
                heard.slowest_busy.fetch_max(took, Ordering::Relaxed);
                // What it was asked for, at least in spirit: nobody comes back at once.
                thread::sleep(Duration::from_millis(50));
            }
            302 | 303 => {}
            other => bail!("a sign-in was answered with {other}"),
        }
    }
    Ok(())
}

/// Milliseconds that the last step took.
fn timed(one: Proved) -> Result<f64> {
    let watch = Stopwatch::start();
    one.set()?;
    Ok(watch.read().as_secs_f64() * 1000.0)
}

#[expect(clippy::cast_precision_loss, reason = "counts of requests are far below 2^52")]
fn to_float(count: u64) -> f64 {
    count as f64
}
