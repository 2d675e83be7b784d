//! The ways to prove who one is. One file per kind; this one names them.

pub mod code;
pub mod email;
pub mod phone;
pub mod proof;

use serde::{Deserialize, Serialize};

/// A way to prove identity. Stored by [`Method::word`], never by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A code sent to the authentication e-mail.
    Email,
    /// A code sent to the authentication phone as a text message.
    Text,
    /// A code read out in a call to the authentication phone.
    Call,
}

impl Method {
    /// Every method that is built, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Text, Self::Call, Self::Email];

    /// The name in the store, the policy and the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Text => "text",
            Self::Call => "call",
        }
    }

    /// The method with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.word() == word)
    }

    /// Which kind of contact it uses.
    pub const fn contact(self) -> ContactKind {
        match self {
            Self::Email => ContactKind::Email,
            Self::Text | Self::Call => ContactKind::Phone,
        }
    }

    /// Digits of a code that travels this way: 8 by mail, 6 by text and voice (NIST SP 800-63B asks for at least 6).
    pub const fn digits(self) -> u8 {
        match self {
            Self::Email => 8,
            Self::Text | Self::Call => 6,
        }
    }
}

/// A place where a person can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactKind {
    /// The account's own mailbox, which opens with the password being reset: for notices, never a proof.
    Mailbox,
    /// The authentication e-mail.
    Email,
    /// The authentication phone.
    Phone,
}

impl ContactKind {
    /// The name in the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mailbox => "mailbox",
            Self::Email => "email",
            Self::Phone => "phone",
        }
    }

    /// The kind with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Mailbox, Self::Email, Self::Phone]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}
