//! What a stranger can compare of two answers: everything but random values and the time of day, cut to one form.

use std::fmt::Write as _;

use super::browser::Heard;

/// Status, headers and body of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    pub status: u16,
    pub headers: Vec<String>,
    pub body: String,
}

impl Shape {
    /// With everything that is random or a moment in time as a mark of its length.
    pub fn of(heard: &Heard) -> Self {
        let header = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
            let value = value.to_str().unwrap_or_default();
            match value.split_once('=') {
                // The name of a cookie and what it is held to count as well, and so does the length of its value.
                Some((cookie, rest)) if name == "set-cookie" => format!("{name}: {cookie} {}", masked(rest)),
                _ => format!("{name}: {}", masked(value)),
            }
        };
        Self {
            status: heard.status.as_u16(),
            headers: heard.headers.iter().map(header).collect(),
            body: masked(&heard.body),
        }
    }
}

const fn is_of_a_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '_' | '=')
}

/// Runs of hexadecimal and base64 of a token's length, support codes, moments and clock times become marks.
fn masked(text: &str) -> String {
    let mut shape = String::new();
    for part in text.split_inclusive(|c: char| !is_of_a_token(c)) {
        let token = part.trim_end_matches(|c: char| !is_of_a_token(c));
        let rest = &part[token.len()..];
        let is_support = token.len() == 9
            && token.as_bytes()[4] == b'-'
            && token
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-');
        let is_number = !token.is_empty() && token.chars().all(|c| c.is_ascii_digit());
        let is_of_a_time = is_number && token.len() == 2 && (rest == ":" || shape.ends_with("<2>:"));
        if token.len() >= 20 || is_support || (is_number && token.len() >= 10) || is_of_a_time {
            let _ = write!(shape, "<{}>{rest}", token.len());
        } else {
            shape.push_str(part);
        }
    }
    shape
}

#[test]
fn only_what_is_random_or_a_time_is_masked() {
    assert_eq!(masked("at 14:02, or 09:15:30"), "at <2>:<2>, or <2>:<2>:<2>");
    assert_eq!(masked("ABCD-2345 and Abcd-2345"), "<9> and Abcd-2345");
    assert_eq!(
        masked("{\"left\":14,\"asked\":1800000000000}"),
        "{\"left\":14,\"asked\":<13>}"
    );
    assert_eq!(masked("0123456789abcdef0123"), "<20>");
    assert_eq!(masked("no token here: 42"), "no token here: 42");
}
