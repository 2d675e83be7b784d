//! The rules as `.deny.toml` has them. Where it says something that is not understood here, that is an error: a rule that
//! is passed over in silence is none.

use std::fs;

use anyhow::{Context, Result};
use semver::{Version, VersionReq};
use serde::Deserialize;

use crate::place::Place;

/// Where they stand.
const FILE: &str = ".deny.toml";

/// The parts that can be asked of cargo's graph.
#[derive(Deserialize)]
pub struct Policy {
    pub graph: Targets,
    pub licenses: Licences,
    pub bans: Bans,
}

#[derive(Deserialize)]
pub struct Targets {
    /// For which crates are looked at.
    pub targets: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Licences {
    /// SPDX identifiers, each alone or with an exception.
    pub allow: Vec<String>,
    #[serde(rename = "version")]
    _version: u8,
    /// For texts of licences, which are not read here.
    #[serde(rename = "confidence-threshold")]
    _confidence_threshold: f64,
    /// Our own crates are looked at too.
    #[serde(rename = "private")]
    _private: toml::Table,
}

#[derive(Deserialize)]
pub struct Bans {
    pub deny: Vec<Ban>,
}

/// A crate that must not be there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ban {
    /// Its name, alone or with versions: `libsqlite3-sys:<0.37.0`.
    #[serde(rename = "crate")]
    spec: String,
    /// The crates that may depend on it all the same.
    #[serde(default)]
    pub wrappers: Vec<String>,
}

impl Policy {
    pub fn read(place: &Place) -> Result<Self> {
        let text = fs::read_to_string(place.at(FILE)).with_context(|| format!("cannot read {FILE}"))?;
        toml::from_str(&text).with_context(|| FILE.to_owned())
    }
}

impl Ban {
    /// Whether it is about this crate.
    pub fn is_about(&self, name: &str, version: &Version) -> Result<bool> {
        let (banned, versions) = match self.spec.split_once([':', '@']) {
            None => (self.spec.as_str(), VersionReq::STAR),
            Some((banned, versions)) => {
                let versions = VersionReq::parse(versions).with_context(|| format!("{FILE} bans `{}`", self.spec))?;
                (banned, versions)
            }
        };
        Ok(banned == name && versions.matches(version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bans(deny: &str) -> Result<Vec<Ban>, toml::de::Error> {
        Ok(toml::from_str::<Bans>(deny)?.deny)
    }

    #[test]
    fn a_ban_is_about_a_name_and_its_versions() {
        let bans = bans("deny = [{ crate = \"openssl\" }, { crate = \"libsqlite3-sys:<0.37.0\" }]").unwrap();
        let is_about = |ban: usize, name, version| bans[ban].is_about(name, &Version::parse(version).unwrap()).unwrap();
        assert!(is_about(0, "openssl", "0.10.70"));
        assert!(!is_about(0, "openssl-sys", "0.9.1"));
        assert!(is_about(1, "libsqlite3-sys", "0.36.9"));
        assert!(!is_about(1, "libsqlite3-sys", "0.37.0"));
    }

    #[test]
    fn a_rule_that_is_not_understood_is_an_error() {
        let error = bans("deny = [{ crate = \"openssl\", features = [\"vendored\"] }]").err();
        assert!(error.unwrap().to_string().contains("features"));
        let versions = bans("deny = [{ crate = \"openssl:new\" }]").unwrap();
        assert!(versions[0].is_about("openssl", &Version::new(1, 0, 0)).is_err());
    }
}
