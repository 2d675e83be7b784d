//! Journeys in real browsers, by Playwright.

use anyhow::{Context, Result, bail};

use super::tally::Tally;
use crate::place::Place;
use crate::process;

/// Builds the server that the journeys start, then makes them.
pub fn run(place: &Place, tally: &mut Tally) -> Result<()> {
    if !place.at("end2end/package.json").exists() {
        println!("    there are no journeys in end2end");
        return Ok(());
    }
    process::run(&mut process::cargo(place, &["build", "-p", "server"]))?;
    let playwright = place.at("end2end/node_modules/.bin/playwright");
    if !playwright.exists() {
        bail!("Playwright is not installed; `cargo xtask test --only setup` installs it");
    }
    let mut command = process::program(
        place,
        playwright.to_str().context("the path of this tree is not plain text")?,
    );
    // Two: each worker has a server and a browser of its own, and a runner has two cores.
    command
        .current_dir(place.at("end2end"))
        .args(["test", "--workers=2"])
        .env("FORCE_COLOR", "0");
    process::overhear(&mut command, |line| tally.hear_playwright(line))
}
