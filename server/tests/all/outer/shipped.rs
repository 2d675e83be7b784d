//! The systemd unit and the container file: what they say is what the program understands.

use std::path::Path;
use std::process::Command;

use server::http::accept::Bounds;
use server::settings::{Environment, LogFormat, Settings};

const UNIT: &str = include_str!("../../../aikagi.service");
const CONTAINER: &str = include_str!("../../../Containerfile");

/// What the unit says of a key.
fn unit(key: &str) -> &'static str {
    let value = UNIT.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    value.unwrap_or_else(|| panic!("nothing of {key}"))
}

/// Whether the program knows these words: then it looks for the configuration that they name.
fn understands(words: &[&str]) {
    let said = Command::new(env!("CARGO_BIN_EXE_aikagi"))
        .args(words)
        .env("AIKAGI_CONFIG", "/nowhere/aikagi.toml")
        .output()
        .unwrap();
    let said = String::from_utf8(said.stderr).unwrap();
    assert!(said.contains("/nowhere/aikagi.toml"), "{words:?}: {said}");
}

#[test]
fn the_unit_starts_the_program_and_gives_it_time_to_stop() {
    let start = unit("ExecStart").replace("/etc/aikagi/aikagi.toml", "/nowhere/aikagi.toml");
    let words: Vec<&str> = start.split(' ').collect();
    assert_eq!(words[0], "/usr/local/bin/aikagi");
    understands(&words[1..]);
    // Requests, then delivery and housekeeping for twelve seconds each.
    let longest = Bounds::default().farewell.as_secs() + 2 * 12;
    assert!(unit("TimeoutStopSec").parse::<u64>().unwrap() >= longest);
    // All connections, and what it opens besides.
    assert!(unit("LimitNOFILE").parse::<usize>().unwrap() > Bounds::default().connections + 1_000);
    assert_eq!((unit("LimitCORE"), unit("MemorySwapMax")), ("0", "0"));
    assert_eq!((unit("User"), unit("NoNewPrivileges")), ("aikagi", "yes"));
    assert_eq!(unit("KillSignal"), "SIGTERM");
}

#[test]
fn the_container_starts_the_program_without_root_and_sets_what_it_reads() {
    let lines: Vec<&str> = CONTAINER.lines().map(str::trim).collect();
    let said = |line: &str| assert!(lines.contains(&line), "{line}");
    said("ENTRYPOINT [\"/usr/local/bin/aikagi\"]");
    said("CMD [\"serve\"]");
    said("STOPSIGNAL SIGTERM");
    understands(&["serve"]);
    assert!(CONTAINER.contains("CMD [\"aikagi\", \"alive\"]"));
    understands(&["alive"]);
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("USER ") && !line.starts_with("USER 0") && !line.contains("root"))
    );
    let environment: Environment = lines
        .iter()
        .filter_map(|line| {
            line.trim_start_matches("ENV ")
                .trim_end_matches([' ', '\\'])
                .split_once('=')
        })
        .filter(|(name, _)| name.starts_with("AIKAGI_") && *name != "AIKAGI_CONFIG")
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    assert_eq!(environment.len(), 4, "{environment:?}");
    let text = "public_url = \"https://reset.example.org\"\n";
    let settings = Settings::read(text, Path::new("/etc/aikagi/aikagi.toml"), &environment);
    let settings = settings.unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(settings.listen.to_string(), "0.0.0.0:8080");
    assert!(lines.contains(&"EXPOSE 8080"));
    assert_eq!(settings.log.format, LogFormat::Json);
    // Two folders, for a copy of one must not hold both; and both outlive the container.
    assert_eq!(settings.keyring, Path::new("/etc/aikagi/keyring.toml"));
    assert_eq!(settings.data_dir, Path::new("/var/lib/aikagi"));
    said("VOLUME [\"/etc/aikagi\", \"/var/lib/aikagi\"]");
}
