//! What the kernel may do with the memory of the program.

use std::path::Path;
use std::process::{Command, Stdio};

use super::Installation;

#[test]
fn no_core_dump_is_made_of_a_program_that_knows_passwords() {
    let installation = Installation::new();
    // Waits for the policy to be typed.
    let mut process = Command::new(env!("CARGO_BIN_EXE_aikagi"))
        .args(["policy", "--config"])
        .arg(installation.config())
        .args(["set", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let limits = Path::new("/proc").join(process.id().to_string()).join("limits");
    let core = || {
        let text = std::fs::read_to_string(&limits).unwrap();
        let line = text
            .lines()
            .find(|line| line.starts_with("Max core file size"))
            .unwrap();
        line.split_whitespace().skip(4).map(str::to_owned).collect::<Vec<_>>()
    };
    let is_kept = (0..500).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        core()[..2] == ["0", "0"]
    });
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(is_kept);
}
