//! Where things stand in this tree, found when xtask runs: no path is baked in.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The root of the tree.
pub struct Place {
    root: PathBuf,
}

impl Place {
    /// Looks upwards for the folder that holds `.cargo/xtask`.
    pub fn find() -> Result<Self> {
        // Cargo names the crate's own folder; without it, xtask was started by hand from somewhere inside the tree.
        let start = match env::var_os("CARGO_MANIFEST_DIR") {
            Some(folder) => PathBuf::from(folder),
            None => env::current_dir().context("the current folder is gone")?,
        };
        start
            .ancestors()
            .find(|folder| folder.join(".cargo/xtask/Cargo.toml").is_file())
            .map(|root| Self {
                root: root.to_path_buf(),
            })
            .with_context(|| format!("{} is not inside Aikagi's tree", start.display()))
    }

    /// The root itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path below the root.
    pub fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// What the browser gets, ready to be served or embedded.
    pub fn site(&self) -> PathBuf {
        self.at("target/site")
    }

    /// Notes of xtask's own between two calls; safe to delete.
    pub fn notes(&self) -> PathBuf {
        self.at("target/xtask")
    }
}
