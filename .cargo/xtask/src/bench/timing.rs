//! Whether the time of an answer tells somebody who is known from somebody who is not: both ask in turns, each from a
//! network of their own, and what is compared is the middle and the end of the two distributions.

use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::thread;

use anyhow::{Result, ensure};

use super::Bench;
use super::browser::Browser;
use super::figure::{Budget, Figure, Unit};
use super::form::Form;
use super::journey::RIPENING;
use super::scratch::{Installation, Scratch};
use crate::stopwatch::Stopwatch;

/// Samples of each class in one batch: fewer connections than one address may hold.
const BATCH: u32 = 84;
/// Batches: 504 samples of each class.
const BATCHES: u32 = 6;

/// What the organisation tells, and whom it has that must look as if it had not: in `explain` those who registered
/// nothing, in `uniform` everybody.
const MODES: [(&str, &str); 2] = [("explain", ""), ("uniform", "known@example.net")];

/// The milliseconds of both classes: known, unknown.
type Samples = [Vec<f64>; 2];

pub fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for (mode, email) in MODES {
        figures.extend(rows(mode, &identify(bench, mode, email)?));
    }
    Ok(figures)
}

/// Lets known and unknown names be given, in turns.
fn identify(bench: &Bench, mode: &str, email: &str) -> Result<Samples> {
    let mut people = "name,email\n".to_owned();
    for number in 0..BATCH * BATCHES {
        let email = email.replace("known", &format!("known.{number}"));
        writeln!(people, "known.{number},{email}")?;
    }
    let installation = Installation::of(bench.place, SETTINGS, &people)?;
    installation.decide(bench.place, &format!(r#"{{"account_messages": "{mode}"}}"#))?;
    let server = Scratch::serve(bench.place, &installation)?;
    let mut samples = Samples::default();
    for batch in 0..BATCHES {
        let begun = (batch * BATCH..(batch + 1) * BATCH)
            .flat_map(|number| [(number, 0), (number, 1)])
            .map(|(number, class)| begin(&server, number, class))
            .collect::<Result<Vec<_>>>()?;
        thread::sleep(RIPENING);
        for (mut browser, form, class) in begun {
            browser.reconnect()?;
            let watch = Stopwatch::start();
            let answer = browser.send(&form)?;
            samples[class].push(watch.read().as_secs_f64() * 1000.0);
            let onward = answer.header("location").unwrap_or_default();
            ensure!(
                onward.contains("/reset/"),
                "a user name was answered with {} {onward}",
                answer.status
            );
        }
    }
    Ok(samples)
}

/// The first form, filled in: the class is 0 for somebody known, 1 for somebody unknown.
fn begin(server: &Scratch, number: u32, class: usize) -> Result<(Browser, Form, usize)> {
    let place = number * 2 + u32::try_from(class)?;
    let network = Ipv4Addr::from_bits(Ipv4Addr::new(10, 0, 0, 1).to_bits() + place * 256);
    let mut browser = Browser::arrive(&[server.address()], server.public(), network)?;
    let name = format!("{}.{number}", ["known", "other"][class]);
    let form = browser.open("/reset")?.form("step")?.fill("user_name", &name);
    Ok((browser, form, class))
}

fn rows(mode: &str, [known, unknown]: &Samples) -> [Figure; 3] {
    let gap = |share: f64| (quantile(known, share) - quantile(unknown, share)).abs();
    let milliseconds = |what: String, value, most| Figure::new(what, value, Unit::Milliseconds, Budget::AtMost(most));
    [
        milliseconds(
            format!("known against unknown, {mode}: gap of the medians"),
            gap(0.5),
            5.0,
        ),
        milliseconds("  gap of the 95th percentiles".to_owned(), gap(0.95), 15.0),
        // 0.5 where nothing can be told; without a budget, for among many samples differences show that nobody can use.
        Figure::new(
            "  a known one slower than an unknown one (Mann-Whitney U)",
            share_above(known, unknown),
            Unit::Times,
            Budget::None,
        ),
    ]
}

/// The sample below which this share of the others lies.
fn quantile(samples: &[f64], share: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place among some hundred samples"
    )]
    let place = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(place).copied().unwrap_or_default()
}

/// Of all pairs of one and one other, the share in which the one is greater; a tie counts half.
fn share_above(ones: &[f64], others: &[f64]) -> f64 {
    let above = |one: f64| -> f64 {
        let points = others.iter().map(|other| match one.total_cmp(other) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        });
        points.sum()
    };
    #[expect(clippy::cast_precision_loss, reason = "some hundred samples")]
    let pairs = (ones.len() * others.len()) as f64;
    ones.iter().map(|one| above(*one)).sum::<f64>() / pairs
}

/// The organisation: the bench tells where people come from.
const SETTINGS: &str = r#"trusted_proxies = ["127.0.0.1"]
[organisation]
name.en = "Bench"
[mail]
host = "127.0.0.1"
port = 9
security = "none-for-loopback-only"
from = "Bench <no-reply@example.org>"
[log]
level = "error"
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_classes_are_a_toss_and_slower_ones_are_not() {
        let (low, high) = ([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]);
        assert!((share_above(&low, &low) - 0.5).abs() < 1e-9);
        assert!((share_above(&high, &low) - 1.0).abs() < 1e-9);
        assert!(share_above(&low, &high).abs() < 1e-9);
    }

    #[test]
    fn a_quantile_is_one_of_the_samples() {
        let samples = [5.0, 1.0, 4.0, 2.0, 3.0];
        assert!((quantile(&samples, 0.5) - 3.0).abs() < 1e-9);
        assert!((quantile(&samples, 0.95) - 5.0).abs() < 1e-9);
        assert!(quantile(&[], 0.5).abs() < 1e-9);
    }
}
