//! Tests without a browser.

use anyhow::{Result, bail};

use super::tally::Tally;
use crate::place::Place;
use crate::postgres::Cluster;
use crate::process;

/// Each row is one build: `server` switches on `portal/service` and `app/ssr`, the browser's half of the rules is
/// tested without them, and xtask shares nothing with either.
const BUILDS: [&[&str]; 3] = [
    &["-p", "portal", "-p", "app", "-p", "server"],
    &["-p", "portal"],
    &["-p", "xtask"],
];

/// What is tried on `PostgreSQL` as well: the promises of the store, and the journeys in which it judges and counts.
const ON_SERVER: &str = "package(server) & (test(/^promises::/) | \
     test(/^requests::(codes|guesses|health|help|keeping|meanwhile|not_me|proof|registration|unlock)::/))";
/// What is about a file, or stops the time that connections are waited for, and is not.
const OF_FILES: [&str; 5] = [
    "a_stop_gives_back_what_takes_too_long",
    "promises::opening::",
    "promises::unclean::",
    "promises::plans::",
    "a_name_that_only_the_database_takes_for_ours_is_nobodys",
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
    if let Err(error) = on_server(place, tally, with_nextest) {
        refused.push(format!("on PostgreSQL: {error:#}"));
    }
    if !refused.is_empty() {
        bail!("{}", refused.join("; "));
    }
    if tally.passed == 0 {
        bail!("no test was run");
    }
    Ok(())
}

/// The tests of the store and of the requests once more, each on a `PostgreSQL` database of its own.
fn on_server(place: &Place, tally: &mut Tally, with_nextest: bool) -> Result<()> {
    let cluster = Cluster::start(place, "")?;
    println!(
        "    once more on PostgreSQL, but for what is about a file: {}",
        OF_FILES.join(", ")
    );
    let mut command = if with_nextest {
        let files: Vec<String> = OF_FILES.iter().map(|name| format!("test({name})")).collect();
        let filter = format!("{ON_SERVER} & !({})", files.join(" | "));
        let arguments = ["nextest", "run", "--no-fail-fast", "--color=never", "-E", &filter];
        process::cargo(place, &[&arguments, BUILDS[0]].concat())
    } else {
        let arguments = [
            "test",
            "-p",
            "server",
            "--test",
            "all",
            "--no-fail-fast",
            "--color=never",
            "--",
        ];
        let skipped: Vec<&str> = OF_FILES
            .iter()
            .chain(&["outer::"])
            .flat_map(|name| ["--skip", name])
            .collect();
        process::cargo(place, &[&arguments, skipped.as_slice()].concat())
    };
    command.env("AIKAGI_TEST_POSTGRES", cluster.address("postgres"));
    if with_nextest {
        process::overhear(&mut command, |line| tally.hear_nextest(line))
    } else {
        process::overhear(&mut command, |line| tally.hear_cargo_test(line))
    }
}
