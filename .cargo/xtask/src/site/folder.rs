//! `target/site` as the server reads it: the package under its digest, the public files at the root, and `site.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::{Files, Site, Size, compress, digest};
use crate::place::Place;

const DESCRIPTION: &str = "site.json";

/// The site of the last build, when it was made from the same ingredients and still stands.
pub fn unchanged(place: &Place, ingredients: &str) -> Option<Site> {
    let known = fs::read_to_string(place.notes().join("ingredients")).ok()?;
    let site: Site = serde_json::from_slice(&fs::read(place.site().join(DESCRIPTION)).ok()?).ok()?;
    let stands = site
        .sizes
        .keys()
        .all(|name| place.site().join(&site.pkg).join(name).is_file());
    (known == ingredients && stands).then_some(site)
}

/// Writes everything, then removes what is not of this build. In this order a server that reads the folder meanwhile
/// finds either the last package or this one.
pub fn write(place: &Place, package: &Files, public: &Files, ingredients: &str) -> Result<Site> {
    let root = place.site();
    let pkg = format!("pkg-{}", digest::of_package(package));
    let sizes = write_files(&root.join(&pkg), package)?;
    write_files(&root, public)?;
    let site = Site { pkg, sizes };
    let description = serde_json::to_vec_pretty(&site).context("a site is always JSON")?;
    put(&root.join(DESCRIPTION), &description)?;
    sweep(&root, &site, public)?;
    put(&place.notes().join("ingredients"), ingredients.as_bytes())?;
    Ok(site)
}

fn write_files(folder: &Path, files: &Files) -> Result<BTreeMap<String, Size>> {
    let mut sizes = BTreeMap::new();
    for (name, bytes) in files {
        put(&folder.join(name), bytes)?;
        let mut size = Size {
            raw: length(bytes),
            br: length(bytes),
        };
        if compress::is_compressible(name) {
            let (brotli, gzip) = (compress::brotli(bytes)?, compress::gzip(bytes)?);
            size.br = length(&brotli);
            put(&folder.join(format!("{name}.br")), &brotli)?;
            put(&folder.join(format!("{name}.gz")), &gzip)?;
        }
        sizes.insert(name.clone(), size);
    }
    Ok(sizes)
}

/// Removes old packages, and public files whose source is gone.
fn sweep(root: &Path, site: &Site, public: &Files) -> Result<()> {
    let mut kept = BTreeSet::from([site.pkg.clone(), DESCRIPTION.to_owned()]);
    for name in public.keys() {
        let top = name.split('/').next().unwrap_or(name);
        kept.extend(["", ".br", ".gz"].map(|ending| format!("{top}{ending}")));
    }
    for entry in fs::read_dir(root).context("target/site was just written")? {
        let path = entry.context("target/site was just written")?.path();
        if path
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| kept.contains(name))
        {
            continue;
        }
        let removed = if path.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        removed.with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}

/// Writes beside the place and moves in, so that nobody reads half a file.
fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    let problem = || format!("cannot write {}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(problem)?;
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    fs::write(&beside, bytes)
        .and_then(|()| fs::rename(&beside, path))
        .with_context(problem)
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
