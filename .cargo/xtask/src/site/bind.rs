//! From the compiler's wasm to the pair that a browser can load: `aikagi.wasm` and `aikagi.js`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use super::Files;
use super::assets::read_folder;
use crate::place::Place;

/// Leptos' pages ask for this name, because `LEPTOS_OUTPUT_NAME` is set when Leptos is compiled.
const NAME: &str = "aikagi";

/// Writes the glue between wasm and the browser, and drops the names of functions, which no browser needs.
pub fn wasm(place: &Place, compiled: &[u8]) -> Result<Files> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_bytes(NAME, compiled.to_vec())
        .out_name(NAME)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        // The page always says where the wasm is, and the guess would name a file that is not there.
        .omit_default_module_path(true);
    let mut bound = bindgen
        .web(true)
        .and_then(Bindgen::generate_output)
        .context("wasm-bindgen refused the wasm")?;
    if !bound.npm_dependencies().is_empty() {
        bail!("a crate of the frontend asks for an npm package, and nothing here could serve it");
    }

    let folder = place.notes().join("bound");
    empty(&folder)?;
    bound.emit(&folder).context("cannot write the bound wasm")?;
    let mut files = read_folder(&folder)?;
    // wasm-bindgen's ending, which Leptos does not use when its output name is set at compile time.
    let wasm = files
        .remove(&format!("{NAME}_bg.wasm"))
        .context("wasm-bindgen wrote no wasm")?;
    files.insert(format!("{NAME}.wasm"), wasm);
    if !files.contains_key(&format!("{NAME}.js")) {
        bail!("wasm-bindgen wrote no JavaScript");
    }
    Ok(files)
}

fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}
