//! The words that count for little in a password: what everybody tries first, what belongs to this person or this
//! organisation, and what the operator adds. They are few enough to be sent to the browser with the page, so that the
//! verdict while typing is the verdict on submit. Whole passwords that are known from breaches are not here but in
//! [`common`](super::common).

use std::str::SplitAsciiWhitespace;

use serde::{Deserialize, Serialize};

use super::fold;

/// Names shorter than this appear inside ordinary words too often to be held against anybody.
pub const NAME_MINIMUM: usize = 4;

/// The shortest term an operator may add, in code points.
pub const OWN_MINIMUM: usize = 3;

/// The longest term an operator may add, in code points.
pub const OWN_MAXIMUM: usize = 32;

/// The most terms an operator may add. All of them travel to the browser and are tried at every position.
pub const OWN_MOST: usize = 1000;

/// What a candidate is searched for, beside the [base list](base). Normalised and in lower case, not folded: these are
/// the words that a page shows as found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    organisation: Vec<String>,
    names: Vec<String>,
    own: Vec<String>,
}

impl Terms {
    /// Terms from the organisation's names, the person's (account, display, email) and the operator's own list. Names are
    /// taken whole, without their separators and in parts, each if it is long enough; own terms of another length than
    /// [`own_term`] takes are left out. `normalise` is NFC.
    pub fn new(organisation: &[&str], names: &[&str], own: &[&str], normalise: &dyn Fn(&str) -> String) -> Self {
        let mut own: Vec<String> = own
            .iter()
            .filter_map(|term| own_term(term, normalise))
            .take(OWN_MOST)
            .collect();
        own.sort_unstable();
        own.dedup();
        Self {
            organisation: parts(organisation, normalise),
            names: parts(names, normalise),
            own,
        }
    }

    /// The names of the organisation and of the person, and whatever of them is long enough by itself.
    pub fn of_people(&self) -> impl Iterator<Item = &str> {
        self.organisation.iter().chain(&self.names).map(String::as_str)
    }

    /// The operator's own terms.
    pub fn own(&self) -> impl Iterator<Item = &str> {
        self.own.iter().map(String::as_str)
    }
}

/// An operator's term as it is kept: trimmed, normalised, in lower case. `None` if it is shorter than [`OWN_MINIMUM`] or
/// longer than [`OWN_MAXIMUM`].
pub fn own_term(text: &str, normalise: &dyn Fn(&str) -> String) -> Option<String> {
    let term = lowered(text, normalise);
    (OWN_MINIMUM..=OWN_MAXIMUM)
        .contains(&term.chars().count())
        .then_some(term)
}

fn parts(names: &[&str], normalise: &dyn Fn(&str) -> String) -> Vec<String> {
    let mut found = Vec::new();
    for name in names {
        let whole = lowered(name, normalise);
        let joined = whole.chars().filter(|c| c.is_alphanumeric()).collect();
        let pieces = whole.split(|c: char| !c.is_alphanumeric());
        found.extend(pieces.map(str::to_owned));
        found.push(joined);
        found.push(whole);
    }
    found.retain(|part| part.chars().count() >= NAME_MINIMUM);
    found.sort_unstable();
    found.dedup();
    found
}

fn lowered(text: &str, normalise: &dyn Fn(&str) -> String) -> String {
    let letters = normalise(text.trim());
    letters
        .chars()
        .map(|letter| fold::plain(letter, &fold::lower))
        .collect()
}

/// Everyday words, first guesses and walks over the keyboard, English and Japanese in Latin letters. Short on purpose:
/// these are searched for inside a candidate, so a word that people need for a phrase does not belong here. Runs like
/// 12345 and aaaa are seen by their pattern and need no word.
pub fn base() -> SplitAsciiWhitespace<'static> {
    BASE.split_ascii_whitespace()
}

/// By line: the thing itself, its office, the keyboard, greetings, places and seasons, heroes and games.
const BASE: &str = "
    password passwd passw passcode passphrase pasuwado pasuwaado パスワード secret himitsu letmein trustno1 changeme
    login signin admin administrator kanri root superuser guest user default temporary test testing company kaisha office
    qwer qwerty qwertyuiop asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm qazwsx wsxedc edcrfv 1qaz 2wsx 3edc 4rfv 5tgb
    zaq1 xsw2 cde3 1qaz2wsx zaq12wsx 1q2w 3e4r 5t6y 1q2w3e4r q1w2 e3r4 q1w2e3r4 azerty
    welcome youkoso hello iloveyou aishiteru daisuki arigatou ohayou konnichiwa sayonara
    japan nippon nihon tokyo osaka kyoto fujisan sakura summer winter spring autumn sunshine
    samurai ninja naruto doraemon pokemon pikachu monkey dragon princess shadow master football baseball superman batman
    starwars computer internet
";

#[cfg(test)]
mod tests {
    use super::*;

    fn as_is(text: &str) -> String {
        text.to_owned()
    }

    #[test]
    fn names_are_taken_whole_joined_and_in_parts() {
        let terms = Terms::new(&["Contoso Ltd"], &["taro.kitayama@contoso.example"], &[], &as_is);
        let found: Vec<&str> = terms.of_people().collect();
        for expected in ["contoso", "contoso ltd", "contosoltd", "taro", "kitayama"] {
            assert!(found.contains(&expected), "{expected} in {found:?}");
        }
        assert!(!found.contains(&"ltd"));
    }

    #[test]
    fn names_of_three_characters_are_left_out() {
        let terms = Terms::new(&[], &["Li Wei", "abe", "mori"], &[], &as_is);
        let found: Vec<&str> = terms.of_people().collect();
        assert_eq!(found, ["li wei", "liwei", "mori"]);
    }

    #[test]
    fn own_terms_have_three_to_thirty_two_characters() {
        assert_eq!(own_term("ab", &as_is), None);
        assert_eq!(own_term(" ABC ", &as_is), Some("abc".to_owned()));
        assert!(own_term(&"x".repeat(32), &as_is).is_some());
        assert_eq!(own_term(&"x".repeat(33), &as_is), None);
        assert!(own_term("東京都", &as_is).is_some());
    }

    #[test]
    fn a_term_stands_once_and_at_most_a_thousand_do() {
        let many: Vec<String> = (0..1200).map(|n| format!("term{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(Terms::new(&[], &[], &many, &as_is).own().count(), OWN_MOST);
        let twice = Terms::new(&[], &["Mori", "MORI"], &["abc", "ABC"], &as_is);
        assert_eq!((twice.of_people().count(), twice.own().count()), (1, 1));
    }

    #[test]
    fn the_base_list_is_short_lower_case_and_without_doubles() {
        let mut words: Vec<&str> = base().collect();
        assert!(words.iter().all(|word| *word == lowered(word, &as_is)));
        assert!(words.iter().all(|word| word.chars().count() >= NAME_MINIMUM));
        let count = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), count);
    }
}
