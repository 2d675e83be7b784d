//! `cargo xtask run`: from a fresh clone to a running portal in one command.

use std::process::{Command, Stdio};

use anyhow::Result;

use crate::place::Place;
use crate::{process, site, stopwatch};

/// Builds what is out of date, then becomes `aikagi demo`.
pub fn run(place: &Place, args: &[String]) -> Result<()> {
    stopwatch::timed(
        "site",
        "what the browser gets (about 4 minutes the first time, then seconds)",
        || site::build(place),
    )?;
    stopwatch::timed(
        "server",
        "a debug build (about 6 minutes the first time, then seconds)",
        || process::run(&mut process::cargo(place, &["build", "-p", "server"])),
    )?;
    println!("\n==> demo: sample people in a scratch database; Ctrl-C ends it");
    let mut demo = process::program(place, "target/debug/aikagi");
    demo.arg("demo").args(args).stdin(Stdio::inherit());
    become_it(demo)
}

/// Takes the place of this process, so that signals and the exit code are the demo's own.
#[cfg(unix)]
fn become_it(mut demo: Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(anyhow::Error::new(demo.exec()).context("cannot start target/debug/aikagi"))
}

#[cfg(not(unix))]
fn become_it(mut demo: Command) -> Result<()> {
    let status = demo.status()?;
    std::process::exit(status.code().unwrap_or(1));
}
