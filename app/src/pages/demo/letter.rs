//! The text of a message, with its code told apart so that it can be shown large.

/// Digits of the codes that are sent: six by text and call, eight by mail.
const CODE: std::ops::RangeInclusive<usize> = 6..=8;

/// A piece of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Plain text, with its line breaks.
    Text(String),
    /// The code.
    Code(String),
    /// The line by which a phone knows the site that a code is for.
    Origin(String),
    /// A line that is a link.
    Link(String),
}

/// Takes a message apart: a code stands on a line of its own, or else begins where six to eight digits stand together.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            push_text(&mut found, "\n");
        }
        if is_code(line) {
            found.push(Piece::Code(line.trim().to_owned()));
        } else if line.starts_with('@') {
            found.push(Piece::Origin(line.to_owned()));
        } else if line.starts_with("http://") || line.starts_with("https://") {
            found.push(Piece::Link(line.to_owned()));
        } else if let Some((before, code, after)) = around_the_code(line) {
            push_text(&mut found, before);
            found.push(Piece::Code(code.to_owned()));
            push_text(&mut found, after);
        } else {
            push_text(&mut found, line);
        }
    }
    found
}

fn push_text(found: &mut Vec<Piece>, text: &str) {
    match found.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Text(before)) => before.push_str(text),
        _ => found.push(Piece::Text(text.to_owned())),
    }
}

fn is_code(line: &str) -> bool {
    line.chars().all(|c| c.is_ascii_digit() || c == ' ')
        && CODE.contains(&line.chars().filter(char::is_ascii_digit).count())
}

/// A code within a line: digits that stand together, with what is before and after them.
fn around_the_code(line: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let start = from + line.get(from..)?.find(|c: char| c.is_ascii_digit())?;
        let rest = &line[start..];
        let length = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        // After a dash or plus the digits belong to a telephone number.
        let stands_alone = !line[..start].ends_with(['-', '+']) && !rest[length..].starts_with('-');
        if CODE.contains(&length) && stands_alone {
            return Some((&line[..start], &rest[..length], &rest[length..]));
        }
        from = start + length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    fn code(code: &str) -> Piece {
        Piece::Code(code.to_owned())
    }

    #[test]
    fn a_code_on_a_line_of_its_own_is_told_apart() {
        assert_eq!(
            pieces("Type this:\n7719 0264\nOr not."),
            [text("Type this:\n"), code("7719 0264"), text("\nOr not.")]
        );
    }

    #[test]
    fn a_code_within_a_line_is_told_apart_and_the_origin_stays_small() {
        assert_eq!(
            pieces("Kitayama: 482193 is your code.\n\n@localhost #482193"),
            [
                text("Kitayama: "),
                code("482193"),
                text(" is your code.\n\n"),
                Piece::Origin("@localhost #482193".into())
            ]
        );
        assert_eq!(
            pieces("コードは482193です。"),
            [text("コードは"), code("482193"), text("です。")]
        );
    }

    #[test]
    fn a_link_is_told_apart_whatever_digits_it_has() {
        assert_eq!(
            pieces("Open this:\nhttp://localhost/482193"),
            [text("Open this:\n"), Piece::Link("http://localhost/482193".into())]
        );
    }

    #[test]
    fn other_numbers_stay_text() {
        for line in [
            "IT desk 03-5550-123456",
            "at 14:02 on 2026-11-22",
            "digits: 3, 0, 8, 5, 5, 2",
            "",
        ] {
            assert_eq!(
                pieces(line)
                    .into_iter()
                    .filter(|piece| matches!(piece, Piece::Code(_)))
                    .count(),
                0,
                "{line}"
            );
        }
    }
}
