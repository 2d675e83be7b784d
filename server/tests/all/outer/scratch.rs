//! A directory for one test, gone when the test is over.

use std::path::{Path, PathBuf};

use server::random::{SystemRandom, name};

/// An empty directory of its own.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes one.
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("aikagi-test-{}", name(&SystemRandom).unwrap()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.0
    }

    /// A file in it.
    pub fn path(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}
