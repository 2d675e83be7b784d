//! `aikagi init`: a commented configuration and a fresh keyring.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use super::Outcome;
use crate::clock::SystemClock;
use crate::keyring::Keyring;
use crate::random::SystemRandom;
use crate::settings::Settings;

/// Write a configuration to begin with, and a keyring.
#[derive(clap::Args)]
pub struct Init {
    /// The folder to write into.
    #[arg(default_value = ".")]
    folder: PathBuf,
}

impl Init {
    pub fn run(&self) -> Outcome {
        std::fs::create_dir_all(&self.folder)
            .map_err(|error| format!("{} cannot be made: {error}", self.folder.display()))?;
        let config = self.folder.join("aikagi.toml");
        let keyring = self.folder.join("keyring.toml");
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&config)
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::AlreadyExists => {
                    format!("{} is there already; nothing was changed", config.display())
                }
                _ => format!("{}: {error}", config.display()),
            })?;
        file.write_all(Settings::commented_example().as_bytes())
            .map_err(|error| format!("{}: {error}", config.display()))?;
        Keyring::create(&keyring, &SystemClock, &SystemRandom)?;
        println!("Wrote {}: read it through and fill in what is yours.", config.display());
        println!(
            "Wrote {}: keep a copy in a safe place, apart from the database.",
            keyring.display()
        );
        println!(
            "Then: aikagi people add --config {} NAME --display \"…\", and aikagi serve.",
            config.display()
        );
        Ok(())
    }
}
