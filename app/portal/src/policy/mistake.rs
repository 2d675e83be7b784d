//! What is wrong with a policy, told to whoever is about to set it.

use std::fmt;

use super::{HelpDesk, Policy};
use crate::account::Role;
use crate::method::email;
use crate::password::nfc;
use crate::password::rules::MINIMUM_ALONE;
use crate::password::terms::{OWN_MAXIMUM, OWN_MINIMUM, OWN_MOST, own_term};

/// Longest time between two confirmations, in days.
const RECONFIRM_MOST: u16 = 730;
/// Longest time before a reminder, in days.
const REMINDER_MOST: u16 = 365;

/// Why a policy cannot be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// `methods_required` is not 1 or 2.
    MethodsRequired,
    /// Fewer channels are allowed than proofs are required.
    TooFewChannels,
    /// `reconfirm_days` or `reminder_days` is more than it may be.
    Days(&'static str, u16),
    /// A domain of the organisation is none.
    OwnDomain(String),
    /// A country is not two capital letters.
    Country(String),
    /// A banned word is not as long as one may be ([`own_term`]), or there are more than [`OWN_MOST`].
    Banned,
    /// The help desk's page is not an https address, or its e-mail address is none.
    HelpDesk,
    /// A budget of texts or calls is none.
    Spending,
    /// The minimum length is below [`MINIMUM_ALONE`], and nobody stated that there is a second factor.
    ShortPassword,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MethodsRequired => f.write_str("methods_required: must be 1 or 2"),
            Self::TooFewChannels => f.write_str(
                "methods: two required proofs need e-mail and a phone, for they must use different channels",
            ),
            Self::Days(field, most) => write!(f, "{field}: must be 0 to {most}"),
            Self::OwnDomain(typed) => write!(f, "own_domains: `{typed}` is not a domain such as example.com"),
            Self::Country(typed) => write!(f, "countries: `{typed}` is not an ISO 3166 code such as JP"),
            Self::Banned => write!(
                f,
                "banned: at most {OWN_MOST} words of {OWN_MINIMUM} to {OWN_MAXIMUM} characters"
            ),
            Self::HelpDesk => f.write_str("help_desk: give an e-mail address or an https:// address"),
            Self::Spending => {
                f.write_str("spending: every budget is at least 1, and that of a day no less than that of a minute")
            }
            Self::ShortPassword => write!(
                f,
                "password.minimum: must be at least {MINIMUM_ALONE}; 8 to 14 only together with \
                 \"password_used_with_second_factor\": true, which states that the passwords of this directory are always \
                 used with a second factor (the methods of this portal are none)"
            ),
        }
    }
}

/// What follows from a policy that can be set, and is perhaps not meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Fewer channels are allowed than an administrator's proofs, which are always two.
    AdministratorsLeftOut,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AdministratorsLeftOut => f.write_str(
                "methods: administrators always prove twice, over different channels; without e-mail and a phone none of \
                 them can reset a password here",
            ),
        }
    }
}

impl Policy {
    /// Everything wrong with it, at once.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let mut found = Vec::new();
        if !(1..=2).contains(&self.methods_required) {
            found.push(Mistake::MethodsRequired);
        }
        if self.channels() < usize::from(self.methods_required) {
            found.push(Mistake::TooFewChannels);
        }
        if self.reconfirm_days > RECONFIRM_MOST {
            found.push(Mistake::Days("reconfirm_days", RECONFIRM_MOST));
        }
        if self.reminder_days > REMINDER_MOST {
            found.push(Mistake::Days("reminder_days", REMINDER_MOST));
        }
        let domains = self.own_domains.iter();
        found.extend(
            domains
                .filter(|own| email::domain_of(own.trim()).is_none())
                .map(|own| Mistake::OwnDomain(own.clone())),
        );
        for country in &self.countries {
            if country.len() != 2 || !country.chars().all(|c| c.is_ascii_uppercase()) {
                found.push(Mistake::Country(country.clone()));
            }
        }
        if self.banned.len() > OWN_MOST || self.banned.iter().any(|word| own_term(word, &nfc).is_none()) {
            found.push(Mistake::Banned);
        }
        let desk_fits = match &self.help_desk {
            HelpDesk::Message => true,
            HelpDesk::Email(address) => address.contains('@') && !address.contains(char::is_whitespace),
            HelpDesk::Page(address) => address.starts_with("https://") && !address.contains(char::is_whitespace),
        };
        if !desk_fits {
            found.push(Mistake::HelpDesk);
        }
        if self.spending.is_mistaken() {
            found.push(Mistake::Spending);
        }
        if self.password.minimum() < MINIMUM_ALONE && !self.password_used_with_second_factor {
            found.push(Mistake::ShortPassword);
        }
        found
    }

    /// What its author may not have meant.
    pub fn warnings(&self) -> Vec<Warning> {
        let leaves_out = self.channels() < usize::from(self.proofs_required(Role::Administrator));
        leaves_out
            .then_some(Warning::AdministratorsLeftOut)
            .into_iter()
            .collect()
    }

    /// How many different channels the allowed methods use.
    pub fn channels(&self) -> usize {
        let mut kinds: Vec<_> = self.methods.iter().map(|method| method.means()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::Method;
    use crate::password::rules::Rules;
    use crate::policy::Spending;

    #[test]
    fn the_default_has_no_mistake() {
        assert_eq!(Policy::default().mistakes(), []);
    }

    #[test]
    fn every_mistake_is_reported_at_once() {
        let policy = Policy {
            methods_required: 3,
            methods: vec![Method::Text, Method::Call],
            countries: vec!["Japan".into()],
            banned: vec!["ab ".into()],
            own_domains: vec!["@kitayama.example".into(), "kitayama".into()],
            help_desk: HelpDesk::Page("http://help.example".into()),
            password: Rules::entra(),
            spending: Spending {
                texts_a_day: 2,
                ..Spending::default()
            },
            ..Policy::default()
        };
        assert_eq!(policy.mistakes().len(), 9);
    }

    #[test]
    fn a_password_that_may_be_the_only_factor_has_fifteen_characters() {
        let policy = |minimum, password_used_with_second_factor| Policy {
            password: Rules::new(minimum, false, 5).unwrap(),
            password_used_with_second_factor,
            ..Policy::default()
        };
        assert_eq!(policy(15, false).mistakes(), []);
        for minimum in [8, 14] {
            assert_eq!(policy(minimum, false).mistakes(), [Mistake::ShortPassword], "{minimum}");
            assert_eq!(policy(minimum, true).mistakes(), [], "{minimum}");
        }
        let told = Mistake::ShortPassword.to_string();
        assert!(
            told.contains("at least 15") && told.contains("password_used_with_second_factor"),
            "{told}"
        );
    }

    #[test]
    fn a_banned_word_is_measured_as_it_is_used() {
        let policy = |word: &str| Policy {
            banned: vec![word.into()],
            ..Policy::default()
        };
        for (word, fits) in [("ab ", false), (" abc ", true), ("か\u{3099}か\u{3099}", false)] {
            assert_eq!(policy(word).mistakes().is_empty(), fits, "{word:?}");
        }
    }

    #[test]
    fn a_domain_of_ones_own_may_be_written_as_people_write_it() {
        let policy = |domain: &str| Policy {
            own_domains: vec![domain.into()],
            ..Policy::default()
        };
        for domain in ["kitayama.example", " Kitayama.example ", "北山.example"] {
            assert_eq!(policy(domain).mistakes(), [], "{domain}");
        }
        for domain in [
            "",
            "@kitayama.example",
            "h.tanaka@kitayama.example",
            "*.example.com",
            "kitayama",
        ] {
            assert_eq!(policy(domain).mistakes(), [Mistake::OwnDomain(domain.into())]);
        }
    }

    #[test]
    fn who_leaves_the_administrators_out_is_warned() {
        let policy = |methods: &[Method]| Policy {
            methods_required: 1,
            methods: methods.to_vec(),
            ..Policy::default()
        };
        assert_eq!(policy(&[Method::Email, Method::Call]).warnings(), []);
        for methods in [&[Method::Email][..], &[Method::Text, Method::Call]] {
            assert_eq!(policy(methods).mistakes(), []);
            assert_eq!(policy(methods).warnings(), [Warning::AdministratorsLeftOut]);
        }
    }
}
