//! The ways to prove who one is. One file per kind; this one names them.

pub mod code;
pub mod email;
pub mod phone;
pub mod proof;
pub mod questions;

use serde::{Deserialize, Serialize};

/// A way to prove identity. Stored by [`Method::word`], never by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A code sent to the authentication email.
    Email,
    /// A code sent to the authentication phone as a text message.
    Text,
    /// A code read out in a call to the authentication phone.
    Call,
    /// A code read out in a call to the office phone.
    #[serde(rename = "office_phone")]
    Office,
    /// Answers to security questions: nothing is sent, and what is proved is knowledge.
    Questions,
}

impl Method {
    /// Every method that is built, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Text, Self::Call, Self::Office, Self::Email, Self::Questions];
    /// Those that send a code. A policy that says nothing else allows these: questions are turned on by whoever wants them
    /// (OWASP ASVS 6.4.2).
    pub const SENDING: [Self; 4] = [Self::Text, Self::Call, Self::Office, Self::Email];

    /// The name in the store, the policy and the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Text => "text",
            Self::Call => "call",
            Self::Office => "office_phone",
            Self::Questions => "questions",
        }
    }

    /// The method with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.word() == word)
    }

    /// Which kind of contact it uses; none where nothing is sent.
    pub const fn contact(self) -> Option<ContactKind> {
        match self {
            Self::Email => Some(ContactKind::Email),
            Self::Text | Self::Call => Some(ContactKind::Phone),
            Self::Office => Some(ContactKind::Office),
            Self::Questions => None,
        }
    }

    /// The method whose way it shares: what fails, and what may be spent, is that one's.
    #[must_use]
    pub const fn travels_as(self) -> Self {
        match self {
            Self::Office => Self::Call,
            other => other,
        }
    }

    /// What is registered for it.
    pub const fn means(self) -> Means {
        match self.contact() {
            Some(kind) => Means::Contact(kind),
            None => Means::Questions,
        }
    }

    /// Digits of a code that travels this way: 8 by mail, 6 by text and voice (NIST SP 800-63B asks for at least 6), none
    /// where no code does.
    pub const fn digits(self) -> u8 {
        match self {
            Self::Email => 8,
            Self::Text | Self::Call | Self::Office => 6,
            Self::Questions => 0,
        }
    }
}

/// What a person registers: a contact, which may serve several methods, or the answers to questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub enum Means {
    /// Security questions.
    Questions,
    /// A contact; written by its kind alone.
    Contact(ContactKind),
}

/// A [`Means`] as it is written: one name, which the browser's small reader understands.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Written {
    Questions,
    Mailbox,
    Email,
    Phone,
    OfficePhone,
}

impl From<Written> for Means {
    fn from(written: Written) -> Self {
        match written {
            Written::Questions => Self::Questions,
            Written::Mailbox => Self::Contact(ContactKind::Mailbox),
            Written::Email => Self::Contact(ContactKind::Email),
            Written::Phone => Self::Contact(ContactKind::Phone),
            Written::OfficePhone => Self::Contact(ContactKind::Office),
        }
    }
}

impl From<Means> for Written {
    fn from(means: Means) -> Self {
        match means {
            Means::Questions => Self::Questions,
            Means::Contact(ContactKind::Mailbox) => Self::Mailbox,
            Means::Contact(ContactKind::Email) => Self::Email,
            Means::Contact(ContactKind::Phone) => Self::Phone,
            Means::Contact(ContactKind::Office) => Self::OfficePhone,
        }
    }
}

impl Means {
    /// The name in the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Questions => "questions",
            Self::Contact(kind) => kind.word(),
        }
    }

    /// The kind of contact, where it is one.
    pub const fn contact(self) -> Option<ContactKind> {
        match self {
            Self::Questions => None,
            Self::Contact(kind) => Some(kind),
        }
    }
}

impl From<ContactKind> for Means {
    fn from(kind: ContactKind) -> Self {
        Self::Contact(kind)
    }
}

/// A place where a person can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactKind {
    /// The account's own mailbox, which opens with the password being reset: for notices, never a proof.
    Mailbox,
    /// The authentication email.
    Email,
    /// The authentication phone.
    Phone,
    /// The office phone, which only an administrator sets: called for a reset, and for nothing else.
    #[serde(rename = "office_phone")]
    Office,
}

impl ContactKind {
    /// The name in the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mailbox => "mailbox",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Office => "office_phone",
        }
    }

    /// Whether it is a number.
    pub const fn is_phone(self) -> bool {
        matches!(self, Self::Phone | Self::Office)
    }

    /// Whether its owner may set it up, replace, confirm or delete it.
    pub const fn is_owners(self) -> bool {
        matches!(self, Self::Email | Self::Phone)
    }

    /// The kind with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Mailbox, Self::Email, Self::Phone, Self::Office]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}
