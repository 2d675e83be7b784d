//! The command line as a process of its own: what it refuses, and what it prints of what others have typed.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::scratch::Scratch;

/// Far longer than any command takes, so that one that serves instead says so.
const PATIENCE: Duration = Duration::from_mins(1);

fn run(args: &[&str]) -> Output {
    let mut process = Command::new(env!("CARGO_BIN_EXE_aikagi"))
        .args(args)
        .env_remove("AIKAGI_CONFIG")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = whole(process.stdout.take().unwrap());
    let stderr = whole(process.stderr.take().unwrap());
    let Ok(stdout) = stdout.recv_timeout(PATIENCE) else {
        process.kill().unwrap();
        process.wait().unwrap();
        panic!("{args:?} does not end");
    };
    Output {
        stdout,
        stderr: stderr.recv().unwrap(),
        status: process.wait().unwrap(),
    }
}

/// All that a process writes, once it has.
fn whole(mut from: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        let mut text = Vec::new();
        from.read_to_end(&mut text).unwrap();
        tell.send(text).ok();
    });
    told
}

/// What a command prints that succeeds.
fn printed(args: &[&str]) -> String {
    let output = run(args);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {told}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a command tells that fails.
fn refused(args: &[&str]) -> String {
    let output = run(args);
    assert_eq!(output.status.code(), Some(1), "{args:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn the_demonstration_takes_no_folder_that_holds_something() {
    let scratch = Scratch::new();
    let file = scratch.path("precious.txt");
    std::fs::write(&file, "precious").unwrap();
    let folder = scratch.dir().to_str().unwrap();
    let told = refused(&["demo", "--listen", "127.0.0.1:0", "--dir", folder]);
    assert!(told.contains("is not empty"), "{told}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");
    assert_eq!(std::fs::read_dir(scratch.dir()).unwrap().count(), 1);
}

#[test]
fn the_demonstration_is_reached_from_this_machine_only() {
    let scratch = Scratch::new();
    let folder = scratch.path("data");
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:192.0.2.1]:0"] {
        let told = refused(&["demo", "--listen", listen, "--dir", folder.to_str().unwrap()]);
        assert!(told.contains("this machine only"), "{listen}: {told}");
        assert!(!folder.exists(), "{listen}");
    }
}

/// An installation to give commands to.
struct Installation {
    scratch: Scratch,
    config: String,
}

impl Installation {
    fn new() -> Self {
        let scratch = Scratch::new();
        let config = scratch.path("aikagi.toml");
        let settings = "public_url = \"https://reset.example.org\"\nkeyring = \"keyring.toml\"\ndata_dir = \"data\"\n";
        std::fs::write(&config, settings).unwrap();
        let clock = server::clock::SystemClock;
        server::keyring::Keyring::create(&scratch.path("keyring.toml"), &clock, &server::random::SystemRandom).unwrap();
        Self {
            config: config.to_str().unwrap().to_owned(),
            scratch,
        }
    }

    fn path(&self, file: &str) -> String {
        self.scratch.path(file).to_str().unwrap().to_owned()
    }

    fn printed(&self, command: &[&str]) -> String {
        let mut args = command[..1].to_vec();
        args.extend(["--config", &self.config]);
        args.extend(&command[1..]);
        printed(&args)
    }
}

/// Whether a terminal shows each character as it is, where it is.
fn is_plain(text: &str) -> bool {
    let turns = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
    !text
        .chars()
        .any(|c| (c.is_control() && c != '\n' && c != '\t') || turns(c))
}

#[test]
fn what_others_typed_is_printed_so_that_it_does_nothing() {
    let installation = Installation::new();
    let people = installation.path("people.csv");
    let evil = "\u{1b}[2J\u{9b}31mEve\u{202e}nimda\u{2028}x\u{200b}";
    let list = format!("name,display,groups\neve,{evil},gr\u{9d}oup\nken,佐藤　健,staff\n");
    std::fs::write(&people, list).unwrap();
    assert!(is_plain(&installation.printed(&["people", "import", &people])));
    let listed = installation.printed(&["people", "list"]);
    assert!(is_plain(&listed), "{listed:?}");
    assert!(
        listed.contains("eve\t\\u001b[2J\\u009b31mEve\\u202enimda\\u2028x\\u200b\tperson\t"),
        "{listed}"
    );
    assert!(listed.contains("ken\t佐藤　健\tperson\t"), "{listed}");
    let shown = installation.printed(&["people", "show", "eve"]);
    assert!(is_plain(&shown) && shown.contains("gr\\u009doup"), "{shown:?}");

    let policy = installation.path("policy.json");
    let wanted = serde_json::json!({ "banned": ["ab\u{9b}c\u{202e}d", "x".repeat(32)], "methods_required": 1 });
    std::fs::write(Path::new(&policy), wanted.to_string()).unwrap();
    installation.printed(&["policy", "set", &policy]);
    let shown = installation.printed(&["policy", "show"]);
    assert!(is_plain(&shown) && shown.contains("ab\\u009bc\\u202ed"), "{shown:?}");
    let read: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(read["banned"], wanted["banned"]);
    let log = installation.printed(&["audit", "list"]);
    assert!(is_plain(&log) && log.contains("ab\\u009bc\\u202ed"), "{log:?}");
    for line in log.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(row["event"].is_string(), "{line}");
    }
}

#[test]
fn what_a_command_complains_of_is_printed_so_that_it_does_nothing() {
    let installation = Installation::new();
    let people = installation.path("people.csv");
    std::fs::write(&people, "name,role,language\nev\u{9b}e,ad\u{202e}min,\u{1b}[31m\n").unwrap();
    let told = refused(&["people", "--config", &installation.config, "import", &people]);
    assert!(is_plain(&told), "{told:?}");
    for wanted in ["`name`", "`role`", "`language`"] {
        assert!(told.contains(wanted), "{told}");
    }
}
