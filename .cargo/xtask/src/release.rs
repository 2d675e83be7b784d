//! `cargo xtask build`: the site and the server, in a debug build or as the one binary that is shipped.

use std::env::consts::EXE_SUFFIX;
use std::fs;

use anyhow::{Context, Result};

use crate::place::Place;
use crate::site::Site;
use crate::{budget, process, site, stopwatch, table, toolchain};

/// Builds both and prints what came out.
pub fn build(place: &Place, release: bool) -> Result<()> {
    let site = if release { shipped(place)? } else { debug(place)? };
    budget::print_sizes(&site);
    let binary = format!(
        "target/{}/aikagi{EXE_SUFFIX}",
        if release { "release" } else { "debug" }
    );
    let bytes = fs::metadata(place.at(&binary))
        .with_context(|| format!("{binary} was not built"))?
        .len();
    println!("\n  {binary}: {}", table::kilobytes(bytes));
    Ok(())
}

/// The optimised binary with the site inside. The site comes first, for the binary embeds it.
pub fn shipped(place: &Place) -> Result<Site> {
    let site = stopwatch::timed("site", "what the browser gets", || site::build(place))?;
    stopwatch::timed(
        "server",
        "optimised, with the site inside (about 8 minutes the first time)",
        || {
            let mut build = process::cargo(place, &["build", "-p", "server", "--release"]);
            toolchain::without_this_machine(place, &mut build);
            process::run(&mut build)
        },
    )?;
    Ok(site)
}

fn debug(place: &Place) -> Result<Site> {
    let site = stopwatch::timed("site", "what the browser gets", || site::build(place))?;
    stopwatch::timed("server", "a debug build, which reads the site from target/site", || {
        process::run(&mut process::cargo(place, &["build", "-p", "server"]))
    })?;
    Ok(site)
}
