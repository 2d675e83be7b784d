//! What must never reach a browser, looked for in the bytes that it gets.

use std::fs;

use anyhow::{Context, Result, bail};

use super::Site;
use crate::place::Place;
use crate::toolchain;

/// A key, a password hash, the folder of somebody's cargo.
const FORBIDDEN: [&str; 4] = ["PRIVATE KEY-----", "BEGIN PRIVATE KEY", "$argon2id$", "/registry/src/"];

/// Reads every file of the package, uncompressed.
pub fn check(place: &Place, site: &Site) -> Result<()> {
    let mut forbidden: Vec<String> = FORBIDDEN.iter().map(|&text| text.to_owned()).collect();
    // Whole path components only: a page may well be called `/home`.
    let folders = [Some(place.root().to_path_buf()), toolchain::home()];
    forbidden.extend(
        folders
            .into_iter()
            .flatten()
            .map(|folder| format!("{}/", folder.display())),
    );

    let mut found = Vec::new();
    for name in site.sizes.keys() {
        let path = place.site().join(&site.pkg).join(name);
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        for text in &forbidden {
            if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
                found.push(format!("{name} holds `{text}`"));
            }
        }
    }
    if !found.is_empty() {
        bail!("{}", found.join("; "));
    }
    println!("    no key, hash or path of this machine in {} files", site.sizes.len());
    Ok(())
}
