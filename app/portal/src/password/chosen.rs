//! A password that has been judged and may be set. Only the server has these.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use super::common::Common;
use super::judge::{Verdict, judge};
use super::rules::Rules;
use super::terms::Terms;

/// A password that keeps the rules, in NFC. There is no other way to one than through the judge; it is overwritten in
/// memory when dropped and does not appear in logs.
pub struct NewPassword(Zeroizing<String>);

impl NewPassword {
    /// The candidate as a password to be set, or everything that is wrong with it. The list is not optional here.
    pub fn choose(candidate: &str, rules: &Rules, terms: &Terms, common: &Common) -> Result<Self, Verdict> {
        let verdict = judge(candidate, rules, terms, Some(common), &nfc);
        if verdict.passes() {
            Ok(Self(Zeroizing::new(nfc(candidate))))
        } else {
            Err(verdict)
        }
    }

    /// The password itself, for the hash and the directory and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword(…)")
    }
}

/// Normalisation form C: what a password is hashed in, when it is set and when it is tried (NIST SP 800-63B §3.1.1.2).
pub fn nfc(text: &str) -> String {
    // Room for the longest form, so that no shorter copy is left behind by growing.
    let mut normal = String::with_capacity(text.len() * 3);
    normal.extend(text.nfc());
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(candidate: &str) -> Result<NewPassword, Verdict> {
        NewPassword::choose(candidate, &Rules::nist(), &Terms::default(), &Common::embedded())
    }

    #[test]
    fn what_passes_is_kept_in_nfc_and_otherwise_as_typed() {
        let chosen = choose(" Cafe\u{301} Noir um\u{3000}Mitternacht ").unwrap();
        assert_eq!(chosen.expose(), " Café Noir um\u{3000}Mitternacht ");
    }

    #[test]
    fn what_is_on_the_server_list_is_refused_whatever_its_case() {
        let verdict = choose("Correct Horse Battery Staple").unwrap_err();
        assert_eq!(verdict.broken, [super::super::judge::Broken::Common]);
    }

    #[test]
    fn a_password_does_not_show_in_debug_output() {
        let chosen = choose("unhurried walnut ceremony").unwrap();
        assert_eq!(format!("{chosen:?}"), "NewPassword(…)");
    }

    #[test]
    fn two_spellings_of_one_character_are_the_same_password() {
        assert_eq!(nfc("Cafe\u{301}"), nfc("Café"));
        assert_ne!(nfc("ﬁ"), "fi");
    }
}
