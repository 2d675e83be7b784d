//! The graph of crates, as `cargo metadata` tells it: with the features that are switched on, over all targets that we
//! build for, with build and test dependencies.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use semver::Version;
use serde::Deserialize;

use super::policy::Ban;
use crate::place::Place;
use crate::process;

/// How cargo names the public registry.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Every crate that is compiled for some target.
#[derive(Default)]
pub struct Graph {
    crates: BTreeMap<String, Crate>,
    /// The ids of those that depend on a crate, by its id.
    dependents: BTreeMap<String, BTreeSet<String>>,
    ours: BTreeSet<String>,
}

#[derive(Clone, Deserialize)]
pub struct Crate {
    id: String,
    name: String,
    version: Version,
    /// An SPDX expression.
    license: Option<String>,
    /// None for a folder.
    source: Option<String>,
    dependencies: Vec<Wanted>,
}

/// A line of a manifest.
#[derive(Clone, Deserialize)]
struct Wanted {
    name: String,
    /// The versions.
    req: String,
    path: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Crate>,
    workspace_members: Vec<String>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    dependencies: Vec<String>,
}

impl Graph {
    pub fn read(place: &Place, targets: &[String]) -> Result<Self> {
        let mut graph = Self::default();
        for target in targets {
            let arguments = ["metadata", "--format-version", "1", "--filter-platform", target];
            let told = process::read(&mut process::cargo(place, &arguments))?;
            graph.add(serde_json::from_str(&told).context("what cargo metadata tells")?);
        }
        Ok(graph)
    }

    fn add(&mut self, metadata: Metadata) {
        let used: BTreeSet<_> = metadata.resolve.nodes.iter().map(|node| node.id.clone()).collect();
        let crates = metadata.packages.into_iter().filter(|one| used.contains(&one.id));
        self.crates.extend(crates.map(|one| (one.id.clone(), one)));
        self.ours.extend(metadata.workspace_members);
        for node in metadata.resolve.nodes {
            for dependency in node.dependencies {
                self.dependents.entry(dependency).or_default().insert(node.id.clone());
            }
        }
    }

    pub fn len(&self) -> usize {
        self.crates.len()
    }

    pub fn crates(&self) -> impl Iterator<Item = &Crate> {
        self.crates.values()
    }

    /// Crates from anywhere but the public registry and our own folders.
    pub fn strangers(&self) -> Vec<String> {
        let is_known = |one: &&Crate| match &one.source {
            Some(source) => source == CRATES_IO,
            None => self.ours.contains(&one.id),
        };
        let strangers = self.crates().filter(|one| !is_known(one));
        strangers
            .map(|one| {
                let source = one.source.as_deref().unwrap_or("a folder outside of the workspace");
                format!("{one} comes from {source}")
            })
            .collect()
    }

    /// Dependencies of ours that take any version.
    pub fn wildcards(&self) -> Vec<String> {
        let ours = self.crates().filter(|one| self.ours.contains(&one.id));
        ours.flat_map(|one| {
            let wild = one
                .dependencies
                .iter()
                .filter(|wanted| wanted.req == "*" && wanted.path.is_none());
            wild.map(move |wanted| format!("{} takes any version of {}", one.name, wanted.name))
        })
        .collect()
    }

    /// Where a banned crate is, and who brought it.
    pub fn banned(&self, ban: &Ban) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for one in self.crates() {
            if !ban.is_about(&one.name, &one.version)? {
                continue;
            }
            let dependents = self.dependents.get(&one.id).into_iter().flatten();
            let names: BTreeSet<_> = dependents
                .filter_map(|id| self.crates.get(id))
                .map(|one| one.name.as_str())
                .filter(|name| !ban.wrappers.iter().any(|wrapper| wrapper == name))
                .collect();
            // Without wrappers it must not be there at all.
            if ban.wrappers.is_empty() || !names.is_empty() {
                let names: Vec<_> = names.into_iter().collect();
                found.push(format!("{one} is banned, but used by {}", names.join(", ")));
            }
        }
        Ok(found)
    }
}

impl Crate {
    pub fn license(&self) -> Option<&str> {
        self.license.as_deref()
    }
}

impl std::fmt::Display for Crate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

#[cfg(test)]
impl Graph {
    /// A graph of crates of version 1.0.0 from the registry, told as `name license -> dependency dependency`. The first
    /// is ours.
    pub fn told(lines: &[&str]) -> Self {
        let mut packages = Vec::new();
        let mut nodes = Vec::new();
        for (number, line) in lines.iter().enumerate() {
            let (one, dependencies) = line.split_once(" -> ").unwrap_or((line, ""));
            let (name, license) = one.split_once(' ').unwrap_or((one, ""));
            packages.push(Crate {
                id: name.to_owned(),
                name: name.to_owned(),
                version: Version::new(1, 0, 0),
                license: (!license.is_empty()).then(|| license.to_owned()),
                source: (number > 0).then(|| CRATES_IO.to_owned()),
                dependencies: Vec::new(),
            });
            nodes.push(Node {
                id: name.to_owned(),
                dependencies: dependencies.split_whitespace().map(str::to_owned).collect(),
            });
        }
        let mut graph = Self::default();
        graph.add(Metadata {
            workspace_members: vec![packages[0].id.clone()],
            packages,
            resolve: Resolve { nodes },
        });
        graph
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ban(rule: &str) -> Ban {
        toml::from_str(rule).unwrap()
    }

    #[test]
    fn a_banned_crate_is_found_with_those_who_brought_it() {
        let graph = Graph::told(&["server MIT -> http", "http MIT -> openssl", "openssl MIT"]);
        let found = graph.banned(&ban("crate = \"openssl\"")).unwrap();
        assert_eq!(found, ["openssl 1.0.0 is banned, but used by http"]);
        assert!(graph.banned(&ban("crate = \"openssl:<1\"")).unwrap().is_empty());
    }

    #[test]
    fn a_crate_may_be_kept_to_one_room() {
        let rule = ban("crate = \"argon2\"\nwrappers = [\"server\"]");
        let kept = Graph::told(&["server MIT -> argon2", "argon2 MIT"]);
        assert!(kept.banned(&rule).unwrap().is_empty());
        let spread = Graph::told(&["server MIT -> argon2 portal", "portal MIT -> argon2", "argon2 MIT"]);
        assert_eq!(
            spread.banned(&rule).unwrap(),
            ["argon2 1.0.0 is banned, but used by portal"]
        );
    }

    #[test]
    fn crates_come_from_the_registry_or_from_our_own_folders() {
        let mut graph = Graph::told(&["server MIT -> a b", "a MIT", "b MIT"]);
        assert!(graph.strangers().is_empty());
        graph.crates.get_mut("a").unwrap().source = Some("git+https://example.org/a".to_owned());
        graph.crates.get_mut("b").unwrap().source = None;
        assert_eq!(
            graph.strangers(),
            [
                "a 1.0.0 comes from git+https://example.org/a",
                "b 1.0.0 comes from a folder outside of the workspace"
            ]
        );
    }

    #[test]
    fn only_folders_may_be_taken_in_any_version() {
        let mut graph = Graph::told(&["server MIT -> a"]);
        let wanted = |name: &str, path: Option<&str>| Wanted {
            name: name.to_owned(),
            req: "*".to_owned(),
            path: path.map(str::to_owned),
        };
        graph.crates.get_mut("server").unwrap().dependencies = vec![wanted("a", None), wanted("app", Some("/app"))];
        assert_eq!(graph.wildcards(), ["server takes any version of a"]);
    }
}
