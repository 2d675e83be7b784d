//! What an operator may ask of a password. The bounds stand here and nowhere else: a `Rules` that exists is within them,
//! whether it came from a form, from the database or over the wire. It must not know who the person is or which words are
//! banned.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The most characters a password may have, in Unicode code points after NFC. NIST SP 800-63B §3.1.1.2 asks for at
/// least 64; directories that take 256 set the figure. Longer ones are refused, never cut.
pub const MAXIMUM: u16 = 256;

/// The most bytes a password can take as UTF-8 after NFC: [`MAXIMUM`] code points of four bytes each, so it needs no check
/// of its own. As typed, before NFC, the same password can be up to three times as long.
pub const MAXIMUM_BYTES: usize = 1024;

const _: () = assert!(MAXIMUM_BYTES == MAXIMUM as usize * 4);

/// The range of [`Rules::minimum`]. Eight is the floor of NIST SP 800-63B for passwords that are always used with a
/// second factor; 64 is the length that every verifier has to accept.
pub const MINIMUM_RANGE: std::ops::RangeInclusive<u8> = 8..=64;

/// The fewest characters of a password that may be the only factor (NIST SP 800-63B §3.1.1.2).
pub const MINIMUM_ALONE: u8 = 15;

/// The range of [`Rules::history`].
pub const HISTORY_RANGE: std::ops::RangeInclusive<u8> = 0..=24;

/// Character classes a password must have where classes are asked for at all, out of [`CLASSES`].
pub const CLASSES_NEEDED: u8 = 3;

/// Upper case, lower case, digits, and everything else.
pub const CLASSES: u8 = 4;

/// What a password is held to, beside the terms and lists that nobody can switch off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire")]
pub struct Rules {
    minimum: u8,
    classes_required: bool,
    history: u8,
}

impl Rules {
    /// Rules of one's own: `minimum` in code points, `history` in passwords that may not come back.
    pub fn new(minimum: u8, classes_required: bool, history: u8) -> Result<Self, Unfit> {
        if !MINIMUM_RANGE.contains(&minimum) {
            return Err(Unfit::Minimum);
        }
        if !HISTORY_RANGE.contains(&history) {
            return Err(Unfit::History);
        }
        Ok(Self {
            minimum,
            classes_required,
            history,
        })
    }

    /// NIST SP 800-63B-4: fifteen characters where the password may be the only factor, no composition rules.
    pub const fn nist() -> Self {
        Self {
            minimum: MINIMUM_ALONE,
            classes_required: false,
            history: 5,
        }
    }

    /// As Microsoft Entra ID asks of cloud accounts: eight characters, three classes of four, not the last one again.
    pub const fn entra() -> Self {
        Self {
            minimum: 8,
            classes_required: true,
            history: 1,
        }
    }

    /// As an Active Directory domain asks by default: complexity and a history of 24. Its minimum of seven is below our
    /// floor, so it is eight.
    pub const fn directory() -> Self {
        Self {
            minimum: 8,
            classes_required: true,
            history: 24,
        }
    }

    /// The fewest characters, in Unicode code points after NFC.
    pub const fn minimum(&self) -> u8 {
        self.minimum
    }

    /// Whether [`CLASSES_NEEDED`] of the [`CLASSES`] character classes are asked for.
    pub const fn classes_required(&self) -> bool {
        self.classes_required
    }

    /// How many former passwords may not be chosen again. The judge cannot see them; the server compares.
    pub const fn history(&self) -> u8 {
        self.history
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self::nist()
    }
}

/// Why rules cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unfit {
    /// The minimum length is outside [`MINIMUM_RANGE`].
    Minimum,
    /// The history is outside [`HISTORY_RANGE`].
    History,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Minimum => "the minimum length of a password must be from 8 to 64",
            Self::History => "the password history must be from 0 to 24",
        })
    }
}

impl std::error::Error for Unfit {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    minimum: u8,
    classes_required: bool,
    history: u8,
}

impl TryFrom<Wire> for Rules {
    type Error = Unfit;

    fn try_from(wire: Wire) -> Result<Self, Unfit> {
        Self::new(wire.minimum, wire.classes_required, wire.history)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_belong_to_the_range() {
        assert!(Rules::new(8, false, 0).is_ok());
        assert!(Rules::new(64, true, 24).is_ok());
        assert_eq!(Rules::new(7, false, 0), Err(Unfit::Minimum));
        assert_eq!(Rules::new(65, false, 0), Err(Unfit::Minimum));
        assert_eq!(Rules::new(8, false, 25), Err(Unfit::History));
    }

    #[test]
    fn every_preset_is_one_an_operator_could_have_typed() {
        for preset in [Rules::nist(), Rules::entra(), Rules::directory()] {
            let typed = Rules::new(preset.minimum(), preset.classes_required(), preset.history());
            assert_eq!(typed, Ok(preset));
        }
        assert_eq!(Rules::default(), Rules::nist());
    }

    #[cfg(feature = "service")]
    #[test]
    fn rules_from_the_wire_are_held_to_the_same_bounds() {
        let read = |text| serde_json::from_str::<Rules>(text).map_err(|fault| fault.to_string());
        assert_eq!(
            read(r#"{"minimum":15,"classes_required":false,"history":5}"#),
            Ok(Rules::nist())
        );
        let fault = read(r#"{"minimum":4,"classes_required":false,"history":5}"#);
        assert!(fault.is_err_and(|text| text.contains("from 8 to 64")));
    }
}
