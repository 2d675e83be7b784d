//! The lists hold what their description says, and every entry is found.

use super::*;

const BROWSER: &str = include_str!("../common_browser.txt");

#[cfg(feature = "service")]
fn words(lines: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for line in lines.split(|byte| *byte == b'\n') {
        let mut word: Vec<u8> = Vec::new();
        for byte in line {
            if *byte >= SHARED {
                found.push(String::from_utf8(word.clone()).unwrap());
                word.truncate(usize::from(byte - SHARED));
            } else {
                word.push(*byte);
            }
        }
        if !line.is_empty() {
            found.push(String::from_utf8(word).unwrap());
        }
    }
    found
}

/// How the server's list is written: sorted words, so many to a line.
#[cfg(feature = "service")]
fn written(words: &[String], to_a_line: usize) -> Vec<u8> {
    let mut lines = Vec::new();
    for line in words.chunks(to_a_line) {
        lines.extend_from_slice(line[0].as_bytes());
        for pair in line.windows(2) {
            let (before, word) = (pair[0].as_bytes(), pair[1].as_bytes());
            let shared = before.iter().zip(word).take_while(|(a, b)| a == b).count();
            lines.push(SHARED + u8::try_from(shared).unwrap());
            lines.extend_from_slice(&word[shared..]);
        }
        lines.push(b'\n');
    }
    lines
}

#[cfg(feature = "service")]
#[test]
fn the_server_list_is_written_as_described_and_every_entry_is_found() {
    let common = Common::embedded();
    let words = words(&common.lines);
    assert_eq!(words.len(), 100_000);
    assert_eq!(words.iter().filter(|word| word.len() >= 15).count(), 9_867);
    assert!(words.is_sorted_by(|a, b| a < b));
    assert!(words.iter().all(|word| (8..=64).contains(&word.len())));
    assert!(words.iter().all(|word| *word == word.to_lowercase()));
    assert!(written(&words, 32) == *common.lines);
    assert!(words.iter().all(|word| common.contains(word)));
}

#[cfg(feature = "service")]
#[test]
fn the_browser_list_is_part_of_the_server_list() {
    let server = Common::embedded();
    assert!(BROWSER.lines().all(|word| server.contains(word)));
}

#[test]
fn the_browser_list_is_found_word_by_word() {
    let common = Common::parse(BROWSER);
    assert_eq!(BROWSER.lines().count(), 6_000);
    assert_eq!(BROWSER.lines().filter(|word| word.len() >= 15).count(), 3_000);
    assert!(BROWSER.lines().is_sorted_by(|a, b| a < b));
    assert!(BROWSER.lines().all(|word| common.contains(word)));
}

#[test]
fn case_makes_no_difference() {
    let common = Common::parse("football\npassword\n");
    assert!(common.contains("PassWord"));
    assert!(common.contains("FOOTBALL"));
}

#[test]
fn neighbours_and_parts_of_an_entry_are_not_found() {
    let common = Common::parse("football\npassword\ntrustno1\n");
    for other in [
        "",
        "a",
        "foo",
        "footballs",
        "passwore",
        "zzz",
        "football\npassword",
        "\n",
    ] {
        assert!(!common.contains(other), "{other:?}");
    }
    assert!(!Common::parse("").contains("password"));
}

#[test]
fn a_list_may_lack_its_last_line_end() {
    let common = Common::parse("football\npassword");
    assert!(common.contains("football") && common.contains("password"));
}

#[test]
fn what_is_no_list_at_all_has_nothing_and_does_no_harm() {
    let page = Common::parse("<!doctype html>\n<title>見つかりません</title>\n\u{80}\u{ff}x\n\n");
    for candidate in ["", "x", "title", "見つかりません", "\u{80}"] {
        assert!(!page.contains(candidate), "{candidate:?}");
    }
}
