//! `cargo xtask test`: everything that must pass before a change lands, in the order of what is cheap to know.

mod browsers;
mod native;
mod setup;
mod tally;

use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::place::Place;
use crate::stopwatch::{self, Stopwatch, spoken};
use crate::{budget, dependencies, lint, site, table};
use tally::Tally;

/// The stages, in their order.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// Debian packages and npm packages that the other stages need
    Setup,
    /// Format and lints
    Lint,
    /// Licences and sources of dependencies, and crates that must not be there
    Dependencies,
    /// Tests of the rules, the pages and the server
    Native,
    /// What the browser gets: its build, its size, and what must not be in it
    Site,
    /// Journeys in real browsers
    Browsers,
}

enum Outcome {
    Passed,
    Failed(String),
    /// It would only have repeated an earlier failure.
    NotRun(&'static str),
}

/// Runs the stages to the end, then tells how each went; an error when one of them failed.
pub fn run(place: &Place, only: &[Stage]) -> Result<()> {
    let mut tally = Tally::default();
    let mut results: Vec<(Stage, Outcome, Duration)> = Vec::new();
    for &stage in Stage::value_variants()
        .iter()
        .filter(|stage| only.is_empty() || only.contains(stage))
    {
        let watch = Stopwatch::start();
        let missing = needs(stage).iter().find(|need| {
            results
                .iter()
                .any(|(earlier, outcome, _)| earlier == *need && !matches!(outcome, Outcome::Passed))
        });
        let outcome = match missing {
            Some(need) => Outcome::NotRun(name(*need)),
            None => match stopwatch::timed(name(stage), why(stage), || work(place, stage, &mut tally)) {
                Ok(()) => Outcome::Passed,
                Err(error) => {
                    eprintln!("    {error:#}");
                    Outcome::Failed(format!("{error:#}"))
                }
            },
        };
        results.push((stage, outcome, watch.read()));
    }
    report(&results, &tally)
}

fn work(place: &Place, stage: Stage, tally: &mut Tally) -> Result<()> {
    match stage {
        Stage::Setup => setup::run(place),
        Stage::Lint => lint::run(place),
        Stage::Dependencies => dependencies::check(place),
        Stage::Native => native::run(place, tally),
        Stage::Site => {
            let site = site::build(place)?;
            budget::print_sizes(&site);
            let over = budget::check(&site);
            site::check_leaks(place, &site).context("something in the site must not leave the house")?;
            over
        }
        Stage::Browsers => browsers::run(place, tally),
    }
}

fn needs(stage: Stage) -> &'static [Stage] {
    match stage {
        Stage::Browsers => &[Stage::Setup, Stage::Site],
        _ => &[],
    }
}

fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Setup => "setup",
        Stage::Lint => "lint",
        Stage::Dependencies => "dependencies",
        Stage::Native => "native",
        Stage::Site => "site",
        Stage::Browsers => "browsers",
    }
}

fn why(stage: Stage) -> &'static str {
    match stage {
        Stage::Setup => "what the later stages need and this machine lacks",
        Stage::Lint => "format and lints, on both sides of the wire",
        Stage::Dependencies => "their licences and sources, and that none is where it would do harm",
        Stage::Native => "rules, pages and server, without a browser",
        Stage::Site => "what the browser gets, against its budget, and without secrets",
        Stage::Browsers => "whole journeys, as people make them",
    }
}

fn report(results: &[(Stage, Outcome, Duration)], tally: &Tally) -> Result<()> {
    let row = |(stage, outcome, took): &(Stage, Outcome, Duration)| {
        let told = match outcome {
            Outcome::Passed => "passed".to_owned(),
            Outcome::Failed(_) => "FAILED".to_owned(),
            Outcome::NotRun(need) => format!("not run, for {need} failed"),
        };
        vec![
            name(*stage).to_owned(),
            told,
            format!("{:.1} min", took.as_secs_f64() / 60.0),
        ]
    };
    println!();
    table::print(
        &["stage", "outcome", "took"],
        &results.iter().map(row).collect::<Vec<_>>(),
    );
    let whole: Duration = results.iter().map(|(_, _, took)| *took).sum();
    println!("  in all {}\n", spoken(whole));

    let mut failed = 0;
    for (stage, outcome, _) in results {
        if let Outcome::Failed(reason) = outcome {
            eprintln!("{}: {reason}", name(*stage));
        }
        failed += usize::from(!matches!(outcome, Outcome::Passed));
    }
    if results
        .iter()
        .any(|(stage, ..)| matches!(stage, Stage::Native | Stage::Browsers))
    {
        println!("tests: {} passed, {} failed", tally.passed, tally.failed);
    }
    if failed > 0 {
        bail!("{failed} of {} stages did not pass", results.len());
    }
    Ok(())
}
