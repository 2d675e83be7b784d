//! Every dependency is a decision, and decisions stand in README: what it saves, what it costs, who keeps it.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result};
use toml::Table;

use crate::place::Place;

/// The crates of the workspace's table that README's table does not name.
pub fn missing(place: &Place) -> Result<Vec<String>> {
    let manifest = read(place, "Cargo.toml")?;
    let manifest: Table = toml::from_str(&manifest).context("Cargo.toml")?;
    let table = manifest
        .get("workspace")
        .and_then(|workspace| workspace.get("dependencies"))
        .and_then(toml::Value::as_table)
        .context("Cargo.toml has no [workspace.dependencies]")?;
    let told = told(&read(place, "README.md")?);
    Ok(table
        .iter()
        .filter(|(_, found)| found.get("path").is_none())
        .filter(|(name, _)| !told.contains(*name))
        .map(|(name, _)| format!("{name} has no line in README's table of crates"))
        .collect())
}

fn read(place: &Place, file: &str) -> Result<String> {
    fs::read_to_string(place.at(file)).with_context(|| format!("cannot read {file}"))
}

/// The names in the first column of the table whose heading is "crate", with a note in brackets or without.
fn told(readme: &str) -> BTreeSet<String> {
    readme
        .lines()
        .skip_while(|line| !line.starts_with("| crate |"))
        .take_while(|line| line.starts_with('|'))
        .filter_map(|line| line.split('|').nth(1))
        .flat_map(|cell| cell.split(','))
        .filter_map(|name| name.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_first_column() {
        let told = told("serde\n| crate | saves |\n|---|---|\n| sqlx | clap |\n| rustls (ring), url | x |\n\n| hex |");
        assert!(told.contains("sqlx") && told.contains("rustls") && told.contains("url"));
        assert!(!told.contains("serde") && !told.contains("clap") && !told.contains("hex"));
    }
}
