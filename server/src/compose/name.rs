//! Names on their way into a mail. Whoever chose one must not be able to put lines, links or addresses into a message that
//! comes from us.

use crate::invisible::is_invisible;

/// Longest name that is put into a message, in characters.
const LONGEST: usize = 64;

/// What parts an address or a link, also as a Japanese keyboard types it.
const SEPARATORS: [char; 8] = ['@', '\u{ff20}', '/', '\u{ff0f}', '\\', '\u{ff3c}', ':', '\u{ff1a}'];
/// The dots that IDNA takes for the one between two labels (RFC 3490 §3.1).
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// Top-level domains that mail programs make links of although nothing else says so; with two letters, all of them do. The
/// last is reserved for documentation (RFC 2606) and stands here so that examples come out as the others do.
const DOMAINS: &str = " agency app biz blog click cloud club com company dev digital edu email gov group help host info int \
     life link live media mil mobi name net network news one online org page pro services shop site solutions space store \
     support tech today top website work world xyz zone example ";

/// A name fit for a mail: one line without marks that hide or turn the writing direction, cut, and with nothing that a mail
/// program would make a link of. A plain user name such as `h.tanaka` comes out as it is.
pub(super) fn clean(name: &str) -> String {
    let words: Vec<String> = name
        .split(|c: char| c.is_whitespace() || c.is_control())
        .map(|word| unlinked(&word.chars().filter(|c| !is_invisible(*c)).collect::<String>()))
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ").chars().take(LONGEST).collect()
}

/// A word without what would make it a link: what stands before an `@` stays as it is, what follows loses its dots.
fn unlinked(word: &str) -> String {
    let is_path = word.contains(['/', '\u{ff0f}', '\\', '\u{ff3c}']);
    let parts = word.split(SEPARATORS).enumerate().map(|(number, part)| {
        if number > 0 || is_path || is_domain(part) {
            part.replace(DOTS, " ")
        } else {
            part.to_owned()
        }
    });
    parts
        .collect::<Vec<_>>()
        .join(" ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether a mail program would take it for the name of a site.
fn is_domain(part: &str) -> bool {
    let folded = part.to_lowercase();
    let mut labels = folded
        .split(DOTS)
        .map(|label| label.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|label| !label.is_empty());
    let (Some(first), Some(last)) = (labels.next(), labels.next_back()) else {
        return false;
    };
    first == "www"
        || last.starts_with("xn--")
        || (last.len() == 2 && last.bytes().all(|byte| byte.is_ascii_lowercase()))
        || DOMAINS.split(' ').any(|domain| domain == last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_name_and_a_name_of_a_person_stay_as_they_are() {
        for name in [
            "h.tanaka",
            "hana.tanaka-2",
            "田中 花",
            "O'Brien (Accounting)",
            "J. R. Müller",
            "Dr. Sato",
        ] {
            assert_eq!(clean(name), name);
        }
    }

    #[test]
    fn nothing_that_a_mail_program_would_make_a_link_of_is_left() {
        for (name, cleaned) in [
            ("www.evil.example", "www evil example"),
            ("WWW.evil", "WWW evil"),
            ("https://evil.example/login?a=b", "https evil example login?a=b"),
            ("evil.com", "evil com"),
            ("(evil.co.jp)", "(evil co jp)"),
            ("evil.com.", "evil com"),
            ("evil\u{3002}com", "evil com"),
            ("evil.xn--q9jyb4c", "evil xn--q9jyb4c"),
            ("evil.unknown/login", "evil unknown login"),
            ("mailto:x@evil.unknown", "mailto x evil unknown"),
            ("call x@evil.unknown now", "call x evil unknown now"),
            ("x\u{ff20}evil.unknown", "x evil unknown"),
            ("h.tanaka@kitayama.example", "h.tanaka kitayama example"),
            ("ww\u{200b}w.evil.unknown", "www evil unknown"),
            ("ww\u{3164}w.evil.unknown", "www evil unknown"),
            ("@://", ""),
        ] {
            assert_eq!(clean(name), cleaned, "{name:?}");
        }
    }

    #[test]
    fn a_name_is_one_short_line_without_hidden_marks() {
        assert_eq!(clean("a\r\nBcc: x\u{202e}y\u{2028}z\0"), "a Bcc xy z");
        assert_eq!(clean(&"n".repeat(500)).chars().count(), 64);
    }
}
