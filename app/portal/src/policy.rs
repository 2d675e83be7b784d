//! What administrators decide. A policy is one value: validated whole, stored whole, with a version.

use serde::{Deserialize, Serialize};

use crate::account::Role;
use crate::method::{Method, questions};
use crate::password::rules::Rules;

#[cfg(feature = "service")]
mod mistake;
mod spending;
#[cfg(feature = "service")]
pub use mistake::{Mistake, Warning};
pub use spending::Spending;

/// Whom the self-service is switched on for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Enabled {
    /// Nobody.
    Nobody,
    /// Members of at least one of `include` and of none of `exclude`.
    Groups {
        /// Groups that may.
        include: Vec<String>,
        /// Groups that may not, whatever else they are in.
        exclude: Vec<String>,
    },
    /// Everyone.
    Everyone,
}

/// What somebody hears of an account whose name they give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountMessages {
    /// Why it cannot be recovered here, at once.
    #[default]
    Explain,
    /// Nothing: every name, whoever has it or nobody, is shown the same pages, and only the owner hears of the case, by mail.
    Uniform,
}

/// Where a person who cannot go on is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HelpDesk {
    /// A button here writes to the help desk.
    Message,
    /// An email address is shown instead.
    Email(String),
    /// The address of a page is shown instead.
    Page(String),
}

/// Everything that administrators decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a decision of its own")]
pub struct Policy {
    /// Whom the self-service is switched on for.
    pub enabled: Enabled,
    /// Proofs asked for in a reset: 1 or 2. Administrators always prove twice.
    pub methods_required: u8,
    /// Methods that may be registered and used.
    pub methods: Vec<Method>,
    /// Security questions that have to be answered to register them, 3 to 5.
    pub questions_registered: u8,
    /// Those of them that are asked in a reset, 3 to 5.
    pub questions_asked: u8,
    /// Ids of questions that are not offered any more. Whoever answered them before is still asked them.
    pub questions_off: Vec<String>,
    /// Questions of the organisation, beside those that are predefined.
    pub own_questions: Vec<questions::Own>,
    /// Whether a sign-in without enough methods leads to the registration before anything else.
    pub registration_required: bool,
    /// How often that may be put off.
    pub registration_skips: u8,
    /// Days until it is asked again whether what is registered is still right, 0 to 730; 0 is never.
    pub reconfirm_days: u16,
    /// Days until somebody who was invited and has not registered is reminded, at most three times, 0 to 365; 0 is never.
    pub reminder_days: u16,
    /// Whether a locked account may be unlocked with the proofs of a reset, its password kept.
    pub unlock_without_reset: bool,
    /// What somebody hears of an account whose name they give.
    pub account_messages: AccountMessages,
    /// Whether the person is told of a reset, an unlocking or a change.
    pub notify_person: bool,
    /// Whether all administrators are told when one of them resets.
    pub notify_administrators: bool,
    /// Where a person who cannot go on is sent.
    pub help_desk: HelpDesk,
    /// Domains whose mailboxes, and those below them, open with the password that would be reset.
    pub own_domains: Vec<String>,
    /// Countries (ISO 3166-1 alpha-2) whose numbers are dialled.
    pub countries: Vec<String>,
    /// What texts and calls may cost.
    pub spending: Spending,
    /// What a new password must be.
    pub password: Rules,
    /// The operator states that the passwords of this directory are always used with a second factor, for which the methods
    /// of this portal do not count. Only then may a password be shorter than
    /// [`MINIMUM_ALONE`](crate::password::rules::MINIMUM_ALONE) (NIST SP 800-63B §3.1.1.2).
    pub password_used_with_second_factor: bool,
    /// Words of the organisation that a password must not lean on.
    pub banned: Vec<String>,
    /// Days until a password has to be changed; 0 is never, which is what NIST SP 800-63B recommends.
    pub password_days: u16,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            enabled: Enabled::Everyone,
            methods_required: 2,
            methods: Method::SENDING.to_vec(),
            questions_registered: 5,
            questions_asked: 3,
            questions_off: Vec::new(),
            own_questions: Vec::new(),
            registration_required: true,
            registration_skips: 3,
            reconfirm_days: 180,
            reminder_days: 7,
            unlock_without_reset: true,
            account_messages: AccountMessages::default(),
            notify_person: true,
            notify_administrators: true,
            help_desk: HelpDesk::Message,
            own_domains: Vec::new(),
            countries: vec!["JP".into()],
            spending: Spending::default(),
            password: Rules::default(),
            password_used_with_second_factor: false,
            banned: Vec::new(),
            password_days: 0,
        }
    }
}

impl Policy {
    /// Whether the self-service is switched on for somebody in these groups.
    pub fn is_enabled_for(&self, groups: &[String]) -> bool {
        match &self.enabled {
            Enabled::Nobody => false,
            Enabled::Everyone => true,
            Enabled::Groups { include, exclude } => {
                groups.iter().any(|group| include.contains(group))
                    && !groups.iter().any(|group| exclude.contains(group))
            }
        }
    }

    /// Proofs that somebody in this role must give. An administrator's two cannot be weakened.
    pub fn proofs_required(&self, role: Role) -> u8 {
        match role {
            Role::Administrator => 2,
            Role::Person => self.methods_required,
        }
    }

    /// Whether a method may be registered and used.
    pub fn allows(&self, method: Method) -> bool {
        self.methods.contains(&method)
    }

    /// Whether somebody in this role may register security questions and be asked them: never an administrator, and nobody
    /// who has to prove only once, for knowledge alone opens nothing.
    pub fn asks_questions(&self, role: Role) -> bool {
        self.allows(Method::Questions) && role == Role::Person && self.methods_required >= 2
    }

    /// Whether nothing may be told of an account to whoever gives its name. Where nobody may reset, everybody is told so.
    pub fn is_uniform(&self) -> bool {
        self.account_messages == AccountMessages::Uniform && self.enabled != Enabled::Nobody
    }

    /// The methods that everybody is shown where nothing may be told of an account, in the order in which they are offered.
    pub fn shown_to_everybody(&self) -> impl Iterator<Item = Method> {
        Method::ALL.into_iter().filter(|method| {
            self.allows(*method)
                && match method {
                    Method::Email => true,
                    Method::Text | Method::Call | Method::Office => !self.countries.is_empty(),
                    Method::Questions => self.asks_questions(Role::Person),
                }
        })
    }

    /// The questions that there are.
    #[cfg(feature = "service")]
    pub fn listing(&self) -> questions::Listing<'_> {
        questions::Listing {
            off: &self.questions_off,
            own: &self.own_questions,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "service")]
    #[test]
    fn a_policy_from_before_the_statement_can_be_read_and_states_nothing() {
        let read: Policy = serde_json::from_str(r#"{"methods_required":1}"#).unwrap();
        assert!(!read.password_used_with_second_factor);
    }

    #[cfg(feature = "service")]
    #[test]
    fn an_account_is_explained_unless_the_policy_says_otherwise() {
        let read = |text: &str| serde_json::from_str::<Policy>(text);
        assert!(!read("{}").unwrap().is_uniform());
        assert!(!read(r#"{"account_messages":"explain"}"#).unwrap().is_uniform());
        let uniform = read(r#"{"account_messages":"uniform"}"#).unwrap();
        assert!(uniform.is_uniform() && uniform.mistakes().is_empty());
        assert!(read(r#"{"account_messages":"silent"}"#).is_err());
        let methods: Vec<Method> = uniform.shown_to_everybody().collect();
        assert_eq!(methods, Method::SENDING);
        // Alone, answers prove nothing; without a country there is no number to dial.
        let bare = Policy {
            methods: Method::ALL.to_vec(),
            methods_required: 1,
            countries: Vec::new(),
            ..uniform
        };
        assert_eq!(bare.shown_to_everybody().collect::<Vec<_>>(), [Method::Email]);
    }

    #[test]
    fn exclusion_wins_over_inclusion() {
        let policy = Policy {
            enabled: Enabled::Groups {
                include: vec!["staff".into()],
                exclude: vec!["board".into()],
            },
            ..Policy::default()
        };
        assert!(policy.is_enabled_for(&["staff".into()]));
        assert!(!policy.is_enabled_for(&["staff".into(), "board".into()]));
        assert!(!policy.is_enabled_for(&[]));
    }

    #[test]
    fn only_methods_that_are_listed_are_allowed() {
        let policy = Policy {
            methods: vec![Method::Email],
            ..Policy::default()
        };
        assert!(policy.allows(Method::Email) && !policy.allows(Method::Text));
    }

    #[test]
    fn an_administrator_always_proves_twice() {
        let policy = Policy {
            methods_required: 1,
            ..Policy::default()
        };
        assert_eq!(policy.proofs_required(Role::Administrator), 2);
        assert_eq!(policy.proofs_required(Role::Person), 1);
    }
}
