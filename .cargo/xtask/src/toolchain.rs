//! What the tool-chain itself must have, and the flags that keep the builder's machine out of what is built.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::place::Place;
use crate::process;

/// The browser's target.
pub const WASM: &str = "wasm32-unknown-unknown";

/// Adds the standard library for the browser when it is missing.
pub fn ensure_wasm(place: &Place) -> Result<()> {
    let sysroot = process::read(process::program(place, "rustc").args(["--print", "sysroot"]))?;
    if PathBuf::from(sysroot.trim()).join("lib/rustlib").join(WASM).is_dir() {
        return Ok(());
    }
    println!("    Rust's standard library for the browser ({WASM}) is missing; rustup adds it.");
    process::run(process::program(place, "rustup").args(["target", "add", WASM]))
        .with_context(|| format!("without rustup, install the target {WASM} in the way your Rust was installed"))
}

/// Panic messages carry the paths of source files. Without this they tell everybody who built it and where, and make
/// two builds of one commit differ. Only for what is shipped: other flags mean another build, and a developer's own
/// `cargo build` has none.
pub fn without_this_machine(place: &Place, command: &mut Command) {
    // The last prefix that fits wins, so the widest comes first.
    let mut prefixes: Vec<(PathBuf, &str)> = Vec::new();
    if let Some(home) = home() {
        prefixes.push((home, "home"));
    }
    prefixes.push((place.root().to_path_buf(), "aikagi"));
    for registry in registries() {
        prefixes.push((registry, "crates"));
    }
    let mut flags: Vec<String> = env::var("RUSTFLAGS")
        .unwrap_or_default()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    // Flags in the environment take the place of those in `.cargo/config.toml`.
    flags.extend(["--cfg", "erase_components"].map(str::to_owned));
    flags.extend(
        prefixes
            .iter()
            .map(|(path, name)| format!("--remap-path-prefix={}={name}", path.display())),
    );
    // Encoded, because a path may hold a space.
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
}

/// The person's home folder, where it says something about them.
pub fn home() -> Option<PathBuf> {
    env::home_dir().filter(|home| home.components().count() > 1)
}

/// The folders of cargo's unpacked sources, one per registry, each named after the registry's host.
fn registries() -> Vec<PathBuf> {
    let cargo_home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| home().map(|home| home.join(".cargo")));
    let Some(sources) = cargo_home.map(|folder| folder.join("registry/src")) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = fs::read_dir(sources)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}
