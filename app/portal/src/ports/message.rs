//! What goes to the outbox.

use crate::account::Language;
use crate::identity::{AccountId, CodeId, ContactId, MessageId};
use crate::limits::Factor;
use crate::method::{Means, Method};
use crate::moment::Moment;
use crate::recovery::Case;

/// What a message tells. Parameters are small and public; secrets are made when it is sent.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Matter {
    /// A one-time code.
    Code {
        /// Which.
        code: CodeId,
    },
    /// Nothing: written where nothing may be sent, so that the work is the same. Dropped by the worker.
    Nothing,
    /// A code that goes nowhere, for the same reason: it is counted, and kept, like one that was sent.
    Unsent {
        /// Which.
        code: CodeId,
    },
    /// Somebody gave the name of the account, which cannot be recovered here, and was told nothing; to the owner.
    CannotReset {
        /// Why.
        case: Case,
    },
    /// The password was reset.
    WasReset,
    /// The account was unlocked, its password kept.
    WasUnlocked,
    /// The password was changed.
    WasChanged,
    /// A method was added or replaced.
    MethodAdded {
        /// Which contact, or the questions.
        kind: Means,
    },
    /// A method was removed.
    MethodRemoved {
        /// Which contact, or the questions.
        kind: Means,
    },
    /// The owner is invited to register; without a secret, so that nothing is lost where somebody else reads it.
    Invitation {
        /// A reminder of an earlier one.
        is_reminder: bool,
    },
    /// Somebody proved something and went no further.
    Unfinished,
    /// A proof was right after many that were wrong.
    AfterFailures {
        /// What was proved with.
        factor: Factor,
        /// How many were wrong, in a row.
        failures: u32,
    },
    /// A method was closed after too many wrong codes.
    Closed,
    /// An administrator reset a password; to the other administrators.
    AdministratorReset {
        /// The name of that administrator's account.
        name: String,
    },
    /// Somebody who reads the owner's mail said "this was not me", so self-service is stopped; to the owner.
    Frozen {
        /// Up to when.
        until: Moment,
    },
    /// The same, to the administrators.
    Disowned {
        /// The name of the account.
        name: String,
        /// Up to when self-service is stopped.
        until: Moment,
    },
    /// Something that administrators should look at.
    Alarm {
        /// What it is.
        alarm: Alarm,
    },
    /// A person could not go on and asks for help; to the help desk.
    HelpWanted {
        /// The name of the account.
        name: String,
        /// Why it could not go on.
        case: String,
        /// The support code.
        support: String,
    },
    /// More people asked for help than are told of one by one; to the help desk.
    HelpDigest {
        /// When the first of them asked.
        since: Moment,
        /// How often help was asked for.
        count: u32,
        /// The first of them.
        first: Vec<CallForHelp>,
    },
}

/// Something that administrators should look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alarm {
    /// So many codes were wrong over all accounts that more is asked of everybody for the rest of the day.
    Guessing,
    /// The budget of a method is used up: it is down.
    Spending {
        /// Which.
        method: Method,
    },
    /// Hardly any of the codes that were sent come back.
    Unanswered {
        /// By which method.
        method: Method,
    },
    /// Names that nobody has are being tried out.
    Names,
}

impl Alarm {
    /// The name in the store and the log.
    pub fn word(&self) -> String {
        match self {
            Self::Guessing => "guessing".into(),
            Self::Spending { method } => format!("spending {}", method.word()),
            Self::Unanswered { method } => format!("unanswered {}", method.word()),
            Self::Names => "names".into(),
        }
    }
}

/// A call for help within a digest.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CallForHelp {
    /// The name of the account.
    pub name: String,
    /// Why it could not go on.
    pub case: String,
    /// The support code.
    pub support: String,
}

/// To whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// A contact; its address is read when the message is sent.
    Contact(ContactId),
    /// The help desk of the configuration, else the administrators.
    HelpDesk,
}

/// A message for the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its own name, also the key against sending twice.
    pub id: MessageId,
    /// To whom.
    pub to: Recipient,
    /// About whose account.
    pub account: Option<AccountId>,
    /// In which language.
    pub language: Language,
    /// What it tells.
    pub matter: Matter,
    /// Since when it waits.
    pub at: Moment,
    /// Not worth sending after this moment.
    pub expires: Moment,
    /// From where the cause came, coarse: a shortened address.
    pub network: String,
}
