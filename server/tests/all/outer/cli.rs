//! The program as an operator types it.

mod alive;
mod audit;
mod backup;
mod doctor;
mod keys;
mod memory;
mod older;
mod outbox;
mod people;
mod policy;
mod registration;
mod served;

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use server::keyring::Keyring;
use server::store::SqlStore;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use super::scratch::Scratch;

/// An installation, as `aikagi init` and `aikagi migrate` leave it.
struct Installation {
    scratch: Scratch,
}

/// What a command said, and whether it did what was asked.
struct Said {
    is_done: bool,
    out: String,
    error: String,
}

impl Said {
    /// What was printed, of a command that had to succeed.
    #[track_caller]
    fn done(self) -> String {
        assert!(self.is_done, "{}{}", self.out, self.error);
        self.out
    }

    /// Why it was not done.
    #[track_caller]
    fn refused(self) -> String {
        assert!(!self.is_done, "{}", self.out);
        self.error
    }
}

impl Installation {
    fn new() -> Self {
        let installation = Self {
            scratch: Scratch::new(),
        };
        let folder = installation.scratch.dir().join("etc");
        say(&[OsStr::new("init"), folder.as_os_str()], "").done();
        installation.run("migrate").done();
        installation
    }

    fn config(&self) -> PathBuf {
        self.scratch.path("etc/aikagi.toml")
    }

    fn database(&self) -> PathBuf {
        self.scratch.path("etc/data/aikagi.db")
    }

    /// Puts another line into the configuration in the place of one.
    fn configure(&self, line: &str, other: &str) {
        let text = std::fs::read_to_string(self.config()).unwrap();
        assert!(text.contains(line), "{line}\n{text}");
        std::fs::write(self.config(), text.replace(line, other)).unwrap();
    }

    /// Runs a command; its words are separated by spaces.
    fn run(&self, words: &str) -> Said {
        self.type_in(words, "")
    }

    /// The same with something typed into it.
    fn type_in(&self, words: &str, typed: &str) -> Said {
        let config = self.config();
        let mut arguments: Vec<&OsStr> = words.split(' ').map(OsStr::new).collect();
        // Options of a group of commands stand behind its name.
        arguments.splice(1..1, [OsStr::new("--config"), config.as_os_str()]);
        say(&arguments, typed)
    }

    /// Writes a file, and gives its path.
    fn file(&self, name: &str, text: &str) -> String {
        let path = self.scratch.path(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// The store, for what no command does. To be closed before the next one.
    async fn store(&self) -> SqlStore {
        let keyring = Keyring::load(&self.scratch.path("etc/keyring.toml")).unwrap();
        SqlStore::open(&self.database(), Arc::new(keyring)).await.unwrap()
    }

    /// The database by a connection of a stranger.
    async fn raw(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.database());
        options.connect().await.unwrap()
    }
}

fn say(arguments: &[&OsStr], typed: &str) -> Said {
    let mut process = Command::new(env!("CARGO_BIN_EXE_aikagi"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // One that reads nothing may be gone already.
    process.stdin.take().unwrap().write_all(typed.as_bytes()).ok();
    let output = process.wait_with_output().unwrap();
    Said {
        is_done: output.status.success(),
        out: String::from_utf8(output.stdout).unwrap(),
        error: String::from_utf8(output.stderr).unwrap(),
    }
}
