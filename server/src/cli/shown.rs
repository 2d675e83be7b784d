//! What is printed for a person to read: nothing that somebody typed elsewhere moves the cursor, turns the text around or
//! hides in it.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use portal::method::{ContactKind, email, phone};
use portal::moment::Moment;

use crate::invisible::is_invisible;

/// A text as one line in which everything that cannot be seen is written out, in the grammar of JSON: `\u001b`.
pub fn line(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for one in text.chars() {
        if one.is_control() || is_invisible(one) {
            for unit in one.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(one);
        }
    }
    shown
}

/// An address as administrators see it: masked.
pub fn masked(kind: ContactKind, address: &str) -> String {
    match kind {
        ContactKind::Phone | ContactKind::Office => phone::mask(address, &phone::shown(address).country_code),
        ContactKind::Mailbox | ContactKind::Email => email::mask(address),
    }
}

/// A moment by the clock of a zone, to the minute.
pub fn moment(at: Moment, zone: &TimeZone) -> String {
    Timestamp::from_millisecond(at.millis())
        .map(|at| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default()
}

/// A moment as other programs read it (RFC 3339, UTC).
pub fn instant(at: Moment) -> String {
    Timestamp::from_millisecond(at.millis()).unwrap_or_default().to_string()
}

/// The same for a text of several lines of ours.
pub fn lines(text: &str) -> String {
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_written_out() {
        for (text, shown) in [
            ("a\u{1b}[2Jb", "a\\u001b[2Jb"),
            ("a\r\nb\tc\0", "a\\u000d\\u000ab\\u0009c\\u0000"),
            ("a\u{7f}\u{9b}31m\u{85}", "a\\u007f\\u009b31m\\u0085"),
            ("a\u{2028}b\u{2029}", "a\\u2028b\\u2029"),
            ("\u{202e}nimda\u{2066}\u{200f}", "\\u202enimda\\u2066\\u200f"),
            ("ad\u{200b}min\u{feff}", "ad\\u200bmin\\ufeff"),
            ("a\u{e0041}", "a\\udb40\\udc41"),
            (
                "a\u{2800}\u{34f}\u{17b4}b\u{1d173}",
                "a\\u2800\\u034f\\u17b4b\\ud834\\udd73",
            ),
        ] {
            assert_eq!(line(text), shown);
        }
        for text in [
            "佐藤　健",
            "O'Brien \"Bob\" \\ x",
            "é e\u{301} 葛\u{e0100} 🔑\u{fe0f}",
            "علي",
        ] {
            assert_eq!(line(text), text);
        }
    }

    #[test]
    fn json_stays_what_it_was() {
        let value = serde_json::json!({ "detail": "\u{1b}\u{9b}\u{2028}\u{202e}\u{e0041}\n\"\\", "key": "合鍵" });
        let shown = line(&value.to_string());
        assert!(!shown.contains(|c: char| c.is_control() || is_invisible(c)), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }

    #[test]
    fn lines_of_ours_stay_lines() {
        assert_eq!(lines("a\n  b\u{1b}\n"), "a\n  b\\u001b");
    }
}
