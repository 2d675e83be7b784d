//! A person's entry in a directory, as far as the rules need to know it.

use serde::{Deserialize, Serialize};

/// Longest user name that is looked at, in code points. Longer input is refused before anything is looked up.
pub const LONGEST_NAME: usize = 256;

/// What somebody may do here beyond looking after their own account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Nothing more.
    Person,
    /// Decides the policy. Always proves in two steps.
    Administrator,
}

impl Role {
    /// The name in the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Administrator => "administrator",
        }
    }

    /// The role with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Person, Self::Administrator]
            .into_iter()
            .find(|role| role.word() == word)
    }
}

/// The language in which a person is spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Japanese.
    Ja,
}

impl Language {
    /// Every language of the catalogue.
    pub const ALL: [Self; 2] = [Self::En, Self::Ja];

    /// The tag for `lang` attributes (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ja => "ja",
        }
    }

    /// The language with this tag; regions are ignored.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(primary))
    }
}

/// Why the text of a user name cannot be one, seen without looking anybody up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameProblem {
    /// Nothing was typed.
    Missing,
    /// Longer than [`LONGEST_NAME`].
    TooLong,
    /// Control characters, spaces inside, invisible characters.
    Malformed,
}

#[cfg(feature = "service")]
mod name {
    use precis_core::profile::Profile as _;
    use precis_profiles::UsernameCaseMapped;
    use unicode_security::confusable_detection::skeleton;

    use super::{LONGEST_NAME, NameProblem};

    /// `@`, also as a Japanese keyboard types it.
    const AT: [char; 2] = ['@', '\u{ff20}'];

    /// A user name in its canonical form (PRECIS `UsernameCaseMapped`, RFC 8265 §3.3): width-mapped, lower case, NFC. Where it
    /// has a domain, that is as IDNA has it.
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    pub struct UserName(String);

    impl UserName {
        /// Reads what somebody typed. Surrounding spaces are forgiven.
        ///
        /// # Errors
        /// The [`NameProblem`], judged on the text alone.
        pub fn parse(typed: &str) -> Result<Self, NameProblem> {
            let typed = typed.trim_matches([' ', '\u{3000}']);
            if typed.is_empty() {
                return Err(NameProblem::Missing);
            }
            if typed.chars().count() > LONGEST_NAME {
                return Err(NameProblem::TooLong);
            }
            // `@` and a domain are part of many directories' names.
            Ok(Self(match typed.split_once(AT) {
                None => own(typed)?,
                Some((typed, suffix)) => format!("{}@{}", own(typed)?, domain(suffix)?),
            }))
        }

        /// The canonical form.
        pub fn as_str(&self) -> &str {
            &self.0
        }

        /// What the name looks like to a reader (UTS #39 skeleton of the case-folded form): two names with one skeleton
        /// would be taken for one another.
        pub fn skeleton(&self) -> String {
            skeleton(&caseless::default_case_fold_str(&self.0)).collect()
        }
    }

    /// A name whose canonical form is its own: that of some is none, or another one (RFC 8264 §7), and nobody could type it.
    fn own(typed: &str) -> Result<String, NameProblem> {
        let name = canonical(typed)?;
        if canonical(&name)? == name {
            Ok(name)
        } else {
            Err(NameProblem::Malformed)
        }
    }

    fn canonical(typed: &str) -> Result<String, NameProblem> {
        let name = UsernameCaseMapped::new().enforce(typed);
        name.map(std::borrow::Cow::into_owned)
            .map_err(|_| NameProblem::Malformed)
    }

    /// The domain, judged strictly (UTS #46); of its spellings the one that people read, so that look-alikes are found.
    fn domain(typed: &str) -> Result<String, NameProblem> {
        let ascii = idna::domain_to_ascii_strict(typed).map_err(|_| NameProblem::Malformed)?;
        match idna::domain_to_unicode(&ascii) {
            (read, Ok(())) => Ok(read),
            (_, Err(_)) => Err(NameProblem::Malformed),
        }
    }
}
#[cfg(feature = "service")]
mod unfit;
#[cfg(feature = "service")]
pub use name::UserName;
#[cfg(feature = "service")]
pub use unfit::Unfit;

#[cfg(all(test, feature = "service"))]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_one() {
        for typed in ["h.tanaka", "H.Tanaka", " h.tanaka ", "ｈ．ｔａｎａｋａ", "h.tanaka　"] {
            assert_eq!(
                UserName::parse(typed).map(|n| n.as_str().to_owned()).as_deref(),
                Ok("h.tanaka"),
                "{typed:?}"
            );
        }
        assert_eq!(
            UserName::parse("H.Tanaka@Kitayama.Example")
                .map(|n| n.as_str().to_owned())
                .as_deref(),
            Ok("h.tanaka@kitayama.example")
        );
    }

    #[test]
    fn spellings_of_one_domain_are_one() {
        for (typed, name) in [
            ("h.tanaka@\u{24d4}xample.com", "h.tanaka@example.com"),
            ("h.tanaka\u{ff20}example.com", "h.tanaka@example.com"),
            ("h.tanaka@ＥＸＡＭＰＬＥ。ｃｏｍ", "h.tanaka@example.com"),
            ("h.tanaka@XN--FA-HIA.de", "h.tanaka@faß.de"),
            ("h.tanaka@faß.de", "h.tanaka@faß.de"),
            ("h.tanaka@kitayama", "h.tanaka@kitayama"),
        ] {
            assert_eq!(
                UserName::parse(typed).map(|n| n.as_str().to_owned()).as_deref(),
                Ok(name),
                "{typed:?}"
            );
        }
        let skeleton = |typed| UserName::parse(typed).map(|n| n.skeleton());
        assert_eq!(skeleton("a@example.com"), skeleton("a@еxample.com"));
    }

    #[test]
    fn what_is_no_domain_is_no_end_of_a_name() {
        for typed in [
            "a@b..c",
            "a@b.",
            "a@.b",
            "a@",
            "@b.example",
            "a\u{ff20}b\u{ff20}c",
            "a@b\u{200d}c.example",
            "a@b\u{200c}c.example",
            "a@b c.example",
            "a@b_c.example",
            "a@-b.example",
            "a@xn--a.example",
            "a@b\u{202e}c.example",
            "a@b%c.example",
        ] {
            assert_eq!(UserName::parse(typed), Err(NameProblem::Malformed), "{typed:?}");
        }
        let label = "b".repeat(63);
        assert!(UserName::parse(&format!("a@{label}")).is_ok());
        assert_eq!(UserName::parse(&format!("a@b{label}")), Err(NameProblem::Malformed));
    }

    #[test]
    fn what_is_no_name_is_told_without_looking_anybody_up() {
        assert_eq!(UserName::parse("   "), Err(NameProblem::Missing));
        assert_eq!(UserName::parse(&"a".repeat(257)), Err(NameProblem::TooLong));
        for typed in [
            "ad min",
            "admin\u{200b}",
            "admin\0",
            "ad\u{202e}min",
            "a@b@c",
            "h\r\ntanaka",
            "@",
            // Cherokee, whose small letters came later than its capitals.
            "\u{13a0}h.tanaka",
        ] {
            assert_eq!(UserName::parse(typed), Err(NameProblem::Malformed), "{typed:?}");
        }
    }

    #[test]
    fn names_that_look_alike_have_one_skeleton() {
        let skeleton = |typed| UserName::parse(typed).map(|n| n.skeleton());
        assert_eq!(skeleton("admin"), skeleton("аdmin"));
        assert_eq!(skeleton("admin"), skeleton("ADMIN"));
        assert_eq!(skeleton("admin"), skeleton("admın"));
        assert_ne!(skeleton("admin"), skeleton("amin"));
    }
}
