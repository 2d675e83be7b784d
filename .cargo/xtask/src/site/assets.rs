//! What is taken as it lies in the tree.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::Files;
use super::words::Catalogue;
use crate::place::Place;

/// The language whose file gives the order of the texts.
const FIRST: &str = "en";

/// One `words/<language>.json` for each `app/words/<language>.txt`.
pub fn words(place: &Place) -> Result<Files> {
    let mut texts = read_folder(&place.at("app/words"))?;
    texts.retain(|name, _| language(name).is_some());
    if texts.is_empty() {
        return Ok(Files::new());
    }
    let read = |language: &str| -> Result<Catalogue> {
        let name = format!("{language}.txt");
        let bytes = texts
            .get(&name)
            .with_context(|| format!("app/words/{name} is missing"))?;
        let text = std::str::from_utf8(bytes).with_context(|| format!("app/words/{name} is not UTF-8"))?;
        Catalogue::parse(text).with_context(|| format!("app/words/{name}"))
    };
    let first = read(FIRST)?;
    let mut files = Files::new();
    for name in texts.keys() {
        let Some(language) = language(name) else { continue };
        let catalogue = read(language)?;
        let ordered = catalogue
            .in_order_of(&first)
            .with_context(|| format!("app/words/{name}"))?;
        let json = serde_json::to_vec(&ordered).context("texts are always JSON")?;
        files.insert(format!("words/{language}.json"), json);
    }
    Ok(files)
}

/// `ja` of `ja.txt`.
fn language(name: &str) -> Option<&str> {
    name.strip_suffix(".txt").filter(|language| !language.contains('/'))
}

/// The short list of common passwords that the browser warns of while a person types.
pub fn common_passwords(place: &Place) -> Result<Files> {
    let path = place.at("app/portal/src/password/common_browser.txt");
    if !path.exists() {
        return Ok(Files::new());
    }
    let list = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Files::from([("common.txt".to_owned(), list)]))
}

/// Files that keep their names, because something outside asks for them: icons, `robots.txt`.
pub fn public(place: &Place) -> Result<Files> {
    read_folder(&place.at("public"))
}

/// Everything below a folder, which may be missing. Hidden files stay where they are.
pub fn read_folder(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    if folder.is_dir() {
        collect(folder, "", &mut files)?;
    }
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, files: &mut Files) -> Result<()> {
    let problem = || format!("cannot read {}", folder.display());
    for entry in fs::read_dir(folder).with_context(problem)? {
        let entry = entry.with_context(problem)?;
        let path = entry.path();
        let name = entry
            .file_name()
            .into_string()
            .ok()
            .with_context(|| format!("{} is not a plain name", path.display()))?;
        if name.starts_with('.') {
            continue;
        }
        let name = format!("{prefix}{name}");
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files)?;
        } else {
            let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            files.insert(name, bytes);
        }
    }
    Ok(())
}
