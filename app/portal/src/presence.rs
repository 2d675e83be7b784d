//! The arithmetic of the proof of presence, the same in the browser that solves it and on the server that checks it.

use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::moment::{minutes, seconds};

/// How long a challenge may be answered. Ours: as long as a code lives.
pub const TOKEN_LIFE: Duration = minutes(5);
/// Without scripts the token alone is accepted this long after it was handed out. Ours.
pub const TICKET_RIPENS: Duration = seconds(10);

/// Leading zero bits of SHA-256(`token`:`answer`).
pub fn leading_zero_bits(token: &str, answer: &str) -> u32 {
    bits(
        &Sha256::new()
            .chain_update(token)
            .chain_update(b":")
            .chain_update(answer)
            .finalize(),
    )
}

fn bits(digest: &[u8]) -> u32 {
    let zero_bytes = digest.iter().take_while(|&&byte| byte == 0).count();
    let rest = digest.get(zero_bytes).map_or(0, |byte| byte.leading_zeros());
    u32::try_from(zero_bytes * 8).unwrap_or(256) + rest
}

/// A search that can be interrupted, so that a page stays responsive while it runs.
pub struct Search {
    prefix: Sha256,
    bits: u32,
    next: u64,
}

impl Search {
    /// Begins the search for an answer to `token` with at least `bits` leading zero bits.
    pub fn new(token: &str, wanted: u8) -> Self {
        Self {
            prefix: Sha256::new().chain_update(token).chain_update(b":"),
            bits: u32::from(wanted),
            next: 0,
        }
    }

    /// Tries `most` answers more; the one that fits, if it was among them.
    pub fn advance(&mut self, most: u32) -> Option<String> {
        for _ in 0..most {
            let answer = self.next.to_string();
            self.next += 1;
            if bits(&self.prefix.clone().chain_update(&answer).finalize()) >= self.bits {
                return Some(answer);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_search_finds_passes_the_check() {
        let answer = Search::new("token", 12)
            .advance(1_000_000)
            .expect("2^12 tries on average");
        assert!(leading_zero_bits("token", &answer) >= 12);
        assert!(leading_zero_bits("another", &answer) < 12);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "it is about real time")]
    fn an_answer_is_checked_within_a_millisecond_however_long_it_was_searched_for() {
        // The longest that are read.
        let (token, answer) = ("t".repeat(160), "9".repeat(20));
        let began = std::time::Instant::now();
        let bits: u32 = (0..1_000).map(|_| leading_zero_bits(&token, &answer)).sum();
        assert!(began.elapsed() < seconds(1), "{:?} for 1,000", began.elapsed());
        assert_eq!(bits % 1_000, 0);
    }

    #[test]
    fn an_interrupted_search_goes_on_where_it_stopped() {
        let mut sliced = Search::new("token", 10);
        let found = std::iter::repeat_with(|| sliced.advance(7))
            .take(100_000)
            .flatten()
            .next();
        assert_eq!(found, Search::new("token", 10).advance(u32::MAX));
    }
}
