//! What the store keeps, as it is read and written.

use std::fmt;

use crate::account::{Language, Role};
use crate::identity::{AccountId, CodeId, ContactId, FlowId};
use crate::limits::Lane;
use crate::method::code::Purpose;
use crate::method::{ContactKind, Method};
use crate::moment::Moment;

use super::CallForHelp;

/// An account as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its own name in the store.
    pub id: AccountId,
    /// The canonical user name.
    pub name: String,
    /// The name shown to people.
    pub display: String,
    /// What its owner may do.
    pub role: Role,
    /// The groups it is in.
    pub groups: Vec<String>,
    /// The password lives where we may not write.
    pub managed_elsewhere: bool,
    /// Switched off by an administrator.
    pub disabled: bool,
    /// Ends at this moment.
    pub expires: Option<Moment>,
    /// The stored hash; none where no password was ever set.
    pub hash: Option<String>,
    /// The password has to be changed at the next sign-in.
    pub must_change: bool,
    /// When the password was set.
    pub password_set: Moment,
    /// Goes up with every new password; sessions and flows of an older epoch are dead.
    pub epoch: i64,
    /// Goes up with every change of this row.
    pub revision: i64,
    /// When a registration was first finished.
    pub first_finish: Option<Moment>,
    /// The language of mails to its owner.
    pub language: Language,
    /// When its owner last said "this was not me".
    pub frozen: Option<Freeze>,
    /// The security questions that its owner has answered.
    pub answered: Option<Answered>,
}

/// Which questions are answered; not with what.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Answered {
    /// Their ids, in the order in which they were chosen.
    pub questions: Vec<String>,
    /// When.
    pub at: Moment,
}

/// An answer as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The id of its question.
    pub question: String,
    /// The canonical form that was hashed.
    pub form: String,
    /// The hash.
    pub hash: String,
}

impl fmt::Debug for KeptAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeptAnswer({}, {})", self.question, self.form)
    }
}

/// Self-service is stopped for an account: no reset, no unlocking, no change of methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freeze {
    /// From this moment.
    pub at: Moment,
    /// Up to this one.
    pub until: Moment,
}

impl Account {
    /// Whether its owner may sign in and recover.
    pub fn is_open(&self, now: Moment) -> bool {
        !self.disabled && self.expires.is_none_or(|end| now < end)
    }

    /// Up to when self-service is stopped, where it is.
    pub fn frozen_until(&self, now: Moment) -> Option<Moment> {
        self.frozen.map(|freeze| freeze.until).filter(|until| now < *until)
    }
}

/// How sure we are that a contact is the owner's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trust {
    /// A code was sent and has not come back yet.
    Pending,
    /// Set by an administrator or the directory.
    Vouched,
    /// Proved by a code.
    Verified,
}

impl Trust {
    /// The name in the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Vouched => "vouched",
            Self::Verified => "verified",
        }
    }

    /// The trust with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Pending, Self::Vouched, Self::Verified]
            .into_iter()
            .find(|trust| trust.word() == word)
    }
}

/// A contact as it is read: the address in clear, for this moment only.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// Its own name in the store.
    pub id: ContactId,
    /// Whose it is.
    pub account: AccountId,
    /// Of which kind.
    pub kind: ContactKind,
    /// The address or the number in E.164.
    pub address: String,
    /// How sure we are.
    pub trust: Trust,
    /// When it was added.
    pub added: Moment,
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Contact({} of {}, {:?}, {:?})",
            self.id.as_str(),
            self.account.as_str(),
            self.kind,
            self.trust
        )
    }
}

/// A session as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Keyed digest of its cookie.
    pub token: String,
    /// Whose it is.
    pub account: AccountId,
    /// The epoch it was opened in.
    pub epoch: i64,
    /// When it was opened, by a password.
    pub opened: Moment,
    /// When its owner last proved the password.
    pub proved: Moment,
    /// When it was last used.
    pub seen: Moment,
    /// Registering, or saying whether all of it is still right, was put off in it.
    pub put_off: bool,
}

/// What was answered to the last form of a flow, for a client that did not hear it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// Keyed digest of the form's key.
    pub key: String,
    /// Keyed digest of the form's content.
    pub content: String,
    /// When it was answered.
    pub at: Moment,
}

/// Which walk a flow is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowKind {
    /// A reset.
    Recovery,
    /// A registration.
    Registration,
}

impl FlowKind {
    /// The name in the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Recovery => "recovery",
            Self::Registration => "registration",
        }
    }
}

/// A flow as it is read and written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Its own name in the store.
    pub id: FlowId,
    /// Which walk.
    pub kind: FlowKind,
    /// Keyed digest of the cookie that holds it.
    pub holder: String,
    /// The one before, for a client that did not hear of the new one.
    pub holder_before: Option<String>,
    /// Whose password it is about; none for a name that nobody has.
    pub account: Option<AccountId>,
    /// Keyed digest of the name that was typed.
    pub name: String,
    /// The epoch of the account at identification.
    pub epoch: i64,
    /// Goes up with every write.
    pub version: i64,
    /// The walk itself, as JSON.
    pub body: String,
    /// When it began.
    pub opened: Moment,
    /// When it may be removed.
    pub ends: Moment,
    /// The code that a person reads to the help desk.
    pub support: String,
    /// The last answer.
    pub replay: Option<Replay>,
}

/// A code as it is read; the digits are nowhere in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Its own name in the store.
    pub id: CodeId,
    /// In which flow it was asked for.
    pub flow: FlowId,
    /// Whose account.
    pub account: AccountId,
    /// For which purpose.
    pub purpose: Purpose,
    /// The way it travels.
    pub method: Method,
    /// How many digits it has.
    pub digits: u8,
    /// In which lane it was asked for.
    pub lane: Lane,
    /// To which contact.
    pub contact: ContactId,
    /// Keyed digest of the address it was asked for, so that a contact changed since gets nothing.
    pub channel: String,
    /// What makes it unlike any other code.
    pub nonce: String,
    /// When it was asked for.
    pub asked: Moment,
    /// How often it was tried.
    pub tries: u8,
    /// Used, tried too often, or replaced by a later one.
    pub closed: bool,
}

/// A recovery that was left after a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// Which.
    pub flow: FlowId,
    /// Whose.
    pub account: AccountId,
    /// The code that a person reads to the help desk.
    pub support: String,
    /// The owner was told of one within the last day.
    pub was_told: bool,
}

/// Calls for help that the help desk has not been told of yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldBack {
    /// When the first of them was made.
    pub since: Moment,
    /// How many there are.
    pub count: u32,
    /// The first of them.
    pub first: Vec<CallForHelp>,
}
