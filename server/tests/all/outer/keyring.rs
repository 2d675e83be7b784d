//! The keyring on disk, as an operator meets it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use portal::ports::{Keys as _, Label};
use server::clock::SystemClock;
use server::keyring::{Keyring, Trouble};
use server::random::SystemRandom;

use super::scratch::Scratch;

const GOOD: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const OTHER: &str = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

fn written(scratch: &Scratch, text: &str, mode: u32) -> PathBuf {
    let path = scratch.path("keyring.toml");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

fn key(kid: &str, secret: &str) -> String {
    format!("[[key]]\nkid = \"{kid}\"\nmade = \"2026-11-22\"\nsecret = \"{secret}\"\n")
}

/// The complaint about a file with this text.
fn complaint(text: &str) -> String {
    let scratch = Scratch::new();
    Keyring::load(&written(&scratch, text, 0o600)).unwrap_err().to_string()
}

fn create(path: &Path) -> Result<Keyring, Trouble> {
    Keyring::create(path, &SystemClock, &SystemRandom)
}

#[test]
fn a_new_keyring_belongs_to_its_owner_only_and_can_be_loaded_again() {
    let scratch = Scratch::new();
    let path = scratch.path("keyring.toml");
    let made = create(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let loaded = Keyring::load(&path).unwrap();
    assert_eq!(made.digest(Label::Index, &[b"x"]), loaded.digest(Label::Index, &[b"x"]));
    let sealed = made.seal(Label::Contact, "here", b"plain").unwrap();
    assert_eq!(loaded.open(Label::Contact, "here", &sealed).unwrap(), b"plain");
}

#[test]
fn a_keyring_is_never_overwritten() {
    let scratch = Scratch::new();
    let path = scratch.path("keyring.toml");
    create(&path).unwrap();
    let before = fs::read(&path).unwrap();
    assert!(matches!(create(&path), Err(Trouble::Exists(_))));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_missing_keyring_is_told_with_what_makes_one() {
    let error = Keyring::load(Path::new("/nonexistent/keyring.toml")).unwrap_err();
    assert!(matches!(error, Trouble::Missing(_)));
    assert!(error.to_string().contains("aikagi init"));
}

#[test]
fn a_keyring_that_others_can_use_is_refused() {
    let scratch = Scratch::new();
    for mode in [0o640, 0o604, 0o620, 0o700, 0o644, 0o666] {
        let path = written(&scratch, &key("k1", GOOD), mode);
        let error = Keyring::load(&path).unwrap_err();
        assert!(
            matches!(error, Trouble::TooOpen(_, found) if found == mode),
            "{mode:o}: {error}"
        );
        assert!(error.to_string().contains("chmod 600"));
    }
    for mode in [0o600, 0o400] {
        assert!(
            Keyring::load(&written(&scratch, &key("k1", GOOD), mode)).is_ok(),
            "{mode:o}"
        );
    }
}

#[test]
fn keys_that_protect_nothing_are_refused_by_name() {
    assert!(complaint("").contains("there is no key"));
    assert!(complaint(&key("k1", "MDEyMzQ1Njc4OWFiY2RlZg==")).contains("has 16 bytes; it needs 32"));
    assert!(complaint(&key("k1", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")).contains("one byte repeated"));
    assert!(complaint(&key("k1", "YWlrYWdpIHNhbXBsZSBuZXZlciB1c2UgdGhpcyBrZXk=")).contains("documentation"));
    assert!(complaint(&key("k1", "no base64!")).contains("not base64"));
    assert!(complaint(&key("K 1", GOOD)).contains("`kid` is 1 to 32"));
    assert!(complaint(&key("k1", GOOD).replace("2026-11-22", "yesterday")).contains("is a date"));
    assert!(complaint("[[key]]\nkid = \"k1\"\n").contains("needs `made`"));
    assert!(complaint(&format!("{}colour = 1\n", key("k1", GOOD))).contains("`colour` does not belong"));
    assert!(complaint(&format!("colour = 1\n{}", key("k1", GOOD))).contains("`colour` does not belong"));
}

#[test]
fn two_keys_share_neither_name_nor_secret() {
    let twice = complaint(&format!("{}{}", key("k1", GOOD), key("k1", OTHER)));
    assert!(twice.contains(":5: two keys are called `k1`"), "{twice}");
    assert!(complaint(&format!("{}{}", key("k1", GOOD), key("k2", GOOD))).contains("of an earlier key"));
}

#[test]
fn no_complaint_shows_a_secret() {
    for text in [
        key("k1", GOOD).replace("=\"\n", "=\n"),
        format!("{}secret = \"{GOOD}\"\n", key("k1", GOOD)),
        format!("{}oops {GOOD}", key("k1", GOOD)),
        key("K1", GOOD),
        format!("{}{}", key("k1", GOOD), key("k2", GOOD)),
    ] {
        let told = complaint(&text);
        assert!(!told.contains("MDEyMzQ1"), "{told}");
    }
}

#[test]
fn a_second_key_seals_and_the_first_still_opens() {
    let scratch = Scratch::new();
    let one = Keyring::load(&written(&scratch, &key("k1", GOOD), 0o600)).unwrap();
    let sealed = one.seal(Label::Contact, "here", b"plain").unwrap();
    let two = Keyring::load(&written(
        &scratch,
        &format!("{}{}", key("k1", GOOD), key("k2", OTHER)),
        0o600,
    ))
    .unwrap();
    assert_eq!(two.kids(), ["k1", "k2"]);
    assert_eq!(two.open(Label::Contact, "here", &sealed).unwrap(), b"plain");
    assert_eq!(two.pepper().0, "k2");
    assert!(two.pepper_of("k3").is_none());
}

#[test]
fn what_another_server_wrote_with_a_key_that_was_just_added_is_read() {
    let scratch = Scratch::new();
    let path = scratch.path("keyring.toml");
    let here = create(&path).unwrap();
    assert_eq!(Keyring::rotate(&path, &SystemClock, &SystemRandom).unwrap(), "k2");
    let there = Keyring::load(&path).unwrap();
    let sealed = there.seal(Label::Contact, "here", b"plain").unwrap();
    assert_eq!(here.open(Label::Contact, "here", &sealed).unwrap(), b"plain");
    Keyring::rotate(&path, &SystemClock, &SystemRandom).unwrap();
    assert!(here.pepper_of("k3").is_some());
}

#[test]
fn the_keyring_of_another_database_is_not_taken_up() {
    let scratch = Scratch::new();
    let (path, other) = (scratch.path("keyring.toml"), scratch.path("other.toml"));
    let here = create(&path).unwrap();
    let sealed = here.seal(Label::Contact, "here", b"plain").unwrap();
    create(&other).unwrap();
    fs::rename(&other, &path).unwrap();
    assert!(matches!(here.look_again(), Err(Trouble::Another(_))));
    assert_eq!(here.open(Label::Contact, "here", &sealed).unwrap(), b"plain");
}
