//! What the browser gets: wasm, JavaScript, style, words and the files of `public/`, compressed beforehand, in a folder
//! named by the digest of its contents. A name that changes with the contents may be cached for ever.

mod assets;
mod bind;
mod compress;
mod digest;
mod folder;
mod leaks;
mod style;
mod words;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

pub use compress::brotli;
pub use leaks::check as check_leaks;

use crate::place::Place;
use crate::{process, toolchain};

/// Files by their name below some folder, with `/` between parts.
type Files = BTreeMap<String, Vec<u8>>;

/// What was built, as `site.json` tells the server.
#[derive(Serialize, Deserialize)]
pub struct Site {
    /// The folder's name, `pkg-` and 16 hex digits.
    pub pkg: String,
    /// Every file of that folder.
    pub sizes: BTreeMap<String, Size>,
}

/// A file's size in bytes.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Size {
    /// As it is.
    pub raw: u64,
    /// With brotli 11; the raw size where the file is compressed already.
    pub br: u64,
}

/// Builds the site, or finds that nothing has changed.
pub fn build(place: &Place) -> Result<Site> {
    toolchain::ensure_wasm(place)?;
    // One profile for every use: a debug wasm is ten times as large, slower, and would be a second build.
    let arguments = [
        "build",
        "-p",
        "frontend",
        "--lib",
        "--profile",
        "wasm-release",
        "--target",
        toolchain::WASM,
    ];
    let mut build = process::cargo(place, &arguments);
    toolchain::without_this_machine(place, &mut build);
    process::run(&mut build)?;
    let compiled = place
        .at("target")
        .join(toolchain::WASM)
        .join("wasm-release/frontend.wasm");
    let compiled = std::fs::read(&compiled).with_context(|| format!("{} was not built", compiled.display()))?;

    let mut package = assets::words(place)?;
    package.insert("aikagi.css".to_owned(), style::bundle(place)?);
    package.extend(assets::common_passwords(place)?);
    let public = assets::public(place)?;

    // Binding and brotli 11 are what takes seconds, so they are done only for new ingredients.
    let ingredients = digest::of_ingredients(&compiled, &package, &public);
    if let Some(site) = folder::unchanged(place, &ingredients) {
        println!("    nothing new: {}", site.pkg);
        return Ok(site);
    }
    package.extend(bind::wasm(place, &compiled)?);
    folder::write(place, &package, &public, &ingredients)
}
