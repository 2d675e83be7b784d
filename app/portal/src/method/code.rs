//! One-time codes: their life, how they are typed, and when one counts.
//!
//! The code itself is never stored. Its row holds a nonce, and the code is a keyed function of the row, so that a retry
//! of the delivery sends the same code and a copy of the database tells none.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::moment::{Moment, minutes, seconds};

/// How long a code lives, from the request (NIST SP 800-63B allows at most 10 minutes by text and voice).
pub const LIFE: Duration = minutes(5);
/// Tries before a code is dead.
pub const TRIES: u8 = 5;
/// How soon another code may be asked for.
pub const AGAIN_AFTER: Duration = seconds(30);

/// What a code is for. A code made for one purpose never works for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Proving who one is during a reset.
    Recovery,
    /// Proving that a contact is one's own while registering it.
    Registration,
    /// Proving who one is, beside the password, before the methods are changed.
    Proving,
}

impl Purpose {
    /// The name in the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Recovery => "recovery",
            Self::Registration => "registration",
            Self::Proving => "proving",
        }
    }

    /// The purpose with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Recovery, Self::Registration, Self::Proving]
            .into_iter()
            .find(|purpose| purpose.word() == word)
    }
}

/// Whether a code can still be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It can.
    Live {
        /// Tries left, this one included: 1 to [`TRIES`].
        left: u8,
    },
    /// Its time has run out.
    Expired,
    /// Too many tries, used, or replaced by a later one.
    Dead,
}

/// Judges the life of a code that was asked for at `requested` and tried `tries` times.
pub fn life(requested: Moment, tries: u8, closed: bool, now: Moment) -> Life {
    if closed || tries >= TRIES {
        Life::Dead
    } else if now >= requested + LIFE || now < requested - seconds(60) {
        // A clock that was set back never makes a code live longer.
        Life::Expired
    } else {
        Life::Live { left: TRIES - tries }
    }
}

/// What was typed, as digits: full-width digits become plain, spaces and hyphens go. Anything else makes it no code.
pub fn tidy(typed: &str) -> Option<String> {
    let mut digits = String::new();
    for c in typed.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '０'..='９' => digits.push(char::from_u32(u32::from(c) - 0xFEE0)?),
            ' ' | '\u{a0}' | '\u{3000}' | '-' | '－' | '‐' | '‑' | '–' | 'ー' | '−' => {}
            _ => return None,
        }
        if digits.len() > 16 {
            return None;
        }
    }
    Some(digits)
}

/// The digits that a keyed digest stands for: its first 16 bytes as a number, modulo 10 to the `digits`. The bias of
/// the remainder is below 2⁻⁹⁰.
pub fn digits_of(digest: &[u8; 32], digits: usize) -> String {
    let mut head = [0_u8; 16];
    head.copy_from_slice(&digest[..16]);
    let number = u128::from_be_bytes(head) % 10_u128.pow(u32::try_from(digits).unwrap_or(8).min(16));
    format!("{number:0digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_digits_spaces_and_hyphens_are_understood() {
        assert_eq!(tidy("482 193").as_deref(), Some("482193"));
        assert_eq!(tidy("７７１９－0264").as_deref(), Some("77190264"));
        assert_eq!(tidy("　４８２　１９３ ").as_deref(), Some("482193"));
    }

    #[test]
    fn nothing_else_is_stripped() {
        for typed in [
            "1234%0a",
            "482193\n",
            "48 21 9x",
            "482193\u{202e}",
            "4️⃣82193",
            "12345678901234567",
        ] {
            assert_eq!(tidy(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn a_code_lives_five_minutes_and_five_tries() {
        let asked = Moment::from_millis(1_000_000);
        assert_eq!(life(asked, 0, false, asked), Life::Live { left: 5 });
        assert_eq!(
            life(asked, 4, false, asked + minutes(5) - Duration::from_millis(1)),
            Life::Live { left: 1 }
        );
        assert_eq!(life(asked, 0, false, asked + minutes(5)), Life::Expired);
        assert_eq!(life(asked, 5, false, asked), Life::Dead);
        assert_eq!(life(asked, 0, true, asked), Life::Dead);
    }

    #[test]
    fn a_clock_set_back_makes_no_code_live_longer() {
        let asked = Moment::from_millis(10_000_000);
        assert_eq!(life(asked, 0, false, asked - minutes(2)), Life::Expired);
    }

    #[test]
    fn leading_zeros_are_kept() {
        assert_eq!(digits_of(&[0; 32], 6), "000000");
        assert_eq!(digits_of(&[0; 32], 8), "00000000");
    }
}
