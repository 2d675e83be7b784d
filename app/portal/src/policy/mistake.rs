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
    /// The help desk's page is not an https address, or its email address is none.
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
                "methods: two required proofs need email and a phone, for they must use different channels",
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
            Self::HelpDesk => f.write_str("help_desk: give an email address or an https:// address"),
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
                "methods: administrators always prove twice, over different channels and not by two calls; without email \
                 and a phone none of them can reset a password here",
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
        let mut sending = self.methods.iter().filter(|method| method.contact().is_some());
        // Two calls are never enough for an administrator.
        if role == Role::Administrator && sending.all(|method| method.travels_as() == Method::Call) {
            kinds.truncate(1);
        }
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
mod tests;
