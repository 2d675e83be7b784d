//! `cargo xtask`: everything that is done to this tree from outside. It needs cargo, rustup and a network that reaches
//! the package registries; every other tool it uses is a library, pinned by the lock file.
//!
//! It must not know what the product does: it builds, starts and measures it. The one exception is the reset that
//! `bench` makes as a person would.

mod bench;
mod budget;
mod demo;
mod dependencies;
mod lint;
mod place;
mod postgres;
mod process;
mod release;
mod site;
mod stopwatch;
mod table;
mod test;
mod toolchain;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Runs, tests, builds, lints and measures Aikagi")]
struct Xtask {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds what is missing and starts the demo, with sample people, on this machine
    Run {
        /// Handed to `aikagi demo`: `--listen 127.0.0.1:8091`, say, for another port than 8080
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Runs everything that must pass before a change lands
    Test {
        /// Only this stage; may be given more than once
        #[arg(long, value_enum)]
        only: Vec<test::Stage>,
    },
    /// Builds the site and the server
    Build {
        /// One self-contained binary with the site inside, for other machines
        #[arg(long)]
        release: bool,
    },
    /// Builds only what the browser gets, into `target/site`
    Site,
    /// Checks format and lints, on both sides of the wire
    Lint,
    /// Asks cargo-deny for known vulnerabilities in what we depend on
    Advisories,
    /// Measures sizes, start, memory and speed against their budgets
    Bench {
        /// How long each speed is measured, in seconds
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=60))]
        seconds: u64,
        /// Only this topic, `journey` say; may be given more than once
        #[arg(long, value_name = "TOPIC", value_parser = bench::topics())]
        only: Vec<String>,
    },
}

fn main() -> ExitCode {
    match obey(Xtask::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        // The chain of reasons, not a trace through this tool.
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn obey(command: Command) -> anyhow::Result<()> {
    let place = place::Place::find()?;
    match command {
        Command::Run { args } => demo::run(&place, &args),
        Command::Test { only } => test::run(&place, &only),
        Command::Build { release } => release::build(&place, release),
        Command::Site => {
            let site = site::build(&place)?;
            budget::print_sizes(&site);
            Ok(())
        }
        Command::Lint => lint::run(&place),
        Command::Advisories => dependencies::advisories(&place),
        Command::Bench { seconds, only } => bench::run(&place, seconds, &only),
    }
}
