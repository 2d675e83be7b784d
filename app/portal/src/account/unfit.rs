//! Names that nobody is given, though they are well formed: because they mix alphabets, as look-alikes do, or because they
//! speak for the house.
//!
//! Asked where an account gets its name, never where somebody signs in: a name that was given before the rule stays good.

use unicode_security::RestrictionLevel::HighlyRestrictive;
use unicode_security::RestrictionLevelDetection as _;

use super::{Role, UserName};

/// Names that speak for the house: those of RFC 2142 that people write to, and those that people obey.
const RESERVED: [&str; 21] = [
    "abuse",
    "admin",
    "administrator",
    "aikagi",
    "help",
    "helpdesk",
    "help-desk",
    "hostmaster",
    "info",
    "mailer-daemon",
    "no-reply",
    "noreply",
    "operator",
    "postmaster",
    "root",
    "security",
    "staff",
    "superuser",
    "support",
    "system",
    "webmaster",
];

/// Why nobody is given a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Its letters are of alphabets that no language writes together (below "highly restrictive", UTS #39 §5.2), or are
    /// none that names are written with today.
    MixedScripts,
    /// It is this name, which speaks for the house, or would be taken for it.
    Reserved(&'static str),
}

impl UserName {
    /// Why this name is not given to somebody with this role. A reserved name can be an administrator's, spelled as it is.
    pub fn unfit_for(&self, role: Role) -> Option<Unfit> {
        let (own, domain) = self.as_str().split_once('@').unwrap_or((self.as_str(), ""));
        // Each label of a domain is a name of its own, and may be in an alphabet of its own.
        if !std::iter::once(own).chain(domain.split('.')).all(is_of_one_script) {
            return Some(Unfit::MixedScripts);
        }
        let look = skeleton(own);
        let reserved = RESERVED.into_iter().find(|reserved| skeleton(reserved) == look)?;
        let is_entitled = role == Role::Administrator && own == reserved;
        (!is_entitled).then_some(Unfit::Reserved(reserved))
    }
}

/// Signs of ASCII belong to no alphabet.
fn is_of_one_script(part: &str) -> bool {
    let letters: String = part
        .chars()
        .filter(|one| !one.is_ascii() || one.is_ascii_alphanumeric())
        .collect();
    letters.check_restriction_level(HighlyRestrictive)
}

/// What a part looks like. Case is folded again at the end: 0 is drawn as a capital O.
fn skeleton(part: &str) -> String {
    let drawn: String = unicode_security::skeleton(&caseless::default_case_fold_str(part)).collect();
    caseless::default_case_fold_str(&drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unfit(typed: &str) -> Option<Unfit> {
        UserName::parse(typed).unwrap().unfit_for(Role::Person)
    }

    #[test]
    fn names_of_one_alphabet_or_of_one_language_are_given() {
        for typed in [
            "h.tanaka",
            "o'brien-2",
            "田中",
            "田中はなこ",
            "タナカ.hanako",
            "田中@kitayama.example",
            "иван.петров",
            "иван@kitayama.example",
            "김하나",
            "josé.núñez",
            "σοφία",
            "h+t_2@x.北山.example",
            "2026",
        ] {
            assert_eq!(unfit(typed), None, "{typed}");
        }
    }

    #[test]
    fn names_that_mix_alphabets_are_not() {
        // Cyrillic а, е and о; Greek ο; Cherokee; a long s and letters that names are not written with.
        for typed in [
            "h.t\u{430}n\u{430}ka",
            "иван.smith",
            "k\u{3bf}bayashi",
            "田中\u{430}",
            "\u{13aa}ob",
            "h@t\u{435}st.example",
            "\u{1d00}bc",
        ] {
            let found = UserName::parse(typed).ok().map(|name| name.unfit_for(Role::Person));
            assert!(
                matches!(found, None | Some(Some(Unfit::MixedScripts))),
                "{typed} {found:?}"
            );
        }
        assert_eq!(unfit("h.t\u{430}naka"), Some(Unfit::MixedScripts));
    }

    #[test]
    fn names_that_speak_for_the_house_are_an_administrators_and_what_looks_like_them_nobodys() {
        for (typed, reserved) in [
            ("admin", "admin"),
            ("ADMIN", "admin"),
            ("ａｄｍｉｎ", "admin"),
            ("adm\u{131}n", "admin"),
            ("adrnin", "admin"),
            ("r00t", "root"),
            ("supp0rt@kitayama.example", "support"),
            ("he1pdesk", "helpdesk"),
        ] {
            assert_eq!(unfit(typed), Some(Unfit::Reserved(reserved)), "{typed}");
            let name = UserName::parse(typed).unwrap();
            let is_exact = name.as_str() == reserved;
            assert_eq!(name.unfit_for(Role::Administrator).is_none(), is_exact, "{typed}");
        }
        assert_eq!(unfit("administratora"), None);
        assert_eq!(unfit("root.beer"), None);
    }
}
