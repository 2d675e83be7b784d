//! What the tests need and this machine lacks. Only Debian's and npm's own packages: nothing downloads a browser.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::place::Place;
use crate::process;

/// Debian packages and what they are for.
const PACKAGES: [(&str, &str); 10] = [
    ("chromium", "the browser of the journeys"),
    ("firefox-esr", "the whole story in another engine"),
    ("webkit2gtk-driver", "and in a third one"),
    ("xvfb", "a screen for the third, which has no other way"),
    ("xauth", "what the screen wants"),
    (
        "fonts-ipafont-gothic",
        "Japanese letters, without which pages cannot be judged by eye or by width",
    ),
    (
        "exim4-daemon-light",
        "a real mail server, started by the tests with their own settings",
    ),
    (
        "kannel",
        "a real gateway for text messages, started by the tests as well",
    ),
    (
        "postgresql",
        "the database that several servers share; the tests start a cluster of their own",
    ),
    (
        "haproxy",
        "a load balancer before several servers, started by the tests as well",
    ),
];

/// Installs both kinds.
pub fn run(place: &Place) -> Result<()> {
    debian(place)?;
    npm(place)
}

fn debian(place: &Place) -> Result<()> {
    if !process::is_there("dpkg-query") {
        println!("    this is not Debian: please see to these yourself, or the stages that need them will say so");
        for (name, reason) in PACKAGES {
            println!("      {name}: {reason}");
        }
        return Ok(());
    }
    let missing: Vec<_> = PACKAGES.into_iter().filter(|(name, _)| !is_installed(name)).collect();
    if missing.is_empty() {
        println!("    Debian packages: all there");
        return Ok(());
    }
    for (name, reason) in &missing {
        println!("    missing: {name}, {reason}");
    }
    let names: Vec<&str> = missing.iter().map(|(name, _)| *name).collect();
    if !is_root(place)? {
        bail!(
            "please run: sudo apt-get install --no-install-recommends {}",
            names.join(" ")
        );
    }
    let apt = |arguments: &[&str]| {
        let mut command = process::program(place, "apt-get");
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        // In single-user mode packages do not start their services: the tests start what they need, on ports of
        // their own.
        command.env("RUNLEVEL", "1");
        process::run(&mut command)
    };
    apt(&["update", "--quiet"])?;
    apt(&[
        &["install", "--yes", "--quiet", "--no-install-recommends"],
        names.as_slice(),
    ]
    .concat())
}

fn is_installed(package: &str) -> bool {
    let query = Command::new("dpkg-query")
        .args(["--show", "--showformat=${db:Status-Status}", package])
        .output();
    query.is_ok_and(|answer| answer.stdout == b"installed")
}

fn is_root(place: &Place) -> Result<bool> {
    Ok(process::read(process::program(place, "id").arg("-u"))?.trim() == "0")
}

fn npm(place: &Place) -> Result<()> {
    let folder = place.at("end2end");
    if !folder.join("package.json").exists() {
        println!("    npm packages: none, end2end has no package.json");
        return Ok(());
    }
    let changed = |name: &str| fs::metadata(folder.join(name)).and_then(|file| file.modified()).ok();
    // npm writes this file last.
    if changed("node_modules/.package-lock.json").is_some_and(|done| Some(done) >= changed("package-lock.json")) {
        println!("    npm packages: all there");
        return Ok(());
    }
    let mut command = process::program(place, "npm");
    command.current_dir(&folder).args(["ci", "--no-audit", "--no-fund"]);
    // Debian's browser is used; Playwright's own would come from a host that need not be reachable.
    command
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
        .stdin(Stdio::null());
    process::run(&mut command).context("npm packages of end2end")
}
