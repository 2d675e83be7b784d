//! Starting other programs: said aloud, without standard input, and without what `cargo run` left in the environment.

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};

use crate::place::Place;

/// A program that works in the root of the tree.
pub fn program(place: &Place, name: &str) -> Command {
    let mut command = Command::new(name);
    command.current_dir(place.root()).stdin(Stdio::null());
    // `cargo run` describes xtask in these variables. Build scripts of other crates watch some of them, and would run
    // again, with everything above them, each time a build is started now from here and now by hand.
    for (key, _) in env::vars_os() {
        let ours = key.to_str().is_some_and(|key| {
            ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"]
                .iter()
                .any(|prefix| key.starts_with(prefix))
                || ["CARGO_PRIMARY_PACKAGE", "OUT_DIR"].contains(&key)
        });
        if ours {
            command.env_remove(key);
        }
    }
    command
}

/// A cargo command. Under CI, and for what is shipped, the lock file is the law.
pub fn cargo(place: &Place, arguments: &[&str]) -> Command {
    let mut command = program(place, "cargo");
    let takes_lock = !matches!(arguments.first(), Some(&"fmt"));
    let (subcommand, rest) = match arguments {
        ["nextest", "run", rest @ ..] => (&arguments[..2], rest),
        _ => arguments.split_at(1),
    };
    command.args(subcommand);
    if takes_lock && (env::var_os("CI").is_some() || is_shipped(rest)) {
        command.arg("--locked");
    }
    command.args(rest);
    command
}

/// The server of a release, and the browser's half, of which there is one build for every use.
fn is_shipped(arguments: &[&str]) -> bool {
    arguments.contains(&"--release") || arguments.contains(&"wasm-release")
}

/// Runs to the end; a refusal of the program is an error here.
pub fn run(command: &mut Command) -> Result<()> {
    let line = announce(command);
    let status = command.status().with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` ended with {status}");
    }
    Ok(())
}

/// Runs to the end in silence and returns what it printed.
pub fn read(command: &mut Command) -> Result<String> {
    let line = describe(command);
    let output = command.output().with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        bail!(
            "`{line}` ended with {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{line}` printed something that is not text"))
}

/// Runs to the end, shows every line as it comes, and hands it to `listen` too. The error is the program's own
/// refusal; what was heard before it counts all the same.
pub fn overhear(command: &mut Command, mut listen: impl FnMut(&str)) -> Result<()> {
    let line = announce(command);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{line}`"))?;
    let stderr = child.stderr.take().context("the program has no error output")?;
    let stdout = child.stdout.take().context("the program has no output")?;

    thread::scope(|scope| {
        let errors = scope.spawn(|| {
            let mut heard = Vec::new();
            each_line(stderr, |line| {
                eprintln!("{line}");
                heard.push(line.to_owned());
            });
            heard
        });
        each_line(stdout, |line| {
            println!("{line}");
            listen(line);
        });
        for line in errors.join().unwrap_or_default() {
            listen(&line);
        }
    });

    let status = child.wait().with_context(|| format!("lost `{line}`"))?;
    if !status.success() {
        bail!("`{line}` ended with {status}");
    }
    Ok(())
}

fn each_line(source: impl Read, mut see: impl FnMut(&str)) {
    let mut source = BufReader::new(source);
    let mut line = Vec::new();
    while matches!(source.read_until(b'\n', &mut line), Ok(read) if read > 0) {
        see(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
}

/// Whether a program can be started at all.
pub fn is_there(name: &str) -> bool {
    Command::new(name)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn announce(command: &Command) -> String {
    let line = describe(command);
    println!("$ {line}");
    line
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
