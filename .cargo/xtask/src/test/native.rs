//! Tests without a browser.

use anyhow::{Result, bail};

use super::tally::Tally;
use crate::place::Place;
use crate::process;

/// Each row is one build: `server` switches on `portal/service` and `app/ssr`, the browser's half of the rules is
/// tested without them, and xtask shares nothing with either.
const BUILDS: [&[&str]; 3] = [
    &["-p", "portal", "-p", "app", "-p", "server"],
    &["-p", "portal"],
    &["-p", "xtask"],
];

/// All of them, to the end.
pub fn run(place: &Place, tally: &mut Tally) -> Result<()> {
    let with_nextest = process::is_there("cargo-nextest");
    if !with_nextest {
        println!("    cargo-nextest is not installed; plain cargo test runs the same tests, one binary at a time");
    }
    let mut refused = Vec::new();
    for packages in BUILDS {
        let result = if with_nextest {
            let arguments = ["nextest", "run", "--no-tests=warn", "--no-fail-fast", "--color=never"];
            let mut command = process::cargo(place, &[&arguments, packages].concat());
            process::overhear(&mut command, |line| tally.hear_nextest(line))
        } else {
            let arguments = ["test", "--no-fail-fast", "--lib", "--bins", "--tests", "--color=never"];
            let mut command = process::cargo(place, &[&arguments, packages].concat());
            process::overhear(&mut command, |line| tally.hear_cargo_test(line))
        };
        if let Err(error) = result {
            refused.push(error.to_string());
        }
    }
    if !refused.is_empty() {
        bail!("{}", refused.join("; "));
    }
    if tally.passed == 0 {
        bail!("no test was run");
    }
    Ok(())
}
