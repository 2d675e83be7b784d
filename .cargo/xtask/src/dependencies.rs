//! What our dependencies may be: their licences, where they come from, and which of them must not be there. The rules are
//! those of `.deny.toml`, asked of cargo's own graph, so that nothing has to be installed. Known vulnerabilities need a
//! list from the network: `cargo xtask advisories`.

mod graph;
mod licences;
mod policy;
mod rooms;
mod told;

use anyhow::{Result, bail};

use crate::place::Place;
use crate::process;
use graph::Graph;
use policy::Policy;

/// Checks everything and tells everything that is wrong.
pub fn check(place: &Place) -> Result<()> {
    let policy = Policy::read(place)?;
    let graph = Graph::read(place, &policy.graph.targets)?;
    let mut wrong = licences::refused(&graph, &policy.licenses.allow)?;
    wrong.extend(graph.strangers());
    wrong.extend(graph.wildcards());
    for ban in &policy.bans.deny {
        wrong.extend(graph.banned(ban)?);
    }
    println!(
        "    {} crates in all, with {} licences allowed and {} crates banned",
        graph.len(),
        policy.licenses.allow.len(),
        policy.bans.deny.len()
    );
    wrong.extend(rooms::wrong(place)?);
    wrong.extend(told::missing(place)?);
    if !wrong.is_empty() {
        bail!("{}", wrong.join("; "));
    }
    Ok(())
}

/// Known vulnerabilities, withdrawn and abandoned crates; and the other rules once more, by the tool that they were
/// written for.
pub fn advisories(place: &Place) -> Result<()> {
    if !process::is_there("cargo-deny") {
        bail!(
            "cargo-deny is not installed. `cargo install --locked cargo-deny` compiles it, once, in some minutes; \
             it then fetches the list of advisories from github.com/rustsec"
        );
    }
    process::run(&mut process::cargo(place, &["deny", "check"]))
}
