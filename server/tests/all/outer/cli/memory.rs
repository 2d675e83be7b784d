//! What the kernel may do with the memory of the program.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Installation;

/// Somebody who owns nothing.
const NOBODY: u32 = 65_534;

#[test]
fn no_core_dump_is_made_of_a_program_that_knows_passwords_and_nobody_looks_into_it() {
    let installation = Installation::new();
    let program = installation.scratch.path("aikagi");
    // Waits for the policy to be typed.
    let mut command = Command::new(&program);
    command
        .args(["policy", "--config"])
        .arg(installation.config())
        .args(["set", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    fs::copy(env!("CARGO_BIN_EXE_aikagi"), &program).unwrap();
    // The kernel says of root's own processes nothing else than of those that it guards.
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        fs::set_permissions(installation.scratch.dir(), fs::Permissions::from_mode(0o755)).unwrap();
        let owner = Command::new("chown")
            .args(["-R", &NOBODY.to_string()])
            .arg(installation.scratch.dir())
            .status();
        assert!(owner.unwrap().success());
        command.uid(NOBODY);
    }
    let mut process = command.spawn().unwrap();
    let place = Path::new("/proc").join(process.id().to_string());
    let core = || {
        let text = fs::read_to_string(place.join("limits")).unwrap();
        let line = text
            .lines()
            .find(|line| line.starts_with("Max core file size"))
            .unwrap();
        line.split_whitespace().skip(4).map(str::to_owned).collect::<Vec<_>>()
    };
    // What may not be dumped is root's, whoever runs it (proc(5)): nobody else traces it or reads its memory.
    let is_guarded = || fs::metadata(place.join("mem")).unwrap().uid() == 0;
    let is_kept = (0..500).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        core()[..2] == ["0", "0"] && is_guarded()
    });
    let is_running = process.try_wait().unwrap().is_none();
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(is_running && is_kept);
}
