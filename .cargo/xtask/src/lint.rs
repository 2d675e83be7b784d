//! Format and lints. Each room is linted with the features it is really built with.

use anyhow::{Result, bail};

use crate::place::Place;
use crate::{process, stopwatch, toolchain};

/// All lints, to the end, so that one call tells everything.
pub fn run(place: &Place) -> Result<()> {
    let mut refused = Vec::new();
    let mut note = |what: &'static str, result: Result<()>| {
        if let Err(error) = result {
            eprintln!("    {error:#}");
            refused.push(what);
        }
    };

    note(
        "format",
        stopwatch::timed("format", "one layout, so that a change shows only what changed", || {
            process::run(&mut process::cargo(place, &["fmt", "--all", "--check"]))
        }),
    );
    let native = [
        // First without `service`: this is the half of the rules that the browser gets.
        (
            "rules",
            "the half of the portal that the browser gets",
            &["-p", "portal"][..],
        ),
        // `server` switches on `portal/service` and `app/ssr` by itself.
        (
            "server",
            "everything that is compiled for the server",
            &["-p", "portal", "-p", "app", "-p", "server"][..],
        ),
        ("xtask", "the tool that you are running", &["-p", "xtask"][..]),
    ];
    for (what, why, packages) in native {
        let arguments = [&["clippy", "--all-targets"], packages, &["--", "-D", "warnings"]].concat();
        note(
            what,
            stopwatch::timed(what, why, || process::run(&mut process::cargo(place, &arguments))),
        );
    }
    note(
        "browser",
        stopwatch::timed("browser", "everything that is compiled for the browser", || {
            toolchain::ensure_wasm(place)?;
            let arguments = [
                "clippy",
                "-p",
                "frontend",
                "-p",
                "app",
                "--target",
                toolchain::WASM,
                "--",
                "-D",
                "warnings",
            ];
            process::run(&mut process::cargo(place, &arguments))
        }),
    );

    if !refused.is_empty() {
        bail!("lints refused: {}", refused.join(", "));
    }
    Ok(())
}
