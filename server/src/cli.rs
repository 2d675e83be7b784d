//! The command line. Each command calls the same services and store as the pages do.

mod alive;
mod audit;
mod backup;
mod demo;
mod doctor;
mod init;
mod keys;
mod memory;
mod outbox;
mod people;
mod policy;
mod serve;
mod shown;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::{Parser, Subcommand};

/// Self-service password reset, hosted by yourself.
#[derive(Parser)]
#[command(name = "aikagi", version, about)]
struct Aikagi {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the portal.
    Serve(Configured),
    /// Ask a running server whether it is alive; silent where it is.
    Alive(Configured),
    /// Write a configuration to begin with, and a keyring.
    Init(init::Init),
    /// Bring the database to the version of this program.
    Migrate(Configured),
    /// Add, import, change, reopen, invite, list and show people.
    People(people::People),
    /// Show or set the policy.
    Policy(policy::PolicyCommand),
    /// Read, seal or verify the audit log, or remove its oldest rows.
    Audit(audit::Audit),
    /// Show what waits to be sent, and what was given up.
    Outbox(outbox::Outbox),
    /// Copy the database into a file, beside a running server.
    Backup(backup::Backup),
    /// Put a backup in the place of a lost database, or look whether it could be.
    Restore(backup::Restore),
    /// Add a key to the keyring, see what needs an older one, retire that.
    Keys(keys::KeysCommand),
    /// Look whether configuration, keyring, disk, database and audit log are as they should be.
    Doctor(doctor::Doctor),
    /// Try everything with a sample organisation, on this machine, without sending anything.
    Demo(demo::Demo),
}

pub(crate) use serve::cannot_listen;
pub use serve::log;

/// Where the configuration is.
#[derive(clap::Args)]
struct Configured {
    /// The configuration file.
    #[arg(long, short, global = true, default_value = "aikagi.toml", env = "AIKAGI_CONFIG")]
    config: PathBuf,
}

/// What ends a command early: a sentence for the person at the keyboard.
type Sentence = Box<dyn std::error::Error + Send + Sync>;

/// How a command ends.
type Outcome = Result<(), Sentence>;

/// Runs the command of the process.
pub fn run() -> ExitCode {
    let command = Aikagi::parse().command;
    if let Err(error) = memory::keep_to_ourselves() {
        eprintln!("aikagi: core dumps cannot be switched off: {error}");
        return ExitCode::FAILURE;
    }
    let outcome = match command {
        Command::Serve(configured) => serve::serve(&configured),
        Command::Alive(configured) => alive::ask(&configured),
        Command::Init(init) => init.run(),
        Command::Migrate(configured) => serve::migrate(&configured),
        Command::People(people) => people.run(),
        Command::Policy(policy) => policy.run(),
        Command::Audit(audit) => audit.run(),
        Command::Outbox(outbox) => outbox.run(),
        Command::Backup(backup) => backup.run(),
        Command::Restore(restore) => restore.run(),
        Command::Keys(keys) => keys.run(),
        Command::Doctor(doctor) => doctor.run(),
        Command::Demo(demo) => demo.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("aikagi: {}", shown::lines(&error.to_string()));
            ExitCode::FAILURE
        }
    }
}

/// Runs an asynchronous command. Its threads are named by what they do, so that the processor time of hashing, which is
/// what blocks, can be told from the rest.
fn block_on(task: impl Future<Output = Outcome>) -> Outcome {
    let workers = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let named = AtomicUsize::new(0);
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(workers)
        // The workers are the first that start.
        .thread_name_fn(move || {
            let is_worker = named.fetch_add(1, Ordering::Relaxed) < workers;
            if is_worker { "worker" } else { "blocking" }.to_owned()
        })
        .build()?
        .block_on(task)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_may_be_named_before_or_after_the_deed() {
        for deed in [["people", "list"], ["policy", "show"], ["audit", "verify"]] {
            let config = ["--config", "a.toml"];
            let before = [&["aikagi", deed[0]], &config[..], &deed[1..]].concat();
            let after = [&["aikagi"], &deed[..], &config].concat();
            for words in [before, after] {
                assert!(Aikagi::try_parse_from(&words).is_ok(), "{words:?}");
            }
        }
    }
}
