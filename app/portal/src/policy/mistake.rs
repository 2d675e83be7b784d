//! What is wrong with a policy, told to whoever is about to set it.

use std::fmt;

use super::{HelpDesk, Policy};
use crate::account::{Language, Role};
use crate::method::questions::{FEWEST, MOST, Own, is_predefined};
use crate::method::{Method, email};
use crate::password::nfc;
use crate::password::rules::MINIMUM_ALONE;
use crate::password::terms::{OWN_MAXIMUM, OWN_MINIMUM, OWN_MOST, own_term};

/// Longest time between two confirmations, in days.
const RECONFIRM_MOST: u16 = 730;
/// Longest time before a reminder, in days.
const REMINDER_MOST: u16 = 365;
/// Most questions of the organisation's own.
const OWN_QUESTIONS: usize = 20;
/// Longest id of one of them.
const OWN_ID: usize = 32;
/// Shortest text of one of them, in characters.
const OWN_SHORTEST: usize = 3;
/// Longest text of one of them, in characters.
const OWN_LONGEST: usize = 200;

/// Why a policy cannot be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// `methods_required` is not 1 or 2.
    MethodsRequired,
    /// Fewer channels are allowed than proofs are required.
    TooFewChannels,
    /// `reconfirm_days` or `reminder_days` is more than it may be.
    Days(&'static str, u16),
    /// Security questions are allowed, and one proof is enough.
    QuestionsAlone,
    /// `questions_registered` or `questions_asked` is not 3 to 5, or more are asked than registered.
    QuestionCounts,
    /// A question that is switched off is none.
    QuestionOff(String),
    /// Fewer questions are left than have to be registered.
    TooFewQuestions,
    /// A question of the organisation has no id or text as it may be, or there are too many.
    OwnQuestion(String),
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
            Self::QuestionsAlone => f.write_str(
                "methods: security questions are never enough alone; ask for two proofs (methods_required = 2), or leave \
                 \"questions\" out",
            ),
            Self::QuestionCounts => write!(
                f,
                "questions_registered and questions_asked: {FEWEST} to {MOST}, and no more are asked than registered"
            ),
            Self::QuestionOff(id) => write!(f, "questions_off: `{id}` is no question"),
            Self::TooFewQuestions => {
                f.write_str("questions_off: fewer questions are left than questions_registered asks for")
            }
            Self::OwnQuestion(id) => write!(
                f,
                "own_questions: `{id}`: at most {OWN_QUESTIONS}, each with an id of its own of up to {OWN_ID} letters a-z, \
                 digits and hyphens, and a text of {OWN_SHORTEST} to {OWN_LONGEST} characters in every language"
            ),
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Fewer channels are allowed than an administrator's proofs, which are always two.
    AdministratorsLeftOut,
    /// Security questions are allowed.
    Questions,
    /// A question of the organisation was taken back, which people may have answered.
    QuestionGone(String),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AdministratorsLeftOut => f.write_str(
                "methods: administrators always prove twice, over different channels; without e-mail and a phone none of \
                 them can reset a password here",
            ),
            Self::Questions => f.write_str(
                "methods: answers to security questions are often known to others or easily guessed; OWASP ASVS 5.0 (6.4.2) \
                 asks not to use them, and NIST SP 800-63B does not accept them. They are asked only beside another method, \
                 and never of administrators",
            ),
            Self::QuestionGone(id) => write!(
                f,
                "own_questions: `{id}` is gone, and whoever answered it may have fewer answers left than are asked, and have \
                 to register anew; leave it there and name it in questions_off, and it is not offered, but still asked of them"
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
        if self.channels(Role::Person) < usize::from(self.methods_required) {
            found.push(Mistake::TooFewChannels);
        }
        found.extend(self.question_mistakes());
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

    /// What its author may not have meant, where it takes the place of another one.
    pub fn warnings_after(&self, before: &Self) -> Vec<Warning> {
        let is_gone = |own: &&Own| self.listing().text(&own.id, Language::En).is_none();
        let gone = before.own_questions.iter().filter(is_gone);
        let mut warnings = self.warnings();
        warnings.extend(gone.map(|own| Warning::QuestionGone(own.id.clone())));
        warnings
    }

    /// What its author may not have meant.
    pub fn warnings(&self) -> Vec<Warning> {
        let of_administrators = self.channels(Role::Administrator);
        let leaves_out = of_administrators < usize::from(self.proofs_required(Role::Administrator));
        [
            leaves_out.then_some(Warning::AdministratorsLeftOut),
            self.allows(Method::Questions).then_some(Warning::Questions),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// How many different channels the methods use that somebody in this role may have.
    pub fn channels(&self, role: Role) -> usize {
        let methods = self.methods.iter();
        let mut kinds: Vec<_> = methods
            .filter(|method| **method != Method::Questions || self.asks_questions(role))
            .map(|method| method.means())
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds.len()
    }

    fn question_mistakes(&self) -> Vec<Mistake> {
        let mut found = Vec::new();
        let is_allowed = self.allows(Method::Questions);
        if is_allowed && self.methods_required == 1 {
            found.push(Mistake::QuestionsAlone);
        }
        let counts = FEWEST..=MOST;
        let fit = counts.contains(&self.questions_registered) && counts.contains(&self.questions_asked);
        if !fit || self.questions_asked > self.questions_registered {
            found.push(Mistake::QuestionCounts);
        }
        let is_own = |id: &str| self.own_questions.iter().any(|own| own.id == id);
        let off = self.questions_off.iter().filter(|id| !is_predefined(id) && !is_own(id));
        found.extend(off.map(|id| Mistake::QuestionOff(id.clone())));
        let offered = self.listing().offered(Language::En).len();
        if is_allowed && offered < usize::from(self.questions_registered) {
            found.push(Mistake::TooFewQuestions);
        }
        let own = &self.own_questions;
        let is_mistaken = |(place, one): &(usize, &Own)| {
            *place >= OWN_QUESTIONS
                || !is_id(&one.id)
                || is_predefined(&one.id)
                || own.iter().take(*place).any(|before| before.id == one.id)
                || ![&one.en, &one.ja].into_iter().all(|text| is_question(text))
        };
        let mistaken = own.iter().enumerate().filter(is_mistaken);
        found.extend(mistaken.map(|(_, one)| Mistake::OwnQuestion(one.id.clone())));
        found
    }
}

/// Letters, digits and hyphens, which go into forms and rows as they are.
fn is_id(id: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=OWN_ID).contains(&id.len()) && id.chars().all(is_plain)
}

/// One line of so many characters.
fn is_question(text: &str) -> bool {
    (OWN_SHORTEST..=OWN_LONGEST).contains(&text.trim().chars().count()) && !text.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::rules::Rules;
    use crate::policy::Spending;

    #[test]
    fn warnings_say_what_they_are_about() {
        for warning in [Warning::AdministratorsLeftOut, Warning::Questions] {
            assert!(warning.to_string().starts_with("methods: "), "{warning:?}");
        }
    }

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

    fn canteen() -> Own {
        Own {
            id: "canteen-dish".into(),
            en: "Which dish do you miss?".into(),
            ja: "なつかしい料理は何ですか。".into(),
        }
    }

    #[test]
    fn whoever_takes_a_question_back_hears_what_that_does_and_what_does_not() {
        let with = asking(|policy| policy.own_questions = vec![canteen()]);
        let off = Policy {
            questions_off: vec!["canteen-dish".into()],
            ..with.clone()
        };
        assert_eq!(off.warnings_after(&with), [Warning::Questions]);
        let gone = asking(|_| ()).warnings_after(&with);
        assert_eq!(gone, [Warning::Questions, Warning::QuestionGone("canteen-dish".into())]);
        assert!(gone[1].to_string().contains("name it in questions_off"));
    }

    fn asking(change: impl FnOnce(&mut Policy)) -> Policy {
        let mut policy = Policy::default();
        policy.methods.push(Method::Questions);
        change(&mut policy);
        policy
    }

    #[test]
    fn questions_are_off_unless_somebody_wants_them_and_whoever_does_hears_what_is_said_of_them() {
        assert!(!Policy::default().asks_questions(Role::Person));
        let policy = asking(|_| ());
        assert_eq!(policy.mistakes(), []);
        assert_eq!(policy.warnings(), [Warning::Questions]);
        assert!(Warning::Questions.to_string().contains("ASVS 5.0 (6.4.2)"));
        assert!(policy.asks_questions(Role::Person) && !policy.asks_questions(Role::Administrator));
    }

    #[test]
    fn questions_are_never_the_only_proof() {
        let alone = asking(|policy| policy.methods_required = 1);
        assert_eq!(alone.mistakes(), [Mistake::QuestionsAlone]);
        assert!(!alone.asks_questions(Role::Person));
        let only = asking(|policy| policy.methods = vec![Method::Questions]);
        assert_eq!(only.mistakes(), [Mistake::TooFewChannels]);
        let beside = asking(|policy| policy.methods = vec![Method::Email, Method::Questions]);
        assert_eq!(beside.mistakes(), []);
        assert_eq!(beside.warnings(), [Warning::AdministratorsLeftOut, Warning::Questions]);
    }

    #[test]
    fn three_to_five_questions_are_registered_and_no_more_are_asked() {
        for (registered, asked, fits) in [(3, 3, true), (5, 5, true), (4, 5, false), (6, 3, false), (5, 2, false)] {
            let policy = asking(|policy| (policy.questions_registered, policy.questions_asked) = (registered, asked));
            assert_eq!(policy.mistakes().is_empty(), fits, "{registered} {asked}");
        }
    }

    #[test]
    fn a_question_of_ones_own_has_an_id_and_a_text_in_every_language() {
        let own = |id: &str, en: &str, ja: &str| Own {
            id: id.into(),
            en: en.into(),
            ja: ja.into(),
        };
        let mistakes = |own: Vec<Own>| asking(|policy| policy.own_questions = own).mistakes().len();
        let fine = canteen();
        assert_eq!(mistakes(vec![fine.clone()]), 0);
        assert_eq!(mistakes(vec![fine.clone(), fine.clone()]), 1);
        for mistaken in [
            own("", "Which dish?", "何ですか。"),
            own("Canteen", "Which dish?", "何ですか。"),
            own("first-teacher", "Which dish?", "何ですか。"),
            own("dish", "Hm", "何ですか。"),
            own("dish", "Which dish?", ""),
            own("dish", &"a".repeat(201), "何ですか。"),
        ] {
            assert_eq!(mistakes(vec![mistaken.clone()]), 1, "{mistaken:?}");
        }
        let many = |most: usize| {
            (0..most)
                .map(|n| own(&format!("own-{n}"), "Which dish?", "何ですか。"))
                .collect()
        };
        assert_eq!((mistakes(many(20)), mistakes(many(21))), (0, 1));
    }

    #[test]
    fn enough_questions_are_left() {
        let off = asking(|policy| policy.questions_off = vec!["no-such".into()]);
        assert_eq!(off.mistakes(), [Mistake::QuestionOff("no-such".into())]);
        let own = asking(|policy| {
            policy.own_questions = vec![canteen()];
            policy.questions_off = vec!["canteen-dish".into()];
        });
        assert_eq!(own.mistakes(), []);
        let all = asking(|policy| {
            let offered = policy.listing().offered(Language::En);
            policy.questions_off = offered.into_iter().skip(4).map(|one| one.id).collect();
        });
        assert_eq!(all.mistakes(), [Mistake::TooFewQuestions]);
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
